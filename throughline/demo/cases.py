"""The sample complaints as values: read from `samples/*.yaml`; an order's times count back from its complaint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from throughline.demo.stories import Story

WAIT: Final = "wait"
OPEN: Final = "open"
_FILES: Final = ("en", "ru")


class _Read(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Order(_Read):
    """What the shop's systems know of an order.

    Attributes:
        took: one stretch a line, in order: ``<step> <hours>``, ``wait <hours>`` between steps, or
            ``<step> <hours> open`` for a step that had not ended when the customer complained.
        since: hours between the end of the last step and the complaint.
        within: hours that the customer was promised from the first step on.
        with_times: the times come with the complaint; else only the departments know them.
    """

    ref: str
    took: tuple[str, ...]
    since: float = 4.0
    within: float | None = None
    with_times: bool = True


class Person(_Read):
    """Who complains."""

    ref: str
    name: str = ""
    email: str = ""
    phone: str = ""


class Sample(_Read):
    """One complaint. `at`: day of the play and time; without it the samples arrive one after the other."""

    key: str
    at: str = ""
    channel: str = "web"
    language: str = ""
    text: str
    points: tuple[str, ...] = ()
    order: Order | None = None
    customer: Person | None = None
    value: Decimal | None = None
    facts: dict[str, str] = Field(default_factory=dict)
    category_hint: str = ""
    harm: bool = False
    vulnerable: bool = False
    repeats: str = ""
    decided: str = ""
    """What the person at the triage desk finds, where the words leave it open: a category, and steps after a colon."""
    links: str = ""
    """Key of an earlier sample that the person at the triage desk links it to."""
    story: Story | None = None


class Stretch(BaseModel):
    """When a step of an order ran; `ended` is None where it had not ended."""

    step: str
    started: datetime
    ended: datetime | None


class Offer(_Read):
    """A remedy of the playbook and the words that go with it; `promise`: what the answer promises, within hours."""

    remedy: str
    amount: Decimal = Decimal(0)
    why: str
    en: str
    ru: str
    promise: str = ""
    within: int = 48


class BoardFinding(_Read):
    """What the board finds: the first cause with what shows it, and the action agreed on."""

    step: str
    factor: str
    evidence: str
    action: str
    criterion: str


class Phrases(_Read):
    """What is said: per category the remedy, the answer and the board's finding, per step what would prevent it."""

    remedies: Mapping[str, Offer]
    preventions: Mapping[str, tuple[str, ...]]
    findings: Mapping[str, BoardFinding]


def stretches(order: Order, complained: datetime) -> tuple[Stretch, ...]:
    """Return when the steps of an order ran, up to the complaint; whole seconds."""
    parts = [line.split() for line in order.took]
    still_open = parts[-1][-1] == OPEN
    length = sum(float(part[1]) for part in parts)
    at = complained - timedelta(hours=length + (0 if still_open else order.since))
    found: list[Stretch] = []
    for part in parts:
        end = at + timedelta(seconds=round(float(part[1]) * 3_600))
        if part[0] != WAIT:
            found.append(Stretch(step=part[0], started=at, ended=None if part[-1] == OPEN else end))
        at = end
    return tuple(found)


def registration(sample: Sample, complained: datetime, repeat_of: str) -> dict[str, Any]:
    """Return the body that registers a sample."""
    body: dict[str, Any] = {"channel": sample.channel, "text": sample.text.strip()}
    given = sample.model_dump(
        include={"language", "points", "category_hint", "facts", "harm", "vulnerable"}, exclude_defaults=True
    )
    body |= given
    if repeat_of:
        body["repeat_of"] = repeat_of
    if sample.value is not None:
        body["value"] = str(sample.value)
    if sample.customer is not None:
        body["customer"] = sample.customer.model_dump()
    if sample.order is not None:
        body["order_ref"] = sample.order.ref
        if sample.order.with_times:
            body |= _times(sample.order, complained)
    return body


def _times(order: Order, complained: datetime) -> dict[str, Any]:
    ran = stretches(order, complained)
    times: dict[str, Any] = {
        "steps": [
            {"step": one.step, "started": one.started.isoformat()}
            | ({"ended": one.ended.isoformat()} if one.ended is not None else {})
            for one in ran
        ]
    }
    if order.within is not None:
        times["promised_by"] = (ran[0].started + timedelta(hours=order.within)).isoformat()
    return times


def planted(samples: Sequence[Sample]) -> list[str]:
    """Return the personal data that the samples bring: each must stay inside intake's vault."""
    people = [sample.customer for sample in samples if sample.customer is not None]
    found = [text for person in people for text in (person.name, person.email, person.phone, person.ref) if text]
    return list(dict.fromkeys(found))


def read_samples() -> tuple[Sample, ...]:
    """Return all samples: each file in its order, the languages taking turns."""
    listed = [[Sample.model_validate(one) for one in _yaml(f"{name}.yaml")] for name in _FILES]
    longest = max(len(one) for one in listed)
    return tuple(one[index] for index in range(longest) for one in listed if index < len(one))


@cache
def read_phrases() -> Phrases:
    """Return what departments say; read once per process."""
    return Phrases.model_validate(_yaml("phrases.yaml"))


def _yaml(name: str) -> Any:  # noqa: ANN401 - YAML
    return yaml.safe_load(files("throughline.demo.samples").joinpath(name).read_text(encoding="utf-8"))

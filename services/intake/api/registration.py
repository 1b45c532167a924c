"""From a request to a call: the id, the pseudonym, the redacted words, and what goes to the vault."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

import orjson

from services.intake.api.requests import Customer, NewComplaint, NewStep
from services.intake.commands import RegisterComplaint
from shared.contracts.intake import KIND
from shared.contracts.parts import StepTime
from shared.core.organisation import Organisation, UnknownId
from shared.privacy.pseudonym import pseudonym
from shared.privacy.redaction import NOBODY, Known, redact
from shared.runtime.calls import Call
from shared.runtime.ports import Clock, Ids
from shared.web.problems import Invalid

CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)
RECEIVED_IN_FUTURE: Final = "received-in-future"


@dataclass(frozen=True, slots=True)
class Registration:
    """A call, and what must be in the vault before it is carried out; None where nothing needs hiding."""

    call: Call
    vault: bytes | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What comes with a request beside its body."""

    key: str = ""
    by: str = ""
    expected: int | None = None
    traceparent: str = ""


def known_of(customer: Customer | None) -> Known:
    """Return what must not appear in the customer's texts."""
    if customer is None:
        return NOBODY
    return Known(name=customer.name, email=customer.email, phone=customer.phone, ref=customer.ref)


class Registrar:
    """Makes registrations.

    Args:
        key: of the customers' pseudonyms.
    """

    def __init__(self, organisation: Organisation, key: bytes, clock: Clock, ids: Ids) -> None:
        self._organisation = organisation
        self._key = key
        self._clock = clock
        self._ids = ids

    def registration(self, said: NewComplaint, raw: object, frame: Frame) -> Registration:
        """Return what a request asks for.

        Args:
            raw: the same request as JSON came, to notice another body under the same key.

        Raises:
            Invalid: a step that the organisation does not have, or one twice.
        """
        self._check(said)
        complaint = self._ids.derived(f"intake:{frame.key}") if frame.key else self._ids.new()
        command, vault = self._command(complaint, said, frame.by)
        call = Call(
            KIND,
            complaint,
            command,
            command_id=f"{KIND}/{complaint}:{frame.key}" if frame.key else "",
            digest=_digest(raw),
            expected=frame.expected,
            traceparent=frame.traceparent,
        )
        return Registration(call, vault)

    def _check(self, said: NewComplaint) -> None:
        problems: list[tuple[str, str]] = []
        seen: set[str] = set()
        for position, step in enumerate(said.steps):
            if not self._organisation.has_step(step.step):
                problems.append((f"steps[{position}].step", self._unknown(step.step)))
            elif step.step in seen:
                problems.append((f"steps[{position}].step", f"step '{step.step}' is given twice; give it once"))
            seen.add(step.step)
        if problems:
            raise Invalid(problems)

    def _unknown(self, step: str) -> str:
        try:
            self._organisation.step(step)
        except UnknownId as unknown:
            return str(unknown)
        return ""

    def _command(self, complaint: str, said: NewComplaint, by: str) -> tuple[RegisterComplaint, bytes | None]:
        now = self._clock.now()
        customer = said.customer
        known = known_of(customer)
        text = redact(said.text, known)
        points = [redact(point, known) for point in said.points]
        facts = [(redact(name, known), redact(value, known)) for name, value in said.facts.items()]
        masked = any(one.masked for one in (text, *points, *chain.from_iterable(facts)))
        received_at = said.received_at or now
        command = RegisterComplaint(
            now=now,
            by=by,
            complaint=complaint,
            channel=said.channel,
            received_at=received_at,
            text=text.text,
            historic=said.historic,
            language=said.language,
            points=tuple(point.text for point in points),
            category_hint=said.category_hint,
            order_ref=said.order_ref,
            customer_ref=pseudonym(self._key, customer.ref or customer.email) if customer else "",
            value=said.value,
            promised_by=said.promised_by,
            steps=tuple(map(_step_time, said.steps)),
            facts={name.text: value.text for name, value in facts},
            flags=_flags(said.flags, received_at, now),
            source_row=said.source_row,
            harm=said.harm,
            vulnerable=said.vulnerable,
            repeat_of=said.repeat_of,
        )
        return command, _original(said, masked=masked)


def _step_time(step: NewStep) -> StepTime:
    return StepTime(step=step.step, started=step.started, ended=step.ended, limit=step.limit, standard=step.standard)


def _flags(flags: tuple[str, ...], received_at: datetime, now: datetime) -> tuple[str, ...]:
    """Nobody at the front refuses a complaint for a wrong clock; it is only said."""
    return (*flags, RECEIVED_IN_FUTURE) if received_at > now + CLOCKS_DIFFER_BY else flags


def _original(said: NewComplaint, *, masked: bool) -> bytes | None:
    kept: dict[str, Any] = {}
    who = said.customer
    if who is not None and (who.ref or who.name or who.email or who.phone):
        kept["customer"] = {"ref": who.ref, "name": who.name, "email": who.email, "phone": who.phone}
    if masked:
        kept |= {"text": said.text, "points": said.points, "facts": said.facts}
    return orjson.dumps(kept) if kept else None


def _digest(raw: object) -> str:
    """Of the JSON, whatever the order of its keys: one item of many has the digest it has alone."""
    return hashlib.blake2b(orjson.dumps(raw, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()

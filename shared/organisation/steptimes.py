"""When a step went over its time, decided in one place for triage, review and analysis. Pure.

The boundary is strict: a step that ends exactly with its limit, or takes exactly what it was given, kept its time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, timedelta

from shared.contracts.parts import StepTime
from shared.organisation.models import Organisation

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Overrun:
    """Step `step` went over its time by `by` (longer than nothing); `sentence` says so for people."""

    step: str
    by: timedelta
    sentence: str


def took(time: StepTime) -> timedelta | None:
    """How long the step took (elapsed; negative where it ends before it starts); None without both times."""
    return None if time.started is None or time.ended is None else time.ended - time.started


def overrun(time: StepTime, standard: timedelta | None = None) -> timedelta | None:
    """By how much the step went over its time; None if it did not, or if that is unknown.

    What the order fixes counts first: the instant by which the step had to end (`time.limit`), else the time it was
    given (`time.standard`). Only where the order fixes neither does the organisation file's `standard` count.
    """
    if time.limit is not None:
        over = None if time.ended is None else time.ended - time.limit
    else:
        used, given = took(time), standard if time.standard is None else time.standard
        over = None if used is None or given is None else used - given
    return over if over is not None and over > _NOTHING else None


def overruns(organisation: Organisation, times: Iterable[StepTime]) -> tuple[Overrun, ...]:
    """The steps that went over their time, in the order of the value chain.

    Steps that the organisation does not know, or that end before they start, are left out: their time cannot
    be judged.
    """
    found: dict[str, Overrun] = {}
    for time in times:
        if not organisation.has_step(time.step) or (took(time) or _NOTHING) < _NOTHING:
            continue
        step = organisation.step(time.step)
        by = overrun(time, step.standard)
        if by is not None:
            found[step.id] = Overrun(step.id, by, _sentence(step.name.in_("en"), time, step.standard, by))
    return tuple(found[step] for step in organisation.in_order(found))


def _sentence(name: str, time: StepTime, standard: timedelta | None, by: timedelta) -> str:
    if time.limit is not None and time.ended is not None:
        ended, limit = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" for at in (time.ended, time.limit))
        return f"{name} ended {ended}, its limit was {limit}: {hours(by)} over"
    given = standard if time.standard is None else time.standard
    return f"{name} took {hours(took(time) or _NOTHING)} of {hours(given or _NOTHING)}: {hours(by)} over"


def hours(duration: timedelta) -> str:
    """`49.3 h`; below one hour `12 min`."""
    seconds = duration.total_seconds()
    return f"{seconds / 3600:.1f} h" if abs(seconds) >= 3600 else f"{seconds / 60:.0f} min"

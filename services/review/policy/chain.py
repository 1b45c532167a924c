"""Where the order's time went: the chain's whole, divided among departments and steps without gap or overlap.

The whole reaches from the first start to the last end of the steps that have both times. The rules:

- A step owns the time from its start to its end: up to its given time as `standard`, beyond it as `overrun`.
- Where steps overlap, the stretch belongs to the step that began first (of equals: first in the value chain). The
  later one owns what remains of it after the other ended; a step wholly inside another owns nothing.
- The time between two steps is `waiting`, and belongs to the owner of the next step: it had not begun.
- An order with a step that ends before it starts is left out: none of its times can be trusted.
- Times that a department reported count where the order itself does not know them.
- A step that the organisation does not know is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from shared.contracts.part import replace
from shared.contracts.parts import StepTime, TimePart
from shared.contracts.review import Mark
from shared.organisation import Organisation
from shared.organisation.steptimes import overrun

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Ran:
    """A step with both its times: who owns it, and from when on it was over its given time."""

    step: str
    department: str
    start: datetime
    end: datetime
    over_from: datetime
    position: int


def known_times(order: Sequence[StepTime], course: Sequence[Mark]) -> tuple[StepTime, ...]:
    """Return the order's own times, and reported ones for the steps of which the order lacks a time.

    The last report of a step counts. The order's own limit and standard of a step stay.
    """
    reported = {time.step: time for mark in course if mark.what == "times-reported" for time in mark.steps}
    known: list[StepTime] = []
    for time in order:
        report = reported.pop(time.step, None)
        if report is None or (time.started is not None and time.ended is not None):
            known.append(time)
        else:
            known.append(replace(report, limit=time.limit or report.limit, standard=time.standard or report.standard))
    return (*known, *reported.values())


def attribute_chain(organisation: Organisation, steps: Sequence[StepTime]) -> tuple[TimePart, ...]:
    """Return the parts of the chain in order; empty where no step has both its times."""
    ran = sorted(_ran(organisation, steps), key=lambda item: (item.start, item.position, item.end))
    if any(item.end < item.start for item in ran):
        return ()
    parts: list[TimePart] = []
    reached = ran[0].start if ran else None
    for item in ran:
        if reached is not None and item.start > reached:
            parts.append(_part(item, reached, item.start, "waiting"))
        begin = item.start if reached is None else max(item.start, reached)
        parts += _own(item, begin)
        reached = max(item.end, begin)
    return tuple(parts)


def whole(parts: Sequence[TimePart]) -> timedelta:
    """Return the total length of the parts; zero without parts."""
    return parts[-1].end - parts[0].start if parts else _NOTHING


def touch(parts: Sequence[TimePart]) -> bool:
    """Whether each part begins where the one before it ended, and none is empty."""
    return all(part.start < part.end for part in parts) and all(a.end == b.start for a, b in pairwise(parts))


def _ran(organisation: Organisation, steps: Iterable[StepTime]) -> Iterable[_Ran]:
    positions = {step.id: position for position, step in enumerate(organisation.steps)}
    for time in steps:
        if time.started is None or time.ended is None or time.step not in positions:
            continue
        step = organisation.step(time.step)
        over = overrun(time, step.standard) or _NOTHING
        yield _Ran(step.id, step.department, time.started, time.ended, time.ended - over, positions[step.id])


def _own(item: _Ran, begin: datetime) -> Iterable[TimePart]:
    over_from = min(max(item.over_from, begin), max(item.end, begin))
    if begin < over_from:
        yield _part(item, begin, over_from, "standard")
    if over_from < item.end:
        yield _part(item, over_from, item.end, "overrun")


def _part(item: _Ran, start: datetime, end: datetime, what: Literal["standard", "overrun", "waiting"]) -> TimePart:
    return TimePart(department=item.department, step=item.step, start=start, end=end, what=what)

"""Deadlines in working time, and the calendar on which each was counted."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from shared.contracts.parts import Severity
from shared.organisation import Deadline, Organisation

Clock = Literal["respond", "round", "agree", "answer", "contact"]


class Due(NamedTuple):
    """A deadline: the instant in UTC, and ``<id>@<version>`` of the calendar on which it was counted."""

    at: datetime
    calendar: str


def due(organisation: Organisation, severity: Severity, clock: Clock, department: str, start: datetime) -> Due:
    """Return when a clock started at `start` runs out; `department` is the one whose clock it is."""
    profile = organisation.deadlines.of(severity)
    clocks: dict[Clock, Deadline] = {
        "respond": profile.respond,
        "round": profile.round,
        "agree": profile.agree,
        "answer": profile.answer,
        "contact": profile.contact,
    }
    deadline = clocks[clock]
    calendar = organisation.calendar_for(deadline.calendar, department)
    return Due(calendar.add(start, deadline.within), calendar.reference)

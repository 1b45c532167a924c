"""Which event becomes which command. Data and small pure functions."""

from __future__ import annotations

from typing import Any, Final

from services.routing.commands import ConfirmSteps, EndTriage, RefuteSteps, TriageCommand, TriageComplaint
from shared.contracts.departments import DepartmentDeclined, DepartmentJoined
from shared.contracts.intake import ComplaintClosed, ComplaintRegistered, ComplaintWithdrawn
from shared.eventsourcing.definition import Incoming, Listen

BY_RULE: Final = "system"


def complaint_registered(incoming: Incoming[ComplaintRegistered]) -> TriageCommand:
    """A complaint exists: find out whom it touches."""
    return TriageComplaint(now=incoming.now, by=BY_RULE, registered=incoming.event)


def complaint_closed(incoming: Incoming[ComplaintClosed]) -> TriageCommand:
    """Nothing is left to decide."""
    return EndTriage(now=incoming.now, by=incoming.event.by, why="closed")


def complaint_withdrawn(incoming: Incoming[ComplaintWithdrawn]) -> TriageCommand:
    """Nothing is left to decide."""
    return EndTriage(now=incoming.now, by=incoming.event.by, why="withdrawn")


def department_joined(incoming: Incoming[DepartmentJoined]) -> TriageCommand:
    """The owner agrees that its steps are touched."""
    return ConfirmSteps(now=incoming.now, by=incoming.event.by, department=incoming.event.department)


def department_declined(incoming: Incoming[DepartmentDeclined]) -> TriageCommand:
    """The owner denies that its steps are touched, and names who else should be asked."""
    event = incoming.event
    return RefuteSteps(
        now=incoming.now, by=event.by, department=event.department, reason=event.reason, nominee=event.nominee
    )


LISTENS: Final[tuple[Listen[Any], ...]] = (
    Listen(ComplaintRegistered, complaint_registered),
    Listen(ComplaintClosed, complaint_closed),
    Listen(ComplaintWithdrawn, complaint_withdrawn),
    Listen(DepartmentJoined, department_joined),
    Listen(DepartmentDeclined, department_declined),
)

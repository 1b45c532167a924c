"""Which event becomes which command. Data and small pure functions."""

from __future__ import annotations

from typing import Any, Final

from services.routing.commands import ConfirmSteps, EndTriage, RefuteSteps, TriageCommand, TriageComplaint
from shared.contracts.departments import DepartmentDeclined, DepartmentJoined
from shared.contracts.intake import ComplaintClosed, ComplaintRegistered, ComplaintWithdrawn
from shared.eventsourcing.definition import Incoming, Listen

BY_RULE: Final = "system"


def registered(incoming: Incoming[ComplaintRegistered]) -> TriageCommand:
    """A complaint exists: find out whom it touches."""
    return TriageComplaint(now=incoming.now, by=BY_RULE, registered=incoming.event)


def closed(incoming: Incoming[ComplaintClosed]) -> TriageCommand:
    """Nothing is left to decide."""
    return EndTriage(now=incoming.now, by=incoming.event.by, why="closed")


def withdrawn(incoming: Incoming[ComplaintWithdrawn]) -> TriageCommand:
    """Nothing is left to decide."""
    return EndTriage(now=incoming.now, by=incoming.event.by, why="withdrawn")


def joined(incoming: Incoming[DepartmentJoined]) -> TriageCommand:
    """The owner agrees that its steps are touched."""
    return ConfirmSteps(now=incoming.now, by=incoming.event.by, department=incoming.event.department)


def declined(incoming: Incoming[DepartmentDeclined]) -> TriageCommand:
    """The owner says that its steps are not touched, and who else should be asked."""
    event = incoming.event
    return RefuteSteps(
        now=incoming.now, by=event.by, department=event.department, reason=event.reason, nominee=event.nominee
    )


LISTENS: Final[tuple[Listen[Any], ...]] = (
    Listen(ComplaintRegistered, registered),
    Listen(ComplaintClosed, closed),
    Listen(ComplaintWithdrawn, withdrawn),
    Listen(DepartmentJoined, joined),
    Listen(DepartmentDeclined, declined),
)

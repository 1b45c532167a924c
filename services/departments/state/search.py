"""What the store may search, and on which topics an event goes out."""

from __future__ import annotations

from collections.abc import Sequence

from services.departments.state.models import Agreeing, Delivering, Round, Seat, State, Table, Waiting, table_of
from shared.contracts.departments import DepartmentInvited, TableClosed, TableOpened
from shared.contracts.event import Audience, Event
from shared.contracts.topics import department_topic
from shared.eventsourcing.decider import for_the_log_alone


def index(state: State) -> dict[str, str | int | list[str]]:
    """Return the fields that `find` may filter on.

    ``departments``: all that were asked, so that a department finds what it declined too; ``seats``: the same with how
    each stands, ``<department>:<standing>``; ``management``: whether it has the complaint or a seat at the open table.
    """
    table = table_of(state)
    escalation = None if state.status == "closed" else state.escalation
    concerned = escalation is not None or bool(held_by_management(state))
    fields: dict[str, str | int | list[str]] = {
        "status": state.status,
        "escalated": _escalated(contacted=escalation.contacted) if escalation else "no",
        "management": "yes" if concerned else "no",
    }
    if table is not None:
        fields |= {
            "stage": table.stage,
            "lead": table.lead,
            "severity": table.severity,
            "departments": [seat.department for seat in table.seats],
            "seats": [f"{seat.department}:{seat.standing}" for seat in table.seats],
        }
    return fields


def held_by_management(state: State) -> Sequence[Seat]:
    """Return the seats that management holds while the table still works."""
    if not isinstance(state, Round | Agreeing | Delivering):
        return ()
    return tuple(seat for seat in state.seats if seat.standing == "managed")


def audience(state: State, event: Event) -> Sequence[str]:
    """Return the departments' own topics an event goes to; `state` may be the one before or after it."""
    table = table_of(state)
    if table is not None and table.complaint.historic:
        return ()  # imported from the past: nobody has anything to do
    match event.traits.audience:
        case Audience.NAMED if isinstance(event, DepartmentInvited):
            return (department_topic(event.department),)
        case Audience.NAMED if isinstance(event, TableOpened):
            return tuple(map(department_topic, event.departments))
        case Audience.TABLE:
            return _participants(state)
        case Audience.REVEALED_TABLE:
            # Before the reveal only the department that made a proposal knows it.
            return () if isinstance(state, Round) else _participants(state)
        case _:
            return ()


def log_only(state: State, event: Event) -> bool:
    """Return whether the main topic leaves an event out: `TableOpened`, of the same decision, says it for all."""
    match event:
        case DepartmentInvited():
            return isinstance(state, Round) and state.ends is None
        case TableClosed(why="historic"):
            return True
        case _:
            return for_the_log_alone(state, event)


def _escalated(*, contacted: bool) -> str:
    return "contacted" if contacted else "open"


def _participants(state: State) -> Sequence[str]:
    table: Table | None = None if isinstance(state, Waiting) else table_of(state)
    return tuple(map(department_topic, table.participants)) if table else ()

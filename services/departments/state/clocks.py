"""Every clock that runs in a state. Both `next_due` and the decision about overdue clocks read it here."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from services.departments.state.models import Agreeing, Closed, Completed, Round, State, Table, Waiting


class RunningClock(NamedTuple):
    """A clock that is still running, or that has run out and was not reported yet. Sorts by instant."""

    due: datetime
    kind: Literal["respond", "round", "agree", "answer", "contact"]
    department: str = ""


def clocks(state: State) -> tuple[RunningClock, ...]:
    """Return the running clocks, earliest first.

    In `completed` only management's runs: the table waits for the customer.
    """
    match state:
        case Closed():
            return ()
        case Waiting() | Completed():
            found = _contact(state)
        case _:
            found = [*_contact(state), *_answer(state), *_respond(state)]
            if isinstance(state, Round) and state.ends is not None:
                found.append(RunningClock(state.ends, "round"))
            if isinstance(state, Agreeing) and state.agree_by is not None and not state.agree_overdue:
                found.append(RunningClock(state.agree_by, "agree"))
    return tuple(sorted(found))


def next_due(state: State) -> datetime | None:
    """Return the earliest instant at which a clock runs out."""
    running = clocks(state)
    return running[0].due if running else None


def _contact(state: Waiting | Table) -> list[RunningClock]:
    escalation = state.escalation
    if escalation is None or escalation.contact_by is None or escalation.contacted or escalation.overdue:
        return []
    return [RunningClock(escalation.contact_by, "contact")]


def _answer(state: Table) -> list[RunningClock]:
    if state.answer_by is None or state.answer_overdue:
        return []
    return [RunningClock(state.answer_by, "answer")]


def _respond(state: Table) -> list[RunningClock]:
    return [
        RunningClock(seat.respond_by, "respond", seat.department)
        for seat in state.seats
        if seat.standing == "invited" and seat.respond_by is not None
    ]

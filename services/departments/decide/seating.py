"""Who may act in which state: the refusals that every phase shares."""

from __future__ import annotations

from typing import Final

from services.departments.state import Closed, Completed, Seat, State, Table, Waiting, table_of
from services.departments.state.models import OpenTable
from shared.core.decider import Rejected

NOT_AT_THIS_TABLE: Final = "not-at-this-table"
"""The edge answers with 404: a department learns nothing of complaints it was not asked about."""

NO_SUCH_COMPLAINT: Final = "no-such-complaint"
"""The edge answers with 404."""


def seat_at(state: State, department: str) -> tuple[OpenTable, Seat]:
    """Return the open table and the department's seat, whether it has answered or not.

    Raises:
        Rejected: ``not-at-this-table``, ``table-closed``.
    """
    table = table_of(state)
    seat = table.seat(department) if table is not None else None
    if table is None or seat is None:
        raise Rejected(NOT_AT_THIS_TABLE, f"{department} was not invited to this table.")
    if isinstance(state, (Closed, Waiting)):
        raise Rejected("table-closed", "The table is closed; what was agreed stays on record.")
    return table, seat


def working(table: Table) -> None:
    """Raise Rejected where the table has done its work and waits for the customer."""
    if isinstance(table, Completed):
        raise Rejected("the-customers-turn", "Remedy and answer are given; it is the customer's turn now.")


def acting(state: State, department: str) -> tuple[OpenTable, Seat]:
    """Return the table and the seat of a department that has joined, or whose seat management holds.

    Raises:
        Rejected: also ``join-first``, ``declined``.
    """
    table, seat = seat_at(state, department)
    if seat.standing == "invited":
        raise Rejected("join-first", "Join the table first; then contribute.")
    if seat.standing == "declined":
        raise Rejected("declined", "The department declined; join the table again to contribute.")
    return table, seat

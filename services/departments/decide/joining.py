"""Joining, declining with a nominee, and asking a further department in."""

from __future__ import annotations

from collections.abc import Sequence

from services.departments import commands as asked
from services.departments.decide.escalating import escalated
from services.departments.decide.inviting import nominated
from services.departments.decide.seating import seat_at, working
from services.departments.policy import (
    DECLINES_UNTIL_MANAGEMENT,
    the_last_participant_cannot_decline_until_another_accepted,
)
from services.departments.state import AgreedTable, Seat, State, Table
from shared.contracts.departments import DepartmentDeclined, DepartmentJoined, ManagementTookSeat
from shared.contracts.event import Event
from shared.core.decider import Rejected
from shared.core.organisation import Organisation


def join(state: State, command: asked.Join) -> Sequence[Event]:
    """Also late, after management took the seat, and also after declining: whoever wants to help may."""
    table, seat = seat_at(state, command.department)
    if seat.standing == "active":
        return []
    working(table)
    return [DepartmentJoined(at=command.now, by=command.by, department=command.department)]


def decline(organisation: Organisation, state: State, command: asked.Decline) -> Sequence[Event]:
    """A reason and a nominee, who is invited with its own clock; the third time management takes the seat."""
    table, seat = seat_at(state, command.department)
    if seat.standing in ("declined", "managed") and seat.refusal is not None:
        return []
    working(table)
    _may_decline(organisation, table, seat, command)
    declined = DepartmentDeclined(
        at=command.now, by=command.by, department=command.department, reason=command.reason, nominee=command.nominee
    )
    if table.declines + 1 >= DECLINES_UNTIL_MANAGEMENT:
        reason = f"{table.declines + 1} departments passed it on; management decides who sits here."
        took = ManagementTookSeat(at=command.now, by="management", department=command.department, reason=reason)
        handed = escalated(organisation, state, reason, "bounce", command.now, "system", declined=command.department)
        return [declined, took, *handed]
    if command.nominee in table.participants:
        return [declined]
    words = f"{command.department} declined ({command.reason}) and named {command.nominee}"
    return [declined, nominated(organisation, table, command.nominee, command.department, words, command.now)]


def nominate(organisation: Organisation, state: State, command: asked.Nominate) -> Sequence[Event]:
    """Ask a further department in and stay: the way out for the last participant, who cannot simply decline."""
    table, seat = seat_at(state, command.department)
    working(table)
    if seat.standing == "declined":
        raise Rejected("declined", "The department declined; join the table again to name another.")
    _known_and_another(organisation, command.department, command.nominee)
    if command.nominee in table.participants:
        return []
    words = f"{command.department} asked {command.nominee} to the table"
    return [nominated(organisation, table, command.nominee, command.department, words, command.now)]


def _may_decline(organisation: Organisation, table: Table, seat: Seat, command: asked.Decline) -> None:
    codes = [code.id for code in organisation.playbook.declines]
    if command.reason not in codes:
        raise Rejected("decline-needs-a-reason", f"Give one of these reasons: {', '.join(codes)}.")
    _known_and_another(organisation, command.department, command.nominee)
    if isinstance(table, AgreedTable) and seat.standing == "active":
        raise Rejected("already-agreed", "The table has agreed, this department among it; it can no longer decline.")
    if the_last_participant_cannot_decline_until_another_accepted(table.standings, command.department):
        raise Rejected(
            "the-last-participant-stays",
            "This is the last department at the table: nominate another, and decline once it has joined.",
        )


def _known_and_another(organisation: Organisation, department: str, nominee: str) -> None:
    if not organisation.has_department(nominee) or nominee == department:
        others = ", ".join(found.id for found in organisation.departments if found.id != department)
        raise Rejected("decline-needs-a-nominee", f"Name another department that is concerned: {others}.")

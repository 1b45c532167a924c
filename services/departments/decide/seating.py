"""Who sits at the table: invitations, joining, declining with a nominee, and who may act in which state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.departments import commands
from services.departments.decide.escalating import escalated
from services.departments.policy.deadlines import due
from services.departments.policy.refusals import (
    ALREADY_AGREED,
    DECLINE_NEEDS_A_NOMINEE,
    DECLINE_NEEDS_A_REASON,
    DECLINED,
    JOIN_FIRST,
    NOT_AT_THIS_TABLE,
    TABLE_CLOSED,
    THE_CUSTOMERS_TURN,
    THE_LAST_PARTICIPANT_STAYS,
)
from services.departments.policy.seats import (
    DECLINES_UNTIL_MANAGEMENT,
    the_last_participant_cannot_decline_until_another_accepted,
)
from services.departments.policy.wording import effect_on_the_customer, first_action
from services.departments.state.models import (
    AgreedTable,
    Closed,
    Completed,
    OpenTable,
    Seat,
    State,
    Table,
    Waiting,
    table_of,
)
from shared.contracts.departments import (
    ComplaintBrief,
    DepartmentDeclined,
    DepartmentInvited,
    DepartmentJoined,
    ManagementTookSeat,
    RoundStarted,
)
from shared.contracts.event import Event
from shared.contracts.parts import Severity, TouchedStep, Why
from shared.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Occasion:
    """What every briefing of one table has in common."""

    complaint: ComplaintBrief
    category: str
    severity: Severity
    stage: int
    lead: str

    @classmethod
    def of(cls, table: Table) -> Occasion:
        """Return the occasion of a table."""
        return cls(table.complaint, table.category, table.severity, table.stage, table.lead)


def invited(
    organisation: Organisation,
    occasion: Occasion,
    department: str,
    steps: Sequence[TouchedStep],
    now: datetime,
    nominated_by: str = "",
) -> DepartmentInvited:
    """Return the briefing; historic ones have no clock."""
    historic = occasion.complaint.historic
    clock = None if historic else due(organisation, occasion.severity, "respond", department, now)
    return DepartmentInvited(
        at=now,
        by=nominated_by or "system",
        department=department,
        steps=tuple(steps),
        effect=effect_on_the_customer(organisation, occasion.complaint, occasion.category),
        asked=first_action(historic=historic, stage=occasion.stage, lead=department == occasion.lead),
        respond_by=clock.at if clock else None,
        nominated_by=nominated_by,
        calendar=clock.calendar if clock else "",
    )


def nominated(
    organisation: Organisation, table: Table, nominee: str, by: str, words: str, now: datetime
) -> DepartmentInvited:
    """Return the briefing of a nominee: its own steps, because `by` named it; the nominator's where it owns none."""
    why = Why(basis="person", sentence=words)
    own = [TouchedStep(step=step.id, department=nominee, why=(why,)) for step in organisation.steps_of(nominee)]
    seat = table.seat(by)
    steps = own or (list(seat.steps) if seat else [])
    return invited(organisation, Occasion.of(table), nominee, steps, now, nominated_by=by)


def round_started(
    organisation: Organisation, severity: Severity, invitations: Sequence[DepartmentInvited], now: datetime
) -> RoundStarted:
    """Return the start of the blind round; it ends when the slowest calendar has had its time.

    It runs from the opening of the table, so that a department can contribute as soon as it joins. It ends with the
    latest of the departments' own ends, each counted on its calendar from the end of its time to join. With any earlier
    end the reveal could come before a department in another time zone has had a working hour, and its proposal would
    not be blind. The customer's clock runs all the while.
    """
    ends = max(due(organisation, severity, "round", one.department, one.respond_by or now) for one in invitations)
    return RoundStarted(at=now, by="system", ends=ends.at, calendar=ends.calendar)


def seat_at(state: State, department: str) -> tuple[OpenTable, Seat]:
    """Return the open table and the department's seat, whether it has answered or not.

    Raises:
        Rejected: ``not-at-this-table``, ``table-closed``.
    """
    table = table_of(state)
    seat = table.seat(department) if table is not None else None
    if table is None or seat is None:
        raise NOT_AT_THIS_TABLE.refusal(department=department)
    if isinstance(state, (Closed, Waiting)):
        raise TABLE_CLOSED.refusal()
    return table, seat


def working(table: Table) -> None:
    """Raise Rejected where the table has done its work and waits for the customer."""
    if isinstance(table, Completed):
        raise THE_CUSTOMERS_TURN.refusal()


def acting(state: State, department: str) -> tuple[OpenTable, Seat]:
    """Return the table and the seat of a department that has joined, or whose seat management holds.

    Raises:
        Rejected: also ``join-first``, ``declined``.
    """
    table, seat = seat_at(state, department)
    if seat.standing == "invited":
        raise JOIN_FIRST.refusal()
    if seat.standing == "declined":
        raise DECLINED.refusal()
    return table, seat


def join(state: State, command: commands.Join) -> Sequence[Event]:
    """A department may also join late, after management took its seat, or after declining."""
    table, seat = seat_at(state, command.department)
    if seat.standing == "active":
        return []
    working(table)
    return [DepartmentJoined(at=command.now, by=command.by, department=command.department)]


def decline(organisation: Organisation, state: State, command: commands.Decline) -> Sequence[Event]:
    """With a reason and a nominee, who is invited with a clock of its own; the third time management takes the seat."""
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


def nominate(organisation: Organisation, state: State, command: commands.Nominate) -> Sequence[Event]:
    """Invite another department and stay: the way out for the last participant, who cannot simply decline."""
    table, seat = seat_at(state, command.department)
    working(table)
    if seat.standing == "declined":
        raise DECLINED.refusal()
    _known_and_another(organisation, command.department, command.nominee)
    if command.nominee in table.participants:
        return []
    words = f"{command.department} asked {command.nominee} to the table"
    return [nominated(organisation, table, command.nominee, command.department, words, command.now)]


def _may_decline(organisation: Organisation, table: Table, seat: Seat, command: commands.Decline) -> None:
    codes = [code.id for code in organisation.playbook.declines]
    if command.reason not in codes:
        raise DECLINE_NEEDS_A_REASON.refusal(reasons=", ".join(codes))
    _known_and_another(organisation, command.department, command.nominee)
    if isinstance(table, AgreedTable) and seat.standing == "active":
        raise ALREADY_AGREED.refusal()
    if the_last_participant_cannot_decline_until_another_accepted(table.standings, command.department):
        raise THE_LAST_PARTICIPANT_STAYS.refusal()


def _known_and_another(organisation: Organisation, department: str, nominee: str) -> None:
    if not organisation.has_department(nominee) or nominee == department:
        others = ", ".join(found.id for found in organisation.departments if found.id != department)
        raise DECLINE_NEEDS_A_NOMINEE.refusal(others=others)

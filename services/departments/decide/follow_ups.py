"""What follows by itself: from a decision, another lead, the reveal or the completion; from a clock, its consequence.

A clock never fires early or twice; clocks fire in the order in which they were due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from services.departments import commands
from services.departments.decide.escalating import escalated
from services.departments.policy.deadlines import due
from services.departments.policy.seats import the_accountable_lead, waited_for
from services.departments.state.clocks import RunningClock, clocks
from services.departments.state.evolve import evolve
from services.departments.state.models import Completed, Delivering, Round, State, Table
from shared.contracts.departments import (
    AgreementOverdue,
    AnswerOverdue,
    DepartmentSilent,
    EscalationOverdue,
    LeadChanged,
    ManagementTookSeat,
    ResolutionCompleted,
    RoundRevealed,
)
from shared.contracts.event import Event
from shared.organisation import Organisation


def with_follow_ups(
    organisation: Organisation, state: State, events: Sequence[Event], now: datetime
) -> Sequence[Event]:
    """Return the events and, one after the other, all that follows from them; without events nothing follows."""
    if not events:
        return events
    current = state
    for event in events:
        current = evolve(current, event)
    all_events = list(events)
    while (following := _following(organisation, current, now)) is not None:
        all_events.append(following)
        current = evolve(current, following)
    return all_events


def revealed(organisation: Organisation, table: Round, now: datetime, *, complete: bool) -> RoundRevealed:
    """Return the reveal, which starts the clock for agreeing on the lead's calendar."""
    agree = due(organisation, table.severity, "agree", table.lead, now)
    return RoundRevealed(at=now, by="system", complete=complete, agree_by=agree.at, calendar=agree.calendar)


def _following(organisation: Organisation, state: State, now: datetime) -> Event | None:
    if not isinstance(state, Table) or isinstance(state, Completed) or not state.seats:
        return None
    lead = the_accountable_lead(organisation, state.standings, state.lead)
    if lead != state.lead:
        before = state.seat(state.lead)
        why = f"{state.lead} declined" if before and before.standing == "declined" else f"{state.lead} did not answer"
        return LeadChanged(at=now, by="system", lead=lead, before=state.lead, why=why)
    if isinstance(state, Round) and _all_have_contributed(state):
        return revealed(organisation, state, now, complete=True)
    if isinstance(state, Delivering) and state.delivery is not None and state.answer is not None:
        return ResolutionCompleted(
            at=now,
            by="system",
            stage=state.stage,
            staff_minutes=state.staff_minutes,
            compensation=state.compensation,
        )
    return None


def _all_have_contributed(table: Round) -> bool:
    """While a department may still join, a reveal would show it the others' proposals before it makes its own."""
    if "invited" in table.standings.values():
        return False
    proposing = {proposal.department for proposal in table.proposals}
    waited = [seat for seat in table.seats if seat.department in waited_for(table.standings)]
    return bool(waited) and all(seat.reported and seat.department in proposing for seat in waited)


def run_clocks(organisation: Organisation, state: State, command: commands.RunClocks) -> Sequence[Event]:
    """Report every clock that has run out, with what follows from it, until none is left."""
    all_events: list[Event] = []
    current = state
    while (running := clocks(current)) and running[0].due <= command.now:
        events = with_follow_ups(
            organisation, current, _ran_out(organisation, current, running[0], command.now), command.now
        )
        for event in events:
            current = evolve(current, event)
        all_events.extend(events)
    return all_events


def _ran_out(organisation: Organisation, state: State, clock: RunningClock, now: datetime) -> Sequence[Event]:
    match clock.kind:
        case "respond":
            return [
                DepartmentSilent(at=now, by="system", department=clock.department, due=clock.due),
                ManagementTookSeat(
                    at=now,
                    by="management",
                    department=clock.department,
                    reason="The department did not answer in time.",
                ),
            ]
        case "round":
            return [revealed(organisation, state, now, complete=False)] if isinstance(state, Round) else []
        case "agree":
            return [AgreementOverdue(at=now, by="system", due=clock.due)]
        case "answer":
            reason = "The customer's answer was not ready in time."
            missed = AnswerOverdue(at=now, by="system", due=clock.due)
            return [missed, *escalated(organisation, state, reason, "clock", now, "system")]
        case "contact":
            return [EscalationOverdue(at=now, by="system", due=clock.due)]
        case _:
            assert_never(clock.kind)

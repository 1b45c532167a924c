"""Opening the table: complaint and triage in any order; the second stage; the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.departments import commands
from services.departments.decide.escalating import escalated
from services.departments.decide.seating import Occasion, invited, round_started
from services.departments.policy.deadlines import due
from services.departments.policy.seats import the_lead_of_the_second_stage
from services.departments.state.models import Closed, Completed, State, Table, Waiting
from shared.contracts.departments import (
    ComplaintBrief,
    ComplaintNoted,
    DepartmentInvited,
    TableClosed,
    TableOpened,
    TriageBrief,
    TriageNoted,
)
from shared.contracts.event import Event
from shared.contracts.parts import TouchedStep
from shared.organisation import Organisation


def note_complaint(organisation: Organisation, state: State, command: commands.NoteComplaint) -> Sequence[Event]:
    """Remember the complaint, and open the table where the triage came first."""
    if not isinstance(state, Waiting) or state.complaint is not None:
        return []
    if command.complaint.historic and state.triage is None:
        return []  # the triage says so too, and is all that its table needs
    noted = ComplaintNoted(at=command.now, by=command.by, complaint=command.complaint)
    if state.triage is None:
        return [noted]
    return [noted, *_opened(organisation, command.complaint, state.triage, command.now)]


def note_triage(organisation: Organisation, state: State, command: commands.NoteTriage) -> Sequence[Event]:
    """Open the table, or remember the triage where it came first, or invite whom a correction touches newly."""
    match state:
        case Waiting(complaint=None) if not command.historic:
            if state.triage == command.triage:
                return []
            return [TriageNoted(at=command.now, by=command.by, triage=command.triage)]
        case Waiting():
            complaint = state.complaint or ComplaintBrief(registered_at=command.now, historic=True)
            return _opened(organisation, complaint, command.triage, command.now)
        case Closed() | Completed():
            return []
        case Table():
            occasion = Occasion.of(state)
            newly = {
                department: steps
                for department, steps in _by_department(command.triage.steps).items()
                if state.seat(department) is None
            }
            return [invited(organisation, occasion, one, steps, command.now) for one, steps in newly.items()]


def open_second_stage(organisation: Organisation, state: State, command: commands.OpenSecondStage) -> Sequence[Event]:
    """The same departments with a different lead; after the second rejection management has it."""
    if not isinstance(state, Completed) or state.stage != command.rejected_stage:
        return []
    if state.stage > 1:
        reason = f"The customer rejected the second answer: {command.reason}"
        return escalated(organisation, state, reason, "customer", command.now, command.by)
    before = (*state.earlier_leads, state.lead)
    lead = the_lead_of_the_second_stage(organisation, state.participants, before)
    briefed = {seat.department: seat.steps for seat in state.seats if seat.standing != "declined"}
    # A lead that was not in the first stage is briefed on every step of the table: it answers for the whole.
    briefed.setdefault(lead, tuple(state.steps.values()))
    occasion = Occasion(state.complaint, state.category, state.severity, state.stage + 1, lead)
    return _table(organisation, occasion, briefed, command.now, answer_from=command.now)


def close_table(state: State, command: commands.CloseTable) -> Sequence[Event]:
    """The customer's side has ended. A historic complaint's table closes as it opens, not by this command."""
    if isinstance(state, Closed) or command.why == "historic":
        return []
    return [TableClosed(at=command.now, by=command.by, why=command.why)]


def _opened(
    organisation: Organisation, complaint: ComplaintBrief, triage: TriageBrief, now: datetime
) -> Sequence[Event]:
    touched = _by_department(triage.steps)
    briefed = {department: touched.get(department, ()) for department in organisation.accountable(touched)}
    lead = organisation.nearest(briefed).id
    occasion = Occasion(complaint, triage.category, triage.severity, 1, lead)
    return _table(organisation, occasion, briefed, now, answer_from=complaint.registered_at)


def _table(
    organisation: Organisation,
    occasion: Occasion,
    briefed: dict[str, tuple[TouchedStep, ...]],
    now: datetime,
    *,
    answer_from: datetime,
) -> Sequence[Event]:
    historic = occasion.complaint.historic
    answer = None if historic else due(organisation, occasion.severity, "answer", occasion.lead, answer_from)
    invitations: list[DepartmentInvited] = [
        invited(organisation, occasion, department, steps, now) for department, steps in briefed.items()
    ]
    started = None if historic else round_started(organisation, occasion.severity, invitations, now)
    opened = TableOpened(
        at=now,
        by="system",
        stage=occasion.stage,
        lead=occasion.lead,
        departments=tuple(briefed),
        severity=occasion.severity,
        answer_by=answer.at if answer else None,
        historic=historic,
        category=occasion.category,
        calendar=answer.calendar if answer else "",
        round_ends=started.ends if started else None,
    )
    return [opened, *invitations, started or TableClosed(at=now, by="system", why="historic")]


def _by_department(steps: Sequence[TouchedStep]) -> dict[str, tuple[TouchedStep, ...]]:
    briefed: dict[str, tuple[TouchedStep, ...]] = {}
    for step in steps:
        briefed[step.department] = (*briefed.get(step.department, ()), step)
    return briefed

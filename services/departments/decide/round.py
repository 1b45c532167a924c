"""The blind round: step times and proposals, before anybody sees the others'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from services.departments import commands
from services.departments.decide.seating import acting, working
from services.departments.policy.refusals import (
    ALREADY_AGREED,
    BUDGET_IS_POSITIVE,
    ENDS_AFTER_IT_STARTS,
    ENOUGH_PROPOSALS,
    MINUTES_ARE_COUNTED,
    OWN_STEPS_ONLY,
    PREVENTION_HAS_NO_REMEDY,
    REMEDY_NEEDS_THE_LEAD,
    REMEDY_OF_THE_PLAYBOOK,
    REMEDY_WITHIN_THE_LIMIT,
    STEP_OF_THIS_TABLE,
    WAITING_WITHIN_THE_STEP,
)
from services.departments.policy.seats import PROPOSALS_PER_DEPARTMENT
from services.departments.state.models import AgreedTable, Seat, State, Table, table_of
from shared.contracts.departments import Proposal, ProposalMade, TimesReported, WordingRefused
from shared.contracts.event import Event
from shared.contracts.parts import Remedy, StepTime
from shared.organisation import Organisation
from shared.organisation.wording import override_used, refuse_blame


def report_times(organisation: Organisation, state: State, command: commands.ReportTimes) -> Sequence[Event]:
    """A later report replaces an earlier one."""
    table, seat = acting(state, command.department)
    waiting = dict(command.waiting)
    given = (command.steps, waiting, command.staff_minutes)
    if seat.reported and given == (seat.times, seat.waiting, seat.staff_minutes):
        return []
    working(table)
    _own_and_sensible(organisation, seat, command)
    return [
        TimesReported(
            at=command.now,
            by=command.by,
            department=command.department,
            steps=command.steps,
            waiting=waiting,
            staff_minutes=command.staff_minutes,
        )
    ]


def propose(organisation: Organisation, state: State, command: commands.Propose) -> Sequence[Event]:
    """Put a solution on the table."""
    table, _ = acting(state, command.department)
    if table.proposal(command.draft.proposal) is not None:
        return []
    return [proposed(organisation, table, command.department, command.draft, command.now, command.by)]


def proposed(
    organisation: Organisation, table: Table, department: str, draft: commands.Draft, now: datetime, by: str
) -> ProposalMade:
    """Return the proposal, checked; also used for the alternative of an objection."""
    working(table)
    if isinstance(table, AgreedTable):
        raise ALREADY_AGREED.refusal()
    if sum(one.department == department for one in table.proposals) >= PROPOSALS_PER_DEPARTMENT:
        raise ENOUGH_PROPOSALS.refusal(most=PROPOSALS_PER_DEPARTMENT)
    _belongs_to_the_table(organisation, table, draft.step)
    if draft.kind == "remedy":
        refuse_outside_the_playbook(organisation, draft.remedy, leads=department == table.lead)
    elif draft.remedy is not None:
        raise PREVENTION_HAS_NO_REMEDY.refusal()
    if draft.budget_hours is not None and draft.budget_hours <= 0:
        raise BUDGET_IS_POSITIVE.refusal(step=draft.step)
    texts = [draft.text, draft.remedy.text if draft.remedy else ""]
    refuse_blame(organisation, texts, draft.override)
    proposal = Proposal(
        proposal=draft.proposal,
        department=department,
        step=draft.step,
        kind=draft.kind,
        text=draft.text,
        remedy=draft.remedy,
        budget_hours=draft.budget_hours,
        override=override_used(organisation, texts, draft.override),
    )
    return ProposalMade(at=now, by=by, proposal=proposal)


def refuse_outside_the_playbook(organisation: Organisation, remedy: Remedy | None, *, leads: bool) -> None:
    """Raise Rejected where the remedy is not the playbook's, above its limit, or the lead's alone to propose."""
    known = {one.id: one for one in organisation.playbook.remedies}
    if remedy is None or remedy.remedy not in known:
        raise REMEDY_OF_THE_PLAYBOOK.refusal(remedies=", ".join(known))
    limit = known[remedy.remedy]
    if not Decimal(0) <= remedy.amount <= limit.max_amount:
        most = f"{limit.max_amount} {organisation.currency}"
        raise REMEDY_WITHIN_THE_LIMIT.refusal(remedy=limit.id, most=most, amount=remedy.amount)
    if limit.needs_lead and not leads:
        raise REMEDY_NEEDS_THE_LEAD.refusal(remedy=limit.id)


def note_refused_wording(state: State, command: commands.NoteRefusedWording) -> Sequence[Event]:
    """The refusal is on record for the auditor; the text is not."""
    table = table_of(state)
    if table is None or table is not state or command.attempt in table.refused:
        return []
    return [
        WordingRefused(
            at=command.now,
            by=command.by,
            department=command.department,
            rule=command.rule,
            attempt=command.attempt,
        )
    ]


def _belongs_to_the_table(organisation: Organisation, table: Table, step: str) -> None:
    # A table that opened without any touched step may speak of every step of the chain.
    steps = list(table.steps) or [one.id for one in organisation.steps]
    if step not in steps:
        raise STEP_OF_THIS_TABLE.refusal(steps=", ".join(steps))


def _own_and_sensible(organisation: Organisation, seat: Seat, command: commands.ReportTimes) -> None:
    own = [*(step.step for step in seat.steps), *(step.id for step in organisation.steps_of(seat.department))]
    for time in command.steps:
        if time.step not in own:
            raise OWN_STEPS_ONLY.refusal(steps=", ".join(dict.fromkeys(own)))
        if time.started is not None and time.ended is not None and time.ended < time.started:
            raise ENDS_AFTER_IT_STARTS.refusal(step=time.step)
    reported = {time.step: time for time in command.steps}
    for step, seconds in command.waiting.items():
        length = _length(reported.get(step))
        if seconds < 0 or length is None or seconds > length:
            raise WAITING_WITHIN_THE_STEP.refusal(step=step)
    if command.staff_minutes < 0:
        raise MINUTES_ARE_COUNTED.refusal()


def _length(time: StepTime | None) -> float | None:
    if time is None or time.started is None or time.ended is None:
        return None
    return (time.ended - time.started).total_seconds()

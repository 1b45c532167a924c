"""The blind round: step times and proposals, before anybody sees the others'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from services.departments import commands as asked
from services.departments.decide.seating import acting, working
from services.departments.policy import PROPOSALS_PER_DEPARTMENT
from services.departments.state import AgreedTable, Seat, State, Table, table_of
from shared.contracts.departments import Proposal, ProposalMade, TimesReported, WordingRefused
from shared.contracts.event import Event
from shared.contracts.parts import Remedy, StepTime
from shared.core.decider import Rejected
from shared.core.organisation import Organisation
from shared.core.wording import override_used, refuse_blame


def report_times(organisation: Organisation, state: State, command: asked.ReportTimes) -> Sequence[Event]:
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


def propose(organisation: Organisation, state: State, command: asked.Propose) -> Sequence[Event]:
    """Put a solution on the table."""
    table, _ = acting(state, command.department)
    if table.proposal(command.draft.proposal) is not None:
        return []
    return [proposed(organisation, table, command.department, command.draft, command.now, command.by)]


def proposed(
    organisation: Organisation, table: Table, department: str, draft: asked.Draft, now: datetime, by: str
) -> ProposalMade:
    """Return the proposal, checked; also used for the alternative of an objection."""
    working(table)
    if isinstance(table, AgreedTable):
        raise Rejected("already-agreed", "The table has agreed; nothing more is proposed in this stage.")
    if sum(one.department == department for one in table.proposals) >= PROPOSALS_PER_DEPARTMENT:
        raise Rejected("enough-proposals", f"A department makes at most {PROPOSALS_PER_DEPARTMENT} proposals.")
    _belongs_to_the_table(organisation, table, draft.step)
    if draft.kind == "remedy":
        refuse_outside_the_playbook(organisation, draft.remedy, leads=department == table.lead)
    elif draft.remedy is not None:
        raise Rejected("prevention-has-no-remedy", "A prevention is for the next customer; leave `remedy` out.")
    if draft.budget_hours is not None and draft.budget_hours <= 0:
        raise Rejected("budget-is-positive", "A step's budget is at least one hour.")
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
        raise Rejected("remedy-of-the-playbook", f"Choose a remedy of the playbook: {', '.join(known)}.")
    limit = known[remedy.remedy]
    if not Decimal(0) <= remedy.amount <= limit.max_amount:
        most = f"{limit.max_amount} {organisation.currency}"
        raise Rejected("remedy-within-the-limit", f"'{limit.id}' goes from nothing to {most}, not {remedy.amount}.")
    if limit.needs_lead and not leads:
        raise Rejected("remedy-needs-the-lead", f"Only the lead may propose '{limit.id}'.")


def note_refused_wording(state: State, command: asked.NoteRefusedWording) -> Sequence[Event]:
    """That words were refused is on record for the auditor; the words are not."""
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
        raise Rejected("step-of-this-table", f"Tie the proposal to a step of this table: {', '.join(steps)}.")


def _own_and_sensible(organisation: Organisation, seat: Seat, command: asked.ReportTimes) -> None:
    own = [*(step.step for step in seat.steps), *(step.id for step in organisation.steps_of(seat.department))]
    for time in command.steps:
        if time.step not in own:
            raise Rejected("own-steps-only", f"A department reports its own steps: {', '.join(dict.fromkeys(own))}.")
        if time.started is not None and time.ended is not None and time.ended < time.started:
            raise Rejected("ends-after-it-starts", f"Step '{time.step}' ends before it starts.")
    reported = {time.step: time for time in command.steps}
    for step, seconds in command.waiting.items():
        length = _length(reported.get(step))
        if seconds < 0 or length is None or seconds > length:
            raise Rejected("waiting-within-the-step", f"The waiting in '{step}' is no longer than the step itself.")
    if command.staff_minutes < 0:
        raise Rejected("minutes-are-counted", "Staff minutes cannot be negative.")


def _length(time: StepTime | None) -> float | None:
    if time is None or time.started is None or time.ended is None:
        return None
    return (time.ended - time.started).total_seconds()

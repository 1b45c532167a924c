"""Agreeing: endorse, object with an alternative, write down what was agreed; the lead alone when time is up."""

from __future__ import annotations

from collections.abc import Sequence

from services.departments import commands
from services.departments.decide.round import proposed, refuse_outside_the_playbook
from services.departments.decide.seating import acting
from services.departments.policy.budgets import what_the_budgets_would_break
from services.departments.policy.refusals import (
    ALREADY_AGREED,
    ALREADY_OBJECTED,
    ALTERNATIVE_OF_ITS_KIND,
    BUDGET_IS_POSITIVE,
    BUDGET_OF_A_KNOWN_STEP,
    BUDGETS_WITHIN_THE_PROMISE,
    NO_SUCH_PROPOSAL,
    NOT_AGREED_YET,
    NOT_REVEALED_YET,
    ONE_REMEDY,
    ONLY_THE_LEAD_AGREES,
    OWN_PROPOSAL,
    PREVENTIONS_ONCE_EACH,
)
from services.departments.policy.seats import waited_for
from services.departments.state.models import AgreedTable, Agreeing, Completed, Delivering, Objection, State, Table
from shared.contracts.departments import (
    AgreementOverdue,
    AgreementReached,
    Proposal,
    ProposalEndorsed,
    ProposalObjected,
)
from shared.contracts.event import Event
from shared.contracts.parts import Remedy
from shared.organisation import Organisation
from shared.organisation.wording import override_used, refuse_blame


def endorse(state: State, command: commands.Endorse) -> Sequence[Event]:
    """Stand behind a proposal; the department's own objection to it is then settled."""
    table, _ = acting(state, command.department)
    proposal = _revealed(table, command.proposal)
    given = (command.department, command.proposal)
    if command.department == proposal.department or given in _endorsements(table):
        return []
    _still_open(table)
    return [ProposalEndorsed(at=command.now, by=command.by, department=command.department, proposal=command.proposal)]


def object_to(organisation: Organisation, state: State, command: commands.ObjectTo) -> Sequence[Event]:
    """An objection brings its alternative with it."""
    table, _ = acting(state, command.department)
    proposal = _revealed(table, command.proposal)
    if table.proposal(command.alternative.proposal) is not None:
        return []
    _still_open(table)
    if proposal.department == command.department:
        raise OWN_PROPOSAL.refusal()
    if any((one.department, one.proposal) == (command.department, command.proposal) for one in table.objections):
        raise ALREADY_OBJECTED.refusal()
    if command.alternative.kind != proposal.kind:
        raise ALTERNATIVE_OF_ITS_KIND.refusal(kind=proposal.kind)
    refuse_blame(organisation, [command.reason], command.override)
    alternative = proposed(organisation, table, command.department, command.alternative, command.now, command.by)
    objected = ProposalObjected(
        at=command.now,
        by=command.by,
        department=command.department,
        proposal=command.proposal,
        reason=command.reason,
        alternative=command.alternative.proposal,
        override=override_used(organisation, [command.reason], command.override),
    )
    return [alternative, objected]


def agree(organisation: Organisation, state: State, command: commands.Agree) -> Sequence[Event]:
    """The lead writes it down; refused while a participant does not stand behind it, until the clock runs out."""
    table, _ = acting(state, command.department)
    chosen = (command.remedy_proposal, *command.preventions)
    if command.department != table.lead:
        raise ONLY_THE_LEAD_AGREES.refusal(lead=table.lead)
    if isinstance(table, (Delivering, Completed)):
        if (table.agreement.proposals, table.agreement.budgets) == (chosen, dict(command.budgets)):
            return []
        raise ALREADY_AGREED.refusal()
    remedy = _chosen_remedy(organisation, table, command)
    preventions = _chosen_preventions(table, command)
    if not isinstance(table, Agreeing):
        raise NOT_REVEALED_YET.refusal()
    _fits_the_promise(organisation, table, command)
    overdue = table.agree_by is not None and command.now >= table.agree_by
    against = _objections(table, chosen)
    missing = _not_behind(table, command.remedy_proposal)
    if (against or missing) and not (overdue or table.agree_overdue):
        raise NOT_AGREED_YET.refusal(**_what_is_missing(table, against, missing))
    reached = AgreementReached(
        at=command.now,
        by=command.by,
        remedy=remedy,
        proposals=chosen,
        preventions=tuple(prevention.text for prevention in preventions),
        budgets=dict(command.budgets),
        by_lead=bool(against or missing),
        objections=tuple(f"{one.department} objects to {one.proposal}: {one.reason}" for one in against),
    )
    if overdue and not table.agree_overdue and table.agree_by is not None:
        return [AgreementOverdue(at=command.now, by="system", due=table.agree_by), reached]
    return [reached]


def _revealed(table: Table, proposal: str) -> Proposal:
    if not isinstance(table, (Agreeing, AgreedTable)):
        raise NOT_REVEALED_YET.refusal()
    return _on_the_table(table, proposal)


def _on_the_table(table: Table, proposal: str) -> Proposal:
    found = table.proposal(proposal)
    if found is None:
        raise NO_SUCH_PROPOSAL.refusal(proposal=proposal)
    return found


def _still_open(table: Table) -> None:
    if isinstance(table, AgreedTable):
        raise ALREADY_AGREED.refusal()


def _chosen_remedy(organisation: Organisation, table: Table, command: commands.Agree) -> Remedy:
    proposal = _on_the_table(table, command.remedy_proposal)
    if proposal.kind != "remedy" or proposal.remedy is None:
        raise ONE_REMEDY.refusal(proposal=proposal.proposal)
    refuse_outside_the_playbook(organisation, proposal.remedy, leads=True)
    return proposal.remedy


def _chosen_preventions(table: Table, command: commands.Agree) -> list[Proposal]:
    chosen = [_on_the_table(table, prevention) for prevention in command.preventions]
    remedies = [one.proposal for one in chosen if one.kind != "prevention"]
    if remedies or len(set(command.preventions)) < len(command.preventions):
        raise PREVENTIONS_ONCE_EACH.refusal(proposals=", ".join(remedies) or chosen[0].proposal)
    return chosen


def _fits_the_promise(organisation: Organisation, table: Table, command: commands.Agree) -> None:
    for step, hours in command.budgets.items():
        if not organisation.has_step(step):
            known = ", ".join(one.id for one in organisation.steps)
            raise BUDGET_OF_A_KNOWN_STEP.refusal(step=step, known=known)
        if hours <= 0:
            raise BUDGET_IS_POSITIVE.refusal(step=step)
    complaint = table.complaint
    promised = None
    if complaint.promised_by is not None and complaint.started is not None:
        promised = complaint.promised_by - complaint.started
    broken = what_the_budgets_would_break(organisation, command.budgets, promised)
    if broken:
        raise BUDGETS_WITHIN_THE_PROMISE.refusal(broken=broken)


def _endorsements(table: Table) -> set[tuple[str, str]]:
    return {(one.department, one.proposal) for one in table.endorsements}


def _not_behind(table: Table, remedy_proposal: str) -> list[str]:
    """Whose consent is missing. Those who made or endorsed the proposal stand behind it."""
    made_by = _on_the_table(table, remedy_proposal).department
    behind = {department for department, proposal in _endorsements(table) if proposal == remedy_proposal}
    return [one for one in waited_for(table.standings) if one != made_by and one not in behind]


def _objections(table: Table, chosen: Sequence[str]) -> list[Objection]:
    """The participants' open objections to what was chosen; an objection whose alternative was chosen is settled."""
    return [
        one
        for one in table.objections
        if one.proposal in chosen and one.alternative not in chosen and one.department in table.participants
    ]


def _what_is_missing(table: Agreeing, against: Sequence[Objection], missing: Sequence[str]) -> dict[str, str]:
    parts = [f"{one.department} objects and proposes {one.alternative}" for one in against]
    objecting = {one.department for one in against}
    parts += [f"{department} has not endorsed it" for department in missing if department not in objecting]
    until = f" From {table.agree_by:%Y-%m-%d %H:%M} UTC on the lead decides alone." if table.agree_by else ""
    return {"missing": "; ".join(parts), "until": until}

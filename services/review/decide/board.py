"""What people at the review board decide: causes, actions, and that they have read it."""

from __future__ import annotations

from collections.abc import Sequence

from services.review.commands import AcknowledgeSummary, AgreeAction, CauseGiven, FinishAction, SetCauses
from services.review.decide.course import costed
from services.review.policy.shares import normalised
from services.review.state.review import Collecting, Concluded, Open, State
from shared.contracts.event import Event
from shared.contracts.parts import Cause
from shared.contracts.review import ActionAgreed, ActionDone, CausesFound, SummaryAcknowledged
from shared.core.decider import Rejected
from shared.core.organisation import Organisation
from shared.core.wording import override_used, refuse_blame

_NOT_OPEN = "A review opens when the complaint is resolved; there is none yet."


def causes_set(organisation: Organisation, state: State, command: SetCauses) -> Sequence[Event]:
    """The board's causes replace those by rule; their weights are normalised to 1."""
    match state:
        case Collecting():
            raise Rejected("review-not-open", _NOT_OPEN)
        case Concluded():
            raise Rejected("review-concluded", "The causes of a concluded review are counted already; they stay.")
        case Open():
            causes = _causes(organisation, command.causes)
            if causes == state.causes:
                return []
            said = [cause.evidence for cause in causes]
            refuse_blame(organisation, said, command.override)
            override = override_used(organisation, said, command.override)
            found = CausesFound(at=command.now, by=command.by, causes=causes, override=override)
            return [found, *costed(organisation, state, causes, command.now)]


def _causes(organisation: Organisation, given: Sequence[CauseGiven]) -> tuple[Cause, ...]:
    if not given:
        raise Rejected("no-causes", "Name at least one cause.")
    for cause in given:
        if not organisation.has_step(cause.step):
            raise Rejected("unknown-step", f"There is no step '{cause.step}' in the value chain of {organisation.id}.")
        if not cause.weight > 0:
            raise Rejected("weights-are-positive", f"The weight of {cause.step} must be more than 0.")
        if not cause.evidence.strip():
            raise Rejected("causes-need-evidence", f"Say what shows that {cause.step} is a cause.")
    if len({(cause.step, cause.factor) for cause in given}) < len(given):
        raise Rejected("causes-are-distinct", "A step and a factor together are named once; add their weights up.")
    weights = normalised([cause.weight for cause in given])
    return tuple(
        Cause(step=cause.step, factor=cause.factor, weight=weight, evidence=cause.evidence.strip(), basis="board")
        for cause, weight in zip(given, weights, strict=True)
    )


def action_agreed(organisation: Organisation, state: State, command: AgreeAction) -> Sequence[Event]:
    """Agree an action, in an open or a concluded review."""
    if isinstance(state, Collecting):
        raise Rejected("review-not-open", _NOT_OPEN)
    if any(action.action == command.action for action in state.actions):
        return []
    if not organisation.has_department(command.department):
        raise Rejected("unknown-department", f"There is no department '{command.department}' to own the action.")
    if not organisation.has_step(command.step):
        raise Rejected("unknown-step", f"There is no step '{command.step}' in the value chain of {organisation.id}.")
    if not command.text.strip():
        raise Rejected("action-says-nothing", "Say what will be done.")
    if not command.criterion.strip():
        raise Rejected("action-needs-criterion", "Write now by what later complaints will show that it worked.")
    if command.due <= command.now:
        raise Rejected(
            "action-due-in-future", f"An action is due after it is agreed, not on {command.due.isoformat()}."
        )
    said = [command.text, command.criterion]
    refuse_blame(organisation, said, command.override)
    return [
        ActionAgreed(
            at=command.now,
            by=command.by,
            action=command.action,
            kind=command.kind,
            department=command.department,
            step=command.step,
            text=command.text.strip(),
            due=command.due,
            criterion=command.criterion.strip(),
            override=override_used(organisation, said, command.override),
        )
    ]


def action_done(state: State, command: FinishAction) -> Sequence[Event]:
    """Done, in time or late."""
    actions = () if isinstance(state, Collecting) else state.actions
    found = [action for action in actions if action.action == command.action]
    if not found:
        raise Rejected("unknown-action", f"This review has no action '{command.action}'.")
    if found[0].stands == "done":
        return []
    return [ActionDone(at=command.now, by=command.by, action=command.action)]


def acknowledged(organisation: Organisation, state: State, command: AcknowledgeSummary) -> Sequence[Event]:
    """A department has read the summary; each says so once."""
    if not organisation.has_department(command.department):
        raise Rejected("unknown-department", f"There is no department '{command.department}'.")
    if not isinstance(state, Concluded):
        raise Rejected("no-summary-yet", "There is a summary to read when the review is concluded.")
    if command.department in state.acknowledged:
        return []
    return [SummaryAcknowledged(at=command.now, by=command.by, department=command.department)]

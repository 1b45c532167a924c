"""What people at the review board decide: causes, actions, and that they have read the summary."""

from __future__ import annotations

from collections.abc import Sequence

from services.review.commands import AcknowledgeSummary, AgreeAction, CauseGiven, FinishAction, SetCauses
from services.review.decide.course import costed
from services.review.policy.refusals import (
    ACTION_DUE_IN_FUTURE,
    ACTION_NEEDS_CRITERION,
    ACTION_SAYS_NOTHING,
    CAUSES_ARE_DISTINCT,
    CAUSES_NEED_EVIDENCE,
    NO_CAUSES,
    NO_SUMMARY_YET,
    REVIEW_CONCLUDED,
    REVIEW_NOT_OPEN,
    UNKNOWN_ACTION,
    UNKNOWN_DEPARTMENT,
    UNKNOWN_STEP,
    WEIGHTS_ARE_POSITIVE,
)
from services.review.policy.shares import normalised
from services.review.state.review import Collecting, Concluded, Open, State
from shared.contracts.event import Event
from shared.contracts.parts import Cause
from shared.contracts.review import ActionAgreed, ActionDone, CausesFound, SummaryAcknowledged
from shared.organisation import Organisation
from shared.organisation.datafile import closest
from shared.organisation.wording import override_used, refuse_blame


def causes_set(organisation: Organisation, state: State, command: SetCauses) -> Sequence[Event]:
    """The board's causes replace those by rule; their weights are normalised to 1."""
    match state:
        case Collecting():
            raise REVIEW_NOT_OPEN.refusal()
        case Concluded():
            raise REVIEW_CONCLUDED.refusal()
        case Open():
            causes = _causes(organisation, command.causes)
            if causes == state.causes:
                return []
            texts = [cause.evidence for cause in causes]
            refuse_blame(organisation, texts, command.override)
            override = override_used(organisation, texts, command.override)
            found = CausesFound(at=command.now, by=command.by, causes=causes, override=override)
            return [found, *costed(organisation, state, causes, command.now)]


def _causes(organisation: Organisation, given: Sequence[CauseGiven]) -> tuple[Cause, ...]:
    if not given:
        raise NO_CAUSES.refusal()
    for cause in given:
        if not organisation.has_step(cause.step):
            raise UNKNOWN_STEP.refusal(
                step=cause.step, closest=closest(cause.step, (known.id for known in organisation.steps))
            )
        if not cause.weight > 0:
            raise WEIGHTS_ARE_POSITIVE.refusal(step=cause.step)
        if not cause.evidence.strip():
            raise CAUSES_NEED_EVIDENCE.refusal(step=cause.step)
    if len({(cause.step, cause.factor) for cause in given}) < len(given):
        raise CAUSES_ARE_DISTINCT.refusal()
    weights = normalised([cause.weight for cause in given])
    return tuple(
        Cause(step=cause.step, factor=cause.factor, weight=weight, evidence=cause.evidence.strip(), basis="board")
        for cause, weight in zip(given, weights, strict=True)
    )


def action_agreed(organisation: Organisation, state: State, command: AgreeAction) -> Sequence[Event]:
    """Agree an action, in an open or a concluded review."""
    if isinstance(state, Collecting):
        raise REVIEW_NOT_OPEN.refusal()
    if any(action.action == command.action for action in state.actions):
        return []
    if not organisation.has_department(command.department):
        raise UNKNOWN_DEPARTMENT.refusal(department=command.department)
    if not organisation.has_step(command.step):
        raise UNKNOWN_STEP.refusal(
            step=command.step, closest=closest(command.step, (known.id for known in organisation.steps))
        )
    if not command.text.strip():
        raise ACTION_SAYS_NOTHING.refusal()
    if not command.criterion.strip():
        raise ACTION_NEEDS_CRITERION.refusal()
    if command.due <= command.now:
        raise ACTION_DUE_IN_FUTURE.refusal(due=command.due.isoformat())
    texts = [command.text, command.criterion]
    refuse_blame(organisation, texts, command.override)
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
            override=override_used(organisation, texts, command.override),
        )
    ]


def action_done(state: State, command: FinishAction) -> Sequence[Event]:
    """The action is done, in time or late."""
    actions = () if isinstance(state, Collecting) else state.actions
    found = [action for action in actions if action.action == command.action]
    if not found:
        raise UNKNOWN_ACTION.refusal(action=command.action)
    if found[0].stands == "done":
        return []
    return [ActionDone(at=command.now, by=command.by, action=command.action)]


def acknowledged(organisation: Organisation, state: State, command: AcknowledgeSummary) -> Sequence[Event]:
    """A department has read the summary; each acknowledges it once."""
    if not organisation.has_department(command.department):
        raise UNKNOWN_DEPARTMENT.refusal(department=command.department)
    if not isinstance(state, Concluded):
        raise NO_SUMMARY_YET.refusal()
    if command.department in state.acknowledged:
        return []
    return [SummaryAcknowledged(at=command.now, by=command.by, department=command.department)]

"""What the customer says and is told: acknowledgement, acceptance, rejection, escalation, withdrawal, feedback."""

from __future__ import annotations

from collections.abc import Sequence

from services.intake import policy
from services.intake.commands import (
    AcceptOutcome,
    AcknowledgeComplaint,
    GiveFeedback,
    RejectOutcome,
    RequestEscalation,
    WithdrawComplaint,
)
from services.intake.policy.refusals import (
    ACKNOWLEDGEMENT_FIRST,
    COMPLAINT_OVER,
    FEEDBACK_GIVEN,
    FEEDBACK_INCOMPLETE,
    FEEDBACK_NOT_ASKED,
    HISTORIC,
    MANAGEMENT_HAS_IT,
    NO_ANSWER_YET,
    UNKNOWN_LEARNING_CODE,
)
from services.intake.state import Acknowledged, Answered, Closed, Open, Registered, Withdrawn
from shared.contracts.event import Event
from shared.contracts.intake import (
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintWithdrawn,
    EscalationRequested,
    FeedbackAsked,
    FeedbackGiven,
    OutcomeAccepted,
    OutcomeRejected,
)
from shared.organisation import Organisation

FromCustomer = AcknowledgeComplaint | AcceptOutcome | RejectOutcome | RequestEscalation | WithdrawComplaint


def on_customer(organisation: Organisation, state: Open | Closed | Withdrawn, command: FromCustomer) -> Sequence[Event]:
    """Return what follows when the customer says something, or is told something."""
    if isinstance(state, Closed | Withdrawn):
        return _on_customer_afterwards(state, command)
    now, by, case = command.now, command.by, state.case
    match command:
        case AcknowledgeComplaint(next=sentence, by_when=by_when):
            acknowledged = ComplaintAcknowledged(at=now, by=by, kind="personal", who=by, next=sentence, by_when=by_when)
            return () if case.acknowledged else (acknowledged,)
        case AcceptOutcome():
            return _accept(organisation, state, command)
        case RejectOutcome():
            return _reject(state, command)
        case RequestEscalation(reason=reason):
            if isinstance(state, Registered) and not case.missed:
                raise ACKNOWLEDGEMENT_FIRST.refusal()
            return () if case.escalated else (EscalationRequested(at=now, by=by, reason=reason),)
        case WithdrawComplaint(reason=reason):
            return (ComplaintWithdrawn(at=now, by=by, reason=reason),)


def _on_customer_afterwards(state: Closed | Withdrawn, command: FromCustomer) -> Sequence[Event]:
    if state.case.historic:
        raise HISTORIC.refusal()
    again = (
        isinstance(command, WithdrawComplaint) if isinstance(state, Withdrawn) else isinstance(command, AcceptOutcome)
    )
    if not again:
        raise COMPLAINT_OVER.refusal()
    return ()


def _accept(organisation: Organisation, state: Open, command: AcceptOutcome) -> Sequence[Event]:
    now, by, case = command.now, command.by, state.case
    if not isinstance(state, Answered):
        raise NO_ANSWER_YET.refusal()
    if case.management:
        raise MANAGEMENT_HAS_IT.refusal()
    if not policy.a_learning_code_is_of_the_playbook(organisation, command.learning_code):
        raise UNKNOWN_LEARNING_CODE.refusal()
    events: list[Event] = [
        OutcomeAccepted(at=now, by=by, stage=case.stage),
        ComplaintClosed(at=now, by=by, learning_code=command.learning_code or policy.ACCEPTED),
    ]
    if policy.a_customer_is_asked_once_in_the_feedback_period(organisation, now, command.last_asked):
        events.append(FeedbackAsked(at=now, by=by, questions=policy.questions(organisation, case.language)))
    return events


def _reject(state: Open, command: RejectOutcome) -> Sequence[Event]:
    now, by, case, reason = command.now, command.by, state.case, command.reason
    if isinstance(state, Acknowledged) and case.answered:
        return ()
    if not isinstance(state, Answered):
        raise NO_ANSWER_YET.refusal()
    rejected = OutcomeRejected(at=now, by=by, stage=case.stage, reason=reason)
    if case.stage < policy.LAST_STAGE or case.escalated:
        return (rejected,)
    return (rejected, EscalationRequested(at=now, by=by, reason=reason))


def on_feedback(state: Open | Closed | Withdrawn, command: GiveFeedback) -> Sequence[Event]:
    """Return the scores of a customer who was asked for them."""
    case = state.case
    if not case.questions:
        raise FEEDBACK_NOT_ASKED.refusal()
    if len(command.scores) != case.questions:
        raise FEEDBACK_INCOMPLETE.refusal()
    if case.scores not in {(), command.scores}:
        raise FEEDBACK_GIVEN.refusal()
    return () if case.scores else (FeedbackGiven(at=command.now, by=command.by, scores=command.scores),)

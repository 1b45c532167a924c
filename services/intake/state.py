"""The complaint as the customer's side knows it: what later decisions need, not what was said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from services.intake.policy import HISTORIC, language_by_script
from shared.contracts.event import Event, Instant
from shared.contracts.intake import (
    AcknowledgementMissed,
    AnswerPrepared,
    AnswerSent,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintRegistered,
    ComplaintWithdrawn,
    EscalationRequested,
    FeedbackAsked,
    FeedbackGiven,
    ManagementHandedBack,
    ManagementTookOver,
    OutcomeAccepted,
    OutcomeRejected,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    PromiseRenegotiated,
)
from shared.contracts.part import Part, replace

Standing = Literal["open", "kept", "broken"]


class Promise(Part):
    """An entry of the promise ledger."""

    promise: str
    what: str
    due: Instant
    standing: Standing = "open"


class Answer(Part):
    """The answer of a stage, ready to be sent."""

    stage: int
    text: str
    covers: tuple[int, ...]
    promises: dict[str, Instant] = Field(default_factory=dict)


class Case(Part):
    """What is known of a complaint in every state.

    Attributes:
        acknowledge_by: the acknowledgement clock; None once it was stopped or ran out.
        acknowledged: a person has spoken to the customer.
        missed: the acknowledgement clock ran out.
        stage: 1, or 2 after the customer rejected the first answer.
        told: the stage for which the customer was told who has it; 0 before.
        answered: the stage of the last answer sent; 0 before.
        management: management has it.
        escalated: the customer asked for management and has not got it back yet.
        feedback: when feedback was asked, how many questions, and the scores given.
    """

    channel: str
    received_at: Instant
    historic: bool = False
    language: str = ""
    customer_ref: str = ""
    acknowledge_by: Instant | None = None
    acknowledged: bool = False
    missed: bool = False
    stage: int = 1
    told: int = 0
    answered: int = 0
    answer: Answer | None = None
    promises: tuple[Promise, ...] = ()
    management: bool = False
    escalated: bool = False
    feedback_at: Instant | None = None
    questions: int = 0
    scores: tuple[int, ...] = ()

    def promise(self, promise: str) -> Promise | None:
        """The ledger's entry of that name."""
        return next((entry for entry in self.promises if entry.promise == promise), None)


class Unregistered(Part):
    """Nothing is known."""

    status: Literal["unregistered"] = "unregistered"


class Registered(Part):
    """It exists; the customer has heard from nobody yet."""

    status: Literal["registered"] = "registered"
    case: Case


class Acknowledged(Part):
    """The customer was told who has it; the departments work on the answer of this stage."""

    status: Literal["acknowledged"] = "acknowledged"
    case: Case


class Answered(Part):
    """The answer of this stage was sent: the customer's turn."""

    status: Literal["answered"] = "answered"
    case: Case


class Closed(Part):
    """Over. Promises made in the answer may still be running, and feedback may still come."""

    status: Literal["closed"] = "closed"
    case: Case
    learning_code: str


class Withdrawn(Part):
    """The customer withdrew the complaint; no promise binds any more."""

    status: Literal["withdrawn"] = "withdrawn"
    case: Case


Open = Registered | Acknowledged | Answered
State = Unregistered | Open | Closed | Withdrawn
STATE: Final[TypeAdapter[State]] = TypeAdapter(Annotated[State, Field(discriminator="status")])
INITIAL: Final = Unregistered()


def evolve(state: State, event: Event) -> State:
    """Return the state after the event; an event that does not concern it leaves it unchanged."""
    if isinstance(event, ComplaintRegistered):
        return Registered(case=_case(event))
    if isinstance(state, Unregistered):
        return state
    match event:
        case ComplaintAcknowledged() | AnswerSent() | OutcomeRejected() | ManagementHandedBack():
            return _moved(state, event)
        case ComplaintClosed():
            return Closed(case=replace(state.case, acknowledge_by=None), learning_code=event.learning_code)
        case ComplaintWithdrawn():
            return Withdrawn(case=replace(state.case, acknowledge_by=None, management=False, escalated=False))
        case _:
            case = _noted(state.case, event)
            return state if case is state.case else replace(state, case=case)


def _case(event: ComplaintRegistered) -> Case:
    return Case(
        channel=event.channel,
        received_at=event.received_at,
        historic=event.historic,
        language=event.language or ("" if event.historic else language_by_script(event.text)),
        customer_ref=event.customer_ref,
        acknowledge_by=event.acknowledge_by,
    )


def _moved(
    state: Open | Closed | Withdrawn,
    event: ComplaintAcknowledged | AnswerSent | OutcomeRejected | ManagementHandedBack,
) -> State:
    """Apply an event that moves the complaint between customer and departments."""
    case = state.case
    if isinstance(state, Closed | Withdrawn):
        return state
    match event:
        case ComplaintAcknowledged(kind="personal"):
            case = replace(case, acknowledge_by=None, acknowledged=True)
            return Answered(case=case) if isinstance(state, Answered) else Acknowledged(case=case)
        case ComplaintAcknowledged():
            case = replace(case, told=case.stage)
            return Answered(case=case) if isinstance(state, Answered) else Acknowledged(case=case)
        case AnswerSent(stage=stage):
            return Answered(case=replace(case, stage=stage, answered=stage, answer=None, acknowledge_by=None))
        case OutcomeRejected(stage=stage):
            return Acknowledged(case=replace(case, stage=min(stage + 1, 2)))
        case ManagementHandedBack():
            case = replace(case, management=False, escalated=False)
            # after the second answer only management spoke to the customer: no further answer will come
            turn = isinstance(state, Answered) or case.answered >= case.stage
            return Answered(case=case) if turn else replace(state, case=case)


def _noted(case: Case, event: Event) -> Case:  # noqa: PLR0911 - one line per event
    match event:
        case AcknowledgementMissed():
            return replace(case, acknowledge_by=None, missed=True)
        case PromiseMade() | PromiseRenegotiated() | PromiseKept() | PromiseBroken():
            return _ledger(case, event)
        case AnswerPrepared(stage=stage, text=text, covers=covers, promises=promises):
            return replace(case, answer=Answer(stage=stage, text=text, covers=covers, promises=promises))
        case EscalationRequested():
            return replace(case, management=True, escalated=True)
        case ManagementTookOver():
            return replace(case, management=True)
        case FeedbackAsked():
            return replace(case, feedback_at=event.at, questions=len(event.questions))
        case FeedbackGiven():
            return replace(case, scores=event.scores)
        case OutcomeAccepted():
            return case  # ComplaintClosed comes in the same decision
        case _:
            return case


def _ledger(case: Case, event: PromiseMade | PromiseRenegotiated | PromiseKept | PromiseBroken) -> Case:
    match event:
        case PromiseMade():
            made = Promise(promise=event.promise, what=event.what, due=event.due)
            return replace(case, promises=(*case.promises, made))
        case PromiseRenegotiated():
            return _with_promise(case, event.promise, lambda promise: replace(promise, due=event.due))
        case PromiseKept():
            return _with_promise(case, event.promise, lambda promise: replace(promise, standing="kept"))
        case PromiseBroken():
            return _with_promise(case, event.promise, lambda promise: replace(promise, standing="broken"))


def _with_promise(case: Case, promise: str, change: Callable[[Promise], Promise]) -> Case:
    entries = (change(entry) if entry.promise == promise else entry for entry in case.promises)
    return replace(case, promises=tuple(entries))


def is_terminal(state: State) -> bool:
    """Whether nothing is left to happen but feedback: it is over and no promise is open."""
    match state:
        case Withdrawn():
            return True
        case Closed():
            return all(entry.standing != "open" for entry in state.case.promises)
        case _:
            return False


def next_due(state: State) -> datetime | None:
    """Return when the next of the customer's clocks runs out."""
    if isinstance(state, Unregistered | Withdrawn):
        return None
    dues = [entry.due for entry in state.case.promises if entry.standing == "open"]
    if state.case.acknowledge_by is not None:
        dues.append(state.case.acknowledge_by)
    return min(dues, default=None)


def index(state: State) -> dict[str, str | int | list[str]]:
    """Return what can be searched: status, management, promises as ``<name>:<standing>``, who was asked."""
    if isinstance(state, Unregistered):
        return {}
    case = state.case
    found: dict[str, str | int | list[str]] = {"status": state.status, "historic": int(case.historic)}
    if case.management:
        found["management"] = 1
    if case.promises and not isinstance(state, Withdrawn):
        found["promises"] = [f"{entry.promise}:{entry.standing}" for entry in case.promises]
    if case.feedback_at is not None and case.customer_ref:
        found["asked"] = case.customer_ref
    return found


def log_only(_state: State, event: Event) -> bool:
    """Return whether the topic leaves an event out: that a historic complaint is over, its registration says."""
    return isinstance(event, ComplaintClosed) and event.learning_code == HISTORIC

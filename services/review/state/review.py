"""The Review: collecting evidence, then open, then concluded."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from services.review.policy.chain import known_times
from services.review.policy.rules import the_board_looks_before_it_concludes, the_complaint_has_ended
from shared.contracts.event import Event, Instant
from shared.contracts.part import Part, replace
from shared.contracts.parts import Cause, Costs, Severity, StepTime, TimePart, TouchedStep
from shared.contracts.review import (
    ActionAgreed,
    ActionDone,
    ActionOverdue,
    CausesFound,
    ComplaintEvidenceNoted,
    CostsComputed,
    CourseEvidenceNoted,
    Mark,
    ReviewConcluded,
    ReviewOpened,
    Summary,
    SummaryAcknowledged,
    SummaryPublished,
    TimesAttributed,
    TriageEvidenceNoted,
)

Index = dict[str, str | int | list[str]]


class Action(Part):
    """An action and where it stands."""

    action: str
    kind: str
    department: str
    step: str
    text: str
    due: Instant
    criterion: str
    stands: Literal["open", "overdue", "done"] = "open"


class Evidence(Part):
    """What was taken down so far, in whatever order it came."""

    complaint: ComplaintEvidenceNoted | None = None
    triage: TriageEvidenceNoted | None = None
    course: tuple[Mark, ...] = ()


class Times(Part):
    """The attributed parts of chain and handling."""

    chain: tuple[TimePart, ...] = ()
    chain_seconds: float = 0.0
    handling: tuple[TimePart, ...] = ()
    handling_seconds: float = 0.0


class Collecting(Part):
    """Not enough is known yet, or the complaint is not resolved."""

    status: Literal["collecting"] = "collecting"
    evidence: Evidence = Evidence()


class Open(Part):
    """The review is open: figures by rule are there, people may set causes and agree actions."""

    status: Literal["open"] = "open"
    evidence: Evidence
    opened_at: Instant
    conclude_by: Instant | None
    historic: bool
    times: Times = Times()
    causes: tuple[Cause, ...] | None = None
    costs: Costs | None = None
    assumptions: str = ""
    actions: tuple[Action, ...] = ()


class Concluded(Part):
    """The review has ended; actions go on, departments acknowledge."""

    status: Literal["concluded"] = "concluded"
    opened_at: Instant
    concluded_at: Instant
    historic: bool
    period: str
    steps: tuple[StepTime, ...]
    touched: tuple[TouchedStep, ...]
    times: Times
    causes: tuple[Cause, ...]
    costs: Costs
    assumptions: str
    actions: tuple[Action, ...] = ()
    summary: Summary | None = None
    acknowledged: tuple[str, ...] = ()


State = Collecting | Open | Concluded
Review = Annotated[State, Field(discriminator="status")]
INITIAL: Final = Collecting()
STATE: Final[TypeAdapter[State]] = TypeAdapter(Review)


def evolve(state: State, event: Event) -> State:
    """Return the state after the event; unknown events leave it as it is."""
    match state:
        case Collecting():
            return _evolve_collecting(state, event)
        case Open():
            return _evolve_open(state, event)
        case Concluded():
            return _evolve_concluded(state, event)


def _evolve_collecting(state: Collecting, event: Event) -> Collecting | Open:
    match event:
        case ReviewOpened():
            return Open(
                evidence=state.evidence,
                opened_at=event.at,
                conclude_by=event.conclude_by,
                historic=event.historic,
            )
        case _:
            return replace(state, evidence=_with(state.evidence, event))


def _evolve_open(state: Open, event: Event) -> Open | Concluded:
    match event:
        case TimesAttributed():
            times = Times(
                chain=event.chain,
                chain_seconds=event.chain_seconds,
                handling=event.handling,
                handling_seconds=event.handling_seconds,
            )
            return replace(state, times=times)
        case CausesFound():
            return replace(state, causes=event.causes)
        case CostsComputed():
            return replace(state, costs=event.costs, assumptions=event.assumptions)
        case ReviewConcluded():
            return _concluded(state, event)
        case ActionAgreed() | ActionDone() | ActionOverdue():
            return replace(state, actions=_actions(state.actions, event))
        case _:
            return replace(state, evidence=_with(state.evidence, event))


def _evolve_concluded(state: Concluded, event: Event) -> Concluded:
    match event:
        case SummaryPublished():
            return replace(state, summary=event.summary)
        case SummaryAcknowledged():
            return replace(state, acknowledged=(*state.acknowledged, event.department))
        case ActionAgreed() | ActionDone() | ActionOverdue():
            return replace(state, actions=_actions(state.actions, event))
        case _:
            return state


def _concluded(state: Open, event: ReviewConcluded) -> Concluded:
    complaint, triage = state.evidence.complaint, state.evidence.triage
    return Concluded(
        opened_at=state.opened_at,
        concluded_at=event.at,
        historic=state.historic,
        period=event.period,
        steps=known_times(complaint.steps if complaint else (), state.evidence.course),
        touched=triage.steps if triage else (),
        times=state.times,
        causes=event.causes,
        costs=event.costs,
        assumptions=state.assumptions,
        actions=state.actions,
    )


def _with(evidence: Evidence, event: Event) -> Evidence:
    match event:
        case ComplaintEvidenceNoted():
            return replace(evidence, complaint=event)
        case TriageEvidenceNoted():
            return replace(evidence, triage=event)
        case CourseEvidenceNoted():
            return replace(evidence, course=(*evidence.course, event.mark))
        case _:
            return evidence


def _actions(actions: tuple[Action, ...], event: ActionAgreed | ActionDone | ActionOverdue) -> tuple[Action, ...]:
    match event:
        case ActionAgreed():
            return (*actions, Action.model_validate(event.model_dump()))
        case ActionDone() | ActionOverdue():
            stands: Literal["done", "overdue"] = "done" if isinstance(event, ActionDone) else "overdue"
            return tuple(
                replace(action, stands=stands) if action.action == event.action else action for action in actions
            )


def severity_of(state: State) -> Severity | None:
    """Return what routing judged last, or None while it is unknown."""
    if isinstance(state, Concluded):
        return state.summary.severity if state.summary else None
    return state.evidence.triage.severity if state.evidence.triage else None


def is_terminal(state: State) -> bool:
    """Whether it has ended: withdrawn before it was resolved, or concluded with every action done."""
    match state:
        case Collecting():
            return any(mark.what == "withdrawn" for mark in state.evidence.course)
        case Open():
            return False
        case Concluded():
            return all(action.stands == "done" for action in state.actions)


def index(state: State) -> Index:
    """Return what reviews are found by: status; severity, period, category, department, theme where known."""
    found: Index = {"status": state.status}
    severity = severity_of(state)
    if severity is not None:
        found["severity"] = severity
    if isinstance(state, Open) and state.causes:
        found["theme"] = [theme_key(cause) for cause in state.causes]
    if isinstance(state, Concluded):
        found |= {"period": state.period, "theme": [theme_key(cause) for cause in state.causes]}
        if state.summary:
            found |= {"category": state.summary.category, "department": list(state.summary.departments)}
    return found


def theme_key(cause: Cause) -> str:
    """Return the key of the theme that all complaints with this cause belong to."""
    return f"{cause.step}.{cause.factor}"


def next_due(state: State) -> datetime | None:
    """Return the earlier of the next due date of an open action and the end of a review that waits for the board."""
    if isinstance(state, Collecting):
        return None
    dues = [action.due for action in state.actions if action.stands == "open"]
    if isinstance(state, Open) and waits_for_the_board(state) and state.conclude_by is not None:
        dues.append(state.conclude_by)
    return min(dues, default=None)


def waits_for_the_board(state: Open) -> bool:
    """Whether the complaint has ended and only the board's decision is missing."""
    severity = severity_of(state)
    looks = severity is not None and the_board_looks_before_it_concludes(severity)
    return looks and not state.historic and the_complaint_has_ended(state.evidence.course)

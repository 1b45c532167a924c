"""The states of a triage, and how its events change them. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from shared.contracts.event import Event, Instant
from shared.contracts.part import Part, replace
from shared.contracts.parts import Severity, TouchedStep
from shared.contracts.routing import (
    Candidate,
    Circumstances,
    ComplaintLinked,
    ComplaintTriaged,
    ComplaintUnlinked,
    StepConfirmed,
    StepRefuted,
    TriageEnded,
    TriageOverdue,
    TriageQueued,
)

Basis: TypeAlias = Literal["facts", "rules", "person"]
Verdict: TypeAlias = Literal["confirmed", "refuted"]


class Link(Part):
    """Another complaint that this one repeats or duplicates."""

    score: float
    why: str


class Unknown(Part):
    """Nothing is registered under this id yet."""

    status: Literal["unknown"] = "unknown"


class _Judged(Part):
    """What a registered complaint's triage has, whoever decides it."""

    category: str
    severity: Severity
    language: str
    confidence: float
    steps: tuple[TouchedStep, ...]
    historic: bool
    circumstances: Circumstances
    links: dict[str, Link] = Field(default_factory=dict[str, Link])


class Queued(_Judged):
    """Waits for a person; `category`, `severity` and `steps` are the best guess."""

    status: Literal["queued"] = "queued"
    threshold: float
    candidates: tuple[Candidate, ...]
    decide_by: Instant | None
    overdue: bool = False


class Triaged(_Judged):
    """Decided; `verdicts` holds, by step, what its owner said."""

    status: Literal["triaged"] = "triaged"
    severity_why: tuple[str, ...]
    basis: Basis
    verdicts: dict[str, Verdict] = Field(default_factory=dict[str, Verdict])


class Ended(Part):
    """The complaint is closed or withdrawn; `triage` is as it stood, and late confirmations still count in it."""

    status: Literal["ended"] = "ended"
    why: Literal["closed", "withdrawn"]
    triage: Annotated[Queued | Triaged, Field(discriminator="status")]


State: TypeAlias = Unknown | Queued | Triaged | Ended

STATE: Final[TypeAdapter[State]] = TypeAdapter(Annotated[State, Field(discriminator="status")])
INITIAL: Final[State] = Unknown()


def evolve(state: State, event: Event) -> State:  # noqa: PLR0911 - a case per event
    """Return the state after an event; an event that does not concern the state leaves it unchanged."""
    match event, state:
        case TriageQueued(), Unknown():
            return _queued(event)
        case ComplaintTriaged(), Unknown() | Queued() | Triaged():
            return _triaged(state, event)
        case TriageOverdue(), Queued():
            return replace(state, overdue=True)
        case TriageEnded(), Queued() | Triaged():
            return Ended(why=event.why, triage=state)
        case ComplaintLinked(), Queued() | Triaged():
            return replace(state, links={**state.links, event.other: Link(score=event.score, why=event.why)})
        case ComplaintUnlinked(), Queued() | Triaged():
            return replace(state, links={other: link for other, link in state.links.items() if other != event.other})
        case StepConfirmed(), Triaged() | Ended():
            return _with_verdict(state, event.step, "confirmed")
        case StepRefuted(), Triaged() | Ended():
            return _with_verdict(state, event.step, "refuted")
        case _:
            return state


def _queued(event: TriageQueued) -> Queued:
    return Queued(
        category=event.category,
        severity=event.severity,
        language=event.language,
        confidence=event.confidence,
        steps=event.steps,
        historic=event.historic,
        circumstances=event.circumstances or Circumstances(received_at=event.at),
        threshold=event.threshold,
        candidates=event.candidates,
        decide_by=event.decide_by,
    )


def _triaged(before: Unknown | Queued | Triaged, event: ComplaintTriaged) -> Triaged:
    return Triaged(
        category=event.category,
        severity=event.severity,
        language=event.language,
        confidence=event.confidence,
        steps=event.steps,
        historic=event.historic,
        circumstances=event.circumstances or Circumstances(received_at=event.at),
        links={} if isinstance(before, Unknown) else before.links,
        severity_why=event.severity_why,
        basis=event.basis,
        verdicts=before.verdicts if isinstance(before, Triaged) else {},
    )


def _with_verdict(state: Triaged | Ended, step: str, verdict: Verdict) -> Triaged | Ended:
    match state:
        case Triaged():
            return replace(state, verdicts={**state.verdicts, step: verdict})
        case Ended(triage=Triaged() as triage):
            return replace(state, triage=replace(triage, verdicts={**triage.verdicts, step: verdict}))
        case _:
            return state


def is_terminal(state: State) -> bool:
    """Whether nothing is left to decide: the complaint has ended, or it was historic and is triaged."""
    match state:
        case Ended():
            return True
        case Triaged():
            return state.historic
        case _:
            return False


def next_due(state: State) -> datetime | None:
    """Return the instant by which a person must have decided, or None."""
    return state.decide_by if isinstance(state, Queued) and not state.overdue else None


def index(state: State) -> dict[str, str | int | list[str]]:
    """Return the fields that lists and counts filter on."""
    fields: dict[str, str | int | list[str]] = {"status": state.status}
    judged = state.triage if isinstance(state, Ended) else state
    if isinstance(judged, Unknown):
        return fields
    fields["severity"] = judged.severity
    fields["language"] = judged.language
    fields["historic"] = int(judged.historic)
    if judged.category:
        fields["category"] = judged.category
    if judged.circumstances.order_ref:
        fields["order"] = judged.circumstances.order_ref
    if judged.circumstances.customer_ref:
        fields["customer"] = judged.circumstances.customer_ref
    match judged:
        case Queued():
            fields["overdue"] = int(judged.overdue)
        case Triaged():
            fields["basis"] = judged.basis
            fields["steps"] = [touched.step for touched in judged.steps]
            fields["departments"] = list(dict.fromkeys(touched.department for touched in judged.steps))
            for verdict in ("confirmed", "refuted"):
                if steps := sorted(step for step, by_owner in judged.verdicts.items() if by_owner == verdict):
                    fields[verdict] = steps
    return fields

"""What routing says on `complaints.routing.v1`: the triage of a complaint. Stream: ``triage/<complaint id>``."""

from __future__ import annotations

from typing import Literal

from shared.contracts.event import Event, Instant, Part
from shared.contracts.parts import Severity, TouchedStep

KIND = "triage"


class Candidate(Part):
    """A category that was considered, with its score from 0 to 1."""

    category: str
    score: float


class ComplaintTriaged(Event):
    """The steps touched are known, each with its why. A later one replaces an earlier one (a person corrected it)."""

    category: str
    severity: Severity
    severity_why: tuple[str, ...] = ()
    language: str
    steps: tuple[TouchedStep, ...]
    confidence: float
    basis: Literal["facts", "rules", "person"]
    historic: bool = False


class TriageQueued(Event):
    """The confidence is under the threshold: a person decides, and the clock shows it."""

    category: str
    language: str
    confidence: float
    threshold: float
    candidates: tuple[Candidate, ...]
    decide_by: Instant | None


class TriageOverdue(Event):
    """Nobody decided in time; management hears of it."""

    due: Instant


class StepConfirmed(Event):
    """The owner of a touched step joined: the routing was right."""

    step: str
    department: str


class StepRefuted(Event):
    """The owner of a touched step declined: the routing was wrong, or so they say."""

    step: str
    department: str
    reason: str
    nominee: str


class ComplaintLinked(Event):
    """This complaint repeats or duplicates another; reversible. `score` from 0 to 1."""

    other: str
    score: float
    why: str


class ComplaintUnlinked(Event):
    """The link was wrong."""

    other: str
    why: str


EVENTS: tuple[type[Event], ...] = (
    ComplaintTriaged,
    TriageQueued,
    TriageOverdue,
    StepConfirmed,
    StepRefuted,
    ComplaintLinked,
    ComplaintUnlinked,
)

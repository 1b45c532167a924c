"""The commands of a review and of a theme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.parts import Factor, Severity, StepTime, TouchedStep
from shared.contracts.review import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteComplaint:
    """Take down what the review needs of the complaint."""

    now: datetime
    by: str
    complaint: str
    registered_at: datetime
    received_at: datetime
    historic: bool
    steps: tuple[StepTime, ...]
    repeat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTriage:
    """Take down what routing found."""

    now: datetime
    by: str
    triaged_at: datetime
    category: str
    severity: Severity
    steps: tuple[TouchedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCourse:
    """Take down one thing that happened. `historic`: the event itself says that the complaint is from the past."""

    now: datetime
    by: str
    mark: Mark
    historic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseGiven:
    """A cause as the board names it; `weight` in any unit: the weights are normalised."""

    step: str
    factor: Factor
    weight: float
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCauses:
    """The board names the causes. `override`: the reason to keep a text that blames people."""

    now: datetime
    by: str
    causes: tuple[CauseGiven, ...]
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeAction:
    """A department takes on an action, with the criterion by which its effect will be judged.

    `override`: the reason to keep a text that blames people.
    """

    now: datetime
    by: str
    action: str
    kind: str
    department: str
    step: str
    text: str
    due: datetime
    criterion: str
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishAction:
    """The owner reports that it is done."""

    now: datetime
    by: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclude:
    """The board ends the review."""

    now: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeSummary:
    """A department has read the summary."""

    now: datetime
    by: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunClocks:
    """Report every clock that has run out by `now`."""

    now: datetime
    by: str


ReviewCommand = (
    NoteComplaint
    | NoteTriage
    | NoteCourse
    | SetCauses
    | AgreeAction
    | FinishAction
    | Conclude
    | AcknowledgeSummary
    | RunClocks
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountComplaint:
    """A theme has one complaint more. `cost` is the share of its cost, as a decimal string."""

    now: datetime
    by: str
    complaint: str
    period: str
    share: float
    cost: str


ThemeCommand = CountComplaint

"""What intake says on `complaints.intake.v1`: the customer's side of a complaint. Stream: ``complaint/<id>``."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.contracts.event import Event, Instant
from shared.contracts.parts import StepTime

KIND = "complaint"


class ComplaintRegistered(Event):
    """A complaint exists; nobody has judged it yet.

    Attributes:
        channel: ``web``, ``phone``, ``email``, ``import`` …
        historic: imported from the past: counted, no clocks, no letters.
        text: the customer's words after redaction; the original stays in intake's vault.
        points: the numbered points that an answer must cover.
        customer_ref: pseudonym of the customer, or empty.
        value: money at stake, in the organisation's currency.
        facts: structured facts of the source (e.g. a complaint type), never personal.
        flags: what was odd about the input, e.g. ``negative-step:seller``.
        source_row: ``<mapping>:<id>`` of the imported row, or empty.
        acknowledge_by: when the customer must have heard from a person; None for historic ones.
        organisation: ``<id>@<version>`` of the organisation file.
    """

    complaint: str
    channel: str
    received_at: Instant
    historic: bool = False
    language: str = ""
    text: str
    points: tuple[str, ...] = ()
    category_hint: str = ""
    order_ref: str = ""
    customer_ref: str = ""
    value: Decimal | None = None
    promised_by: Instant | None = None
    steps: tuple[StepTime, ...] = ()
    facts: dict[str, str] = Field(default_factory=dict)
    flags: tuple[str, ...] = ()
    source_row: str = ""
    harm: bool = False
    vulnerable: bool = False
    repeat_of: str = ""
    acknowledge_by: Instant | None = None
    organisation: str = ""


class ComplaintAcknowledged(Event):
    """The customer was told who has it, what happens next, and by when. Only a personal one stops the clock."""

    kind: Literal["automatic", "personal"]
    who: str
    next: str
    by_when: Instant | None = None


class AcknowledgementMissed(Event):
    """The acknowledgement clock ran out before a person had spoken to the customer."""

    due: Instant


class PromiseMade(Event):
    """The customer was told that something would happen by a date."""

    promise: str
    what: str
    due: Instant


class PromiseRenegotiated(Event):
    """A new date, agreed before the old one was due."""

    promise: str
    due: Instant


class PromiseKept(Event):
    """What was promised happened in time."""

    promise: str


class PromiseBroken(Event):
    """The date passed before it happened."""

    promise: str
    due: Instant


class AnswerPrepared(Event):
    """The departments agreed on the answer; it goes to the customer when the remedy is delivered.

    Attributes:
        promises: what the answer promises, and by when; they count from the moment it is sent.
    """

    stage: int
    text: str
    covers: tuple[int, ...]
    promises: dict[str, Instant] = Field(default_factory=dict)


class AnswerSent(Event):
    """The one co-ordinated answer went to the customer. `stage` counts from 1."""

    stage: int
    text: str
    covers: tuple[int, ...]


class OutcomeAccepted(Event):
    """The customer accepts."""

    stage: int


class OutcomeRejected(Event):
    """The customer rejects; the second stage begins with a different lead."""

    stage: int
    reason: str


class EscalationRequested(Event):
    """The customer asks for management; nobody may refuse it."""

    reason: str


class ManagementTookOver(Event):
    """Management has the complaint; until it hands it back the complaint cannot be closed."""

    reason: str
    asked_by: Literal["customer", "clock", "bounce"]


class ManagementHandedBack(Event):
    """A manager has personally contacted the customer, and each failed instance has a fix or a reason."""


class ComplaintWithdrawn(Event):
    """The customer takes it back."""

    reason: str


class ComplaintClosed(Event):
    """The end of the customer's side, with what was learnt. Learning code ``historic`` for imported ones."""

    learning_code: str


class FeedbackAsked(Event):
    """Two questions, once."""

    questions: tuple[str, ...]


class FeedbackGiven(Event):
    """The customer's answers: a score from 1 to 5 per question, in their order."""

    scores: tuple[int, ...]


EVENTS: tuple[type[Event], ...] = (
    ComplaintRegistered,
    ComplaintAcknowledged,
    AcknowledgementMissed,
    PromiseMade,
    PromiseRenegotiated,
    PromiseKept,
    PromiseBroken,
    AnswerPrepared,
    AnswerSent,
    OutcomeAccepted,
    OutcomeRejected,
    EscalationRequested,
    ManagementTookOver,
    ManagementHandedBack,
    ComplaintWithdrawn,
    ComplaintClosed,
    FeedbackAsked,
    FeedbackGiven,
)

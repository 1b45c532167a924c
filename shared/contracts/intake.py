"""What intake publishes on `complaints.intake.v1`: the customer's side of a complaint. Stream: ``complaint/<id>``."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from pydantic import Field

from shared.contracts import topics
from shared.contracts.event import Audience, Due, Event, Instant, StreamType
from shared.contracts.parts import StepTime

KIND: Final = "complaint"

COMPLAINTS: Final = StreamType(service="intake", topic=topics.INTAKE, kind=KIND)


class ComplaintEvent(Event, stream=COMPLAINTS):
    """Something that happened on the customer's side of a complaint."""


class ComplaintRegistered(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=()):
    """A complaint exists; nobody has judged it yet.

    Attributes:
        channel: ``web``, ``phone``, ``email``, ``import`` …
        historic: imported from the past: it is counted, but starts no clocks and sends no letters.
        text: the customer's words after redaction; the original stays in intake's vault.
        points: the numbered points that an answer must cover.
        customer_ref: pseudonym of the customer, or empty.
        value: money at stake, in the organisation's currency.
        facts: structured facts of the source (e.g. a complaint type), never personal.
        flags: irregularities of the input, e.g. ``negative-step:seller``.
        source_row: ``<mapping>:<id>`` of the imported row, or empty.
        acknowledge_by: by when a person must have spoken to the customer; None for historic complaints.
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


class ComplaintAcknowledged(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=("kind", "who")):
    """The customer was told who has it, what happens next, and by when. Only a person's word stops the clock."""

    kind: Literal["automatic", "personal"]
    who: str
    next: str
    by_when: Instant | None = None


class AcknowledgementMissed(ComplaintEvent, audience=Audience.NOBODY, due=Due("due"), once_per=("due",)):
    """The acknowledgement clock ran out before a person had spoken to the customer."""

    due: Instant


class PromiseMade(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=("promise",)):
    """The customer was told that something would happen by a date."""

    promise: str
    what: str
    due: Instant


class PromiseRenegotiated(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """A new date, agreed before the old one was due."""

    promise: str
    due: Instant


class PromiseKept(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=("promise",)):
    """What was promised happened in time."""

    promise: str


class PromiseBroken(ComplaintEvent, audience=Audience.NOBODY, due=Due("due"), once_per=("promise", "due")):
    """The date passed and it had not happened."""

    promise: str
    due: Instant


class AnswerPrepared(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The departments agreed on the answer; it goes to the customer when the remedy is delivered.

    Attributes:
        promises: what the answer promises, and by when; they count from the moment it is sent.
    """

    stage: int
    text: str
    covers: tuple[int, ...]
    promises: dict[str, Instant] = Field(default_factory=dict)


class AnswerSent(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=("stage",)):
    """The one co-ordinated answer went to the customer. `stage` counts from 1."""

    stage: int
    text: str
    covers: tuple[int, ...]


class OutcomeAccepted(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=("stage",)):
    """The customer accepts."""

    stage: int


class OutcomeRejected(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=("stage",)):
    """The customer rejects; the second stage begins with a different lead."""

    stage: int
    reason: str


class EscalationRequested(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The customer asks for management; nobody may refuse it."""

    reason: str


class ManagementTookOver(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """Management has the complaint; it cannot be closed until management hands it back."""

    reason: str
    asked_by: Literal["customer", "clock", "bounce"]


class ManagementHandedBack(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """A manager has personally contacted the customer, and each failed instance has a fix or a reason."""


class ComplaintWithdrawn(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=()):
    """The customer withdraws the complaint."""

    reason: str


class ComplaintClosed(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=()):
    """The end of the customer's side, with what was learnt. Imported complaints have the learning code ``historic``."""

    learning_code: str


class FeedbackAsked(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=()):
    """The customer is asked for feedback: two questions, once."""

    questions: tuple[str, ...]


class FeedbackGiven(ComplaintEvent, audience=Audience.NOBODY, due=None, once_per=()):
    """The customer's answers: a score from 1 to 5 per question, in their order."""

    scores: tuple[int, ...]

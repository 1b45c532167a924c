"""What callers may send: every field with its shape and its cap; what is not named here is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from services.intake.commands import (
    AcceptOutcome,
    AcknowledgeComplaint,
    GiveFeedback,
    RegisterComplaint,
    RejectOutcome,
    RenegotiatePromise,
    RequestEscalation,
    WithdrawComplaint,
)
from shared.contracts.event import MAX_TEXT
from shared.contracts.parts import StepTime
from shared.privacy.redaction import NOBODY, Known, redact, redactor
from shared.web.access import Asker
from shared.web.requests import Body, published_as

CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)
RECEIVED_IN_FUTURE: Final = "received-in-future"
MAX_FACTS: Final = 50
MAX_STEPS: Final = 50
MAX_POINTS: Final = 50
MAX_FLAGS: Final = 50
MAX_BULK_ITEMS: Final = 500


InTheirWords = TypeVar("InTheirWords", RejectOutcome, RequestEscalation, WithdrawComplaint)
"""The commands for which a customer gives a reason."""


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = "an instant needs a time zone, e.g. 2026-01-31T12:00:00Z"
        raise ValueError(msg)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        msg = "is not a valid instant in UTC"
        raise ValueError(msg) from None


def _not_blank(value: str) -> str:
    if not value.strip():
        msg = "must hold at least one word"
        raise ValueError(msg)
    return value


Moment = Annotated[datetime, AfterValidator(_in_utc)]
Words = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Sentence = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_not_blank)]
Short = Annotated[str, StringConstraints(max_length=200)]
Reference = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^@\r\n]*$")]
"""A reference to something in another system, never to a person: an e-mail address does not fit."""
Name = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9][\w.:-]*$")]


class Customer(Body):
    """The customer. None of this leaves intake: it goes to the vault, and events carry a keyed pseudonym."""

    ref: Short = ""
    name: Short = ""
    email: Short = ""
    phone: Short = ""

    @property
    def known(self) -> Known:
        """What must not appear in the customer's texts."""
        return Known(name=self.name, email=self.email, phone=self.phone, ref=self.ref)


class NewStep(Body):
    """When a step ran for this order; see `shared.contracts.parts.StepTime`."""

    step: Name
    started: Moment | None = None
    ended: Moment | None = None
    limit: Moment | None = None
    standard: timedelta | None = None

    def time(self) -> StepTime:
        """Return the step time."""
        return StepTime(
            step=self.step, started=self.started, ended=self.ended, limit=self.limit, standard=self.standard
        )


@published_as("NewComplaint")
class RegisterRequest(Body):
    """A complaint as it comes in; see `shared.contracts.intake.ComplaintRegistered` for what each field means."""

    channel: Name
    received_at: Moment | None = None
    language: Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")] = ""
    points: Annotated[tuple[Sentence, ...], Field(max_length=MAX_POINTS)] = ()
    category_hint: Reference = ""
    order_ref: Reference = ""
    customer: Customer | None = None
    value: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)] | None = None
    promised_by: Moment | None = None
    steps: Annotated[tuple[NewStep, ...], Field(max_length=MAX_STEPS)] = ()
    facts: Annotated[
        dict[Annotated[str, StringConstraints(min_length=1, max_length=100)], Annotated[str, Field(max_length=1_000)]],
        Field(max_length=MAX_FACTS),
    ] = Field(default_factory=dict)
    flags: Annotated[tuple[Reference, ...], Field(max_length=MAX_FLAGS)] = ()
    source_row: Reference = ""
    historic: StrictBool = False
    harm: StrictBool = False
    vulnerable: StrictBool = False
    repeat_of: Annotated[str, StringConstraints(max_length=64, pattern=r"^[\w-]*$")] = ""
    text: Words
    """Last, because its validation looks at the fields before it."""

    @field_validator("text")
    @classmethod
    def _says_something(cls, text: str, info: ValidationInfo) -> str:
        # A low score without a word is a complaint too, where facts or step times say what happened.
        return text if info.data.get("facts") or info.data.get("steps") else _not_blank(text)

    @property
    def known(self) -> Known:
        """What must not appear in the texts."""
        return self.customer.known if self.customer else NOBODY

    def command(self, asker: Asker, now: datetime, *, complaint: str, customer_ref: str) -> RegisterComplaint:
        """Return the command, with personal data masked.

        Args:
            complaint: the id that it gets.
            customer_ref: the customer's pseudonym; empty where nobody is named.
        """
        masked = redactor(self.known)
        received_at = self.received_at or now
        return RegisterComplaint(
            now=now,
            by=asker.by,
            complaint=complaint,
            channel=self.channel,
            received_at=received_at,
            text=masked(self.text),
            historic=self.historic,
            language=self.language,
            points=tuple(map(masked, self.points)),
            category_hint=self.category_hint,
            order_ref=self.order_ref,
            customer_ref=customer_ref,
            value=self.value,
            promised_by=self.promised_by,
            steps=tuple(step.time() for step in self.steps),
            facts={masked(name): masked(value) for name, value in self.facts.items()},
            flags=_flags(self.flags, received_at, now),
            source_row=self.source_row,
            harm=self.harm,
            vulnerable=self.vulnerable,
            repeat_of=self.repeat_of,
        )


def _flags(flags: tuple[str, ...], received_at: datetime, now: datetime) -> tuple[str, ...]:
    """A wrong clock is no reason to refuse a complaint; it is only noted."""
    return (*flags, RECEIVED_IN_FUTURE) if received_at > now + CLOCKS_DIFFER_BY else flags


class BulkItem(Body):
    """One complaint of many, with the key that makes it the same complaint when it is sent again."""

    idempotency_key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    complaint: RegisterRequest


@published_as("Acknowledge")
class AcknowledgeRequest(Body):
    """What the customer was told."""

    next: Sentence
    by_when: Moment | None = None

    def command(self, asker: Asker, now: datetime, *, known: Known) -> AcknowledgeComplaint:
        """Return the command; what is known of the customer is masked in it."""
        return AcknowledgeComplaint(now=now, by=asker.by, next=redact(self.next, known).text, by_when=self.by_when)


@published_as("Accept")
class AcceptRequest(Body):
    """The customer accepts; `learning_code` of the organisation's playbook."""

    learning_code: Short = ""

    def command(self, asker: Asker, now: datetime, *, last_asked: datetime | None) -> AcceptOutcome:
        """Return the command. `last_asked`: when this customer was last asked for feedback."""
        return AcceptOutcome(now=now, by=asker.by, learning_code=self.learning_code, last_asked=last_asked)


@published_as("Reason")
class ReasonRequest(Body):
    """Why, in the customer's words."""

    reason: Sentence

    def command(self, asker: Asker, now: datetime, *, known: Known, kind: type[InTheirWords]) -> InTheirWords:
        """Return a command of this kind; what is known of the customer is masked in it."""
        return kind(now=now, by=asker.by, reason=redact(self.reason, known).text)


@published_as("Renegotiate")
class RenegotiateRequest(Body):
    """The new date."""

    due: Moment

    def command(self, asker: Asker, now: datetime, *, promise: str) -> RenegotiatePromise:
        """Return the command for the promise of this name."""
        return RenegotiatePromise(now=now, by=asker.by, promise=promise, due=self.due)


@published_as("Feedback")
class FeedbackRequest(Body):
    """One score per question, 1 to 5."""

    scores: Annotated[tuple[Annotated[int, Field(ge=1, le=5)], ...], Field(min_length=1, max_length=2)]

    def command(self, asker: Asker, now: datetime) -> GiveFeedback:
        """Return the command."""
        return GiveFeedback(now=now, by=asker.by, scores=self.scores)

"""What callers may send: every field with its shape and its cap; what is not named here is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from shared.contracts.event import MAX_TEXT

MAX_FACTS: Final = 50
MAX_STEPS: Final = 50
MAX_POINTS: Final = 50
MAX_FLAGS: Final = 50
MAX_BULK_ITEMS: Final = 500


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = "an instant needs a time zone, e.g. 2026-01-31T12:00:00Z"
        raise ValueError(msg)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        msg = "is no instant of this calendar in UTC"
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
"""Names a thing elsewhere, never a person: no e-mail address fits."""
Name = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9][\w.:-]*$")]


class Body(BaseModel):
    """A request: frozen, and a field it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Customer(Body):
    """Who complains. None of it leaves intake: it goes to the vault, a keyed pseudonym goes on."""

    ref: Short = ""
    name: Short = ""
    email: Short = ""
    phone: Short = ""


class NewStep(Body):
    """When a step ran for this order; see `shared.contracts.parts.StepTime`."""

    step: Name
    started: Moment | None = None
    ended: Moment | None = None
    limit: Moment | None = None
    standard: timedelta | None = None


class NewComplaint(Body):
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
    """Stands last, so that what is judged beside it is read before it."""

    @field_validator("text")
    @classmethod
    def _says_something(cls, text: str, info: ValidationInfo) -> str:
        # A low score without a word is a complaint too, where facts or step times say what happened.
        return text if info.data.get("facts") or info.data.get("steps") else _not_blank(text)


class BulkItem(Body):
    """One complaint of many, with the key that makes it the same complaint when it is sent again."""

    idempotency_key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    complaint: NewComplaint


class Acknowledge(Body):
    """What the customer was told."""

    next: Sentence
    by_when: Moment | None = None


class Accept(Body):
    """The customer accepts; `learning_code` of the organisation's playbook."""

    learning_code: Short = ""


class Reason(Body):
    """Why, in the customer's words."""

    reason: Sentence


class Renegotiate(Body):
    """The new date."""

    due: Moment


class Feedback(Body):
    """One score per question, 1 to 5."""

    scores: Annotated[tuple[Annotated[int, Field(ge=1, le=5)], ...], Field(min_length=1, max_length=2)]

"""The commands of intake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from shared.contracts.parts import StepTime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterComplaint:
    """A complaint came in. `text`, `points` and `facts` are already redacted; `complaint` is its id."""

    now: datetime
    by: str
    complaint: str
    channel: str
    received_at: datetime
    text: str
    historic: bool = False
    language: str = ""
    points: tuple[str, ...] = ()
    category_hint: str = ""
    order_ref: str = ""
    customer_ref: str = ""
    value: Decimal | None = None
    promised_by: datetime | None = None
    steps: tuple[StepTime, ...] = ()
    facts: dict[str, str] = field(default_factory=dict[str, str])
    flags: tuple[str, ...] = ()
    source_row: str = ""
    harm: bool = False
    vulnerable: bool = False
    repeat_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeComplaint:
    """A person spoke to the customer: what happens next, and by when."""

    now: datetime
    by: str
    next: str
    by_when: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceTable:
    """The table of this stage is open: the customer hears who has it and by when the answer comes."""

    now: datetime
    by: str
    stage: int
    lead: str
    answer_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareAnswer:
    """The departments agreed on the one answer."""

    now: datetime
    by: str
    text: str
    covers: tuple[int, ...]
    promises: Mapping[str, datetime] = field(default_factory=dict[str, datetime])


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAnswer:
    """Remedy delivered and answer agreed: the answer of this stage goes to the customer."""

    now: datetime
    by: str
    stage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOutcome:
    """The customer accepts. `last_asked`: when this customer was last asked for feedback, about any complaint."""

    now: datetime
    by: str
    learning_code: str = ""
    last_asked: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectOutcome:
    """The customer rejects the answer."""

    now: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEscalation:
    """The customer asks for management."""

    now: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartEscalation:
    """Management has the complaint."""

    now: datetime
    by: str
    reason: str
    asked_by: Literal["customer", "clock", "bounce"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEscalation:
    """Management is done with it."""

    now: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawComplaint:
    """The customer withdraws the complaint."""

    now: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenegotiatePromise:
    """A new date for a promise, agreed with the customer."""

    now: datetime
    by: str
    promise: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPromise:
    """What was promised has happened."""

    now: datetime
    by: str
    promise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveFeedback:
    """The customer's scores, 1 to 5, one per question in their order."""

    now: datetime
    by: str
    scores: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunClocks:
    """Time has passed: report the clocks that have run out."""

    now: datetime
    by: str = "system"


ComplaintCommand = (
    RegisterComplaint
    | AcknowledgeComplaint
    | AnnounceTable
    | PrepareAnswer
    | SendAnswer
    | AcceptOutcome
    | RejectOutcome
    | RequestEscalation
    | StartEscalation
    | EndEscalation
    | WithdrawComplaint
    | RenegotiatePromise
    | KeepPromise
    | GiveFeedback
    | RunClocks
)

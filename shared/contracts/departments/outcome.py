"""Remedy, answer, management, and the end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.contracts.departments.solutions import AgreementReached
from shared.contracts.departments.table import ResolutionEvent
from shared.contracts.event import Audience, Due, Instant, Latest


class RemedyDelivered(ResolutionEvent, audience=Audience.TABLE, due=None, once_per=(Latest(AgreementReached, "at"),)):
    """The remedy reached the customer; `cost` in the organisation's currency."""

    department: str
    cost: Decimal
    staff_minutes: int = 0


class StatementMade(ResolutionEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """What a participant would tell the customer: named dates and amounts, compared with the others' and the answer's.

    A later statement of the same department replaces its earlier one.
    """

    department: str
    dates: dict[str, date] = Field(default_factory=dict)
    amounts: dict[str, Decimal] = Field(default_factory=dict)


class AnswerHeld(ResolutionEvent, audience=Audience.TABLE, due=None, once_per=None):
    """Two departments told the customer different dates or amounts: the answer waits until that is settled."""

    contradictions: tuple[str, ...]


class AnswerAgreed(ResolutionEvent, audience=Audience.TABLE, due=None, once_per=None):
    """The one co-ordinated answer: text, and which numbered points it covers (all, counted from 1).

    Attributes:
        override: why words that blame people were published nevertheless; almost always empty.
    """

    text: str
    covers: tuple[int, ...]
    promises: dict[str, Instant] = Field(default_factory=dict)
    override: str = ""


class AnswerOverdue(ResolutionEvent, audience=Audience.NOBODY, due=Due("due"), once_per=("due",)):
    """The customer's answer was not ready in time."""

    due: Instant


class EscalatedToManagement(ResolutionEvent, audience=Audience.TABLE, due=None, once_per=None):
    """Management has the complaint, with the list of earlier instances that failed."""

    reason: str
    failed: tuple[str, ...]
    asked_by: Literal["customer", "clock", "bounce"]
    contact_by: Instant | None
    calendar: str = ""


class ManagerContacted(ResolutionEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """A manager has personally spoken to the customer.

    Attributes:
        override: why words that blame people were kept nevertheless; almost always empty.
    """

    note: str
    override: str = ""


class EscalationOverdue(ResolutionEvent, audience=Audience.NOBODY, due=Due("due"), once_per=("due",)):
    """No manager contacted the customer in time."""

    due: Instant


class EscalationClosed(ResolutionEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """Management hands the complaint back: each failed instance has a fix or a reason.

    Attributes:
        override: why words that blame people were kept nevertheless; almost always empty.
    """

    findings: dict[str, str]
    override: str = ""


class ResolutionCompleted(ResolutionEvent, audience=Audience.TABLE, due=None, once_per=("stage",)):
    """Remedy delivered and answer agreed: the customer's turn.

    Attributes:
        staff_minutes, compensation: totals so far, including earlier stages; a later event replaces an earlier one.
    """

    stage: int
    staff_minutes: int
    compensation: Decimal


class TableClosed(ResolutionEvent, audience=Audience.TABLE, due=None, once_per=()):
    """The end: accepted, withdrawn, or historic."""

    why: Literal["accepted", "withdrawn", "historic"]

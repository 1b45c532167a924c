"""What departments says on `complaints.departments.v1`: the joint resolution. Stream: ``resolution/<complaint id>``.

Events that concern one department are also on that department's own topic, as the same bytes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.contracts.event import Event, Instant, Part
from shared.contracts.parts import Remedy, Severity, StepTime, TouchedStep

KIND = "resolution"


class TableOpened(Event):
    """All owners of touched steps sit at one table; `lead` answers for the whole.

    Attributes:
        stage: 1, or 2 after the customer rejected.
        answer_by: when the customer gets the answer; None for historic ones.
        historic: no clocks, no letters; the table is closed at once.
    """

    stage: int
    lead: str
    departments: tuple[str, ...]
    severity: Severity
    answer_by: Instant | None
    historic: bool = False


class DepartmentInvited(Event):
    """One department's briefing: its steps and why, the effect on the customer, what is asked and by when."""

    department: str
    steps: tuple[TouchedStep, ...]
    effect: str
    asked: str
    respond_by: Instant | None
    nominated_by: str = ""


class DepartmentJoined(Event):
    """The department sits at the table and is active."""

    department: str


class DepartmentDeclined(Event):
    """The department says that it is not concerned, with a reason code and a nominee."""

    department: str
    reason: str
    nominee: str


class DepartmentSilent(Event):
    """The department's clock ran out without an answer; the next level hears of it."""

    department: str
    due: Instant


class ManagementTookSeat(Event):
    """Management decides who sits at the table: after the third bounce, or for a silent department."""

    department: str
    reason: str


class LeadChanged(Event):
    """Another department answers for the whole."""

    lead: str
    before: str
    why: str


class RoundStarted(Event):
    """The blind round: each gives its times and proposals before it sees the others'."""

    ends: Instant


class TimesReported(Event):
    """A participant's own step times. `waiting` is time within the step in which nothing was done, in whole seconds."""

    department: str
    steps: tuple[StepTime, ...]
    waiting: dict[str, int] = Field(default_factory=dict)
    staff_minutes: int = 0


class Proposal(Part):
    """A solution, tied to a step, never to a person."""

    proposal: str
    department: str
    step: str
    kind: Literal["remedy", "prevention"]
    text: str
    remedy: Remedy | None = None
    budget_hours: int | None = None
    override: str = ""


class ProposalMade(Event):
    """A participant proposes. Before the reveal the others do not see it."""

    proposal: Proposal


class WordingRefused(Event):
    """Text that names or blames people was refused: only where and which rule, never the text."""

    department: str
    rule: str


class RoundRevealed(Event):
    """Everything is revealed at once: all had contributed, or the round's clock ended."""

    complete: bool


class ProposalEndorsed(Event):
    """A participant stands behind a proposal."""

    department: str
    proposal: str


class ProposalObjected(Event):
    """A participant objects, with an alternative proposal."""

    department: str
    proposal: str
    reason: str
    alternative: str


class AgreementReached(Event):
    """One remedy, the preventions, and the new step budgets (hours per step).

    Attributes:
        by_lead: no agreement in time: the lead decided, with the objections on record.
    """

    remedy: Remedy
    proposals: tuple[str, ...]
    preventions: tuple[str, ...]
    budgets: dict[str, int]
    by_lead: bool
    objections: tuple[str, ...] = ()


class AgreementOverdue(Event):
    """The time to agree ran out; the lead decides now."""

    due: Instant


class RemedyDelivered(Event):
    """The remedy reached the customer; `cost` in the organisation's currency."""

    department: str
    cost: Decimal
    staff_minutes: int = 0


class AnswerHeld(Event):
    """Two departments told the customer different dates or amounts: the answer waits until that is settled."""

    contradictions: tuple[str, ...]


class AnswerAgreed(Event):
    """The one co-ordinated answer: text, and which numbered points it covers (all)."""

    text: str
    covers: tuple[int, ...]
    promises: dict[str, Instant] = Field(default_factory=dict)


class EscalatedToManagement(Event):
    """Management has it; carries the list of earlier instances that failed."""

    reason: str
    failed: tuple[str, ...]
    asked_by: Literal["customer", "clock", "bounce"]
    contact_by: Instant | None


class ManagerContacted(Event):
    """A manager has personally spoken to the customer."""

    note: str


class EscalationOverdue(Event):
    """No manager contacted the customer in time."""

    due: Instant


class EscalationClosed(Event):
    """Back from management: each failed instance has a fix or a reason."""

    findings: dict[str, str]


class AnswerOverdue(Event):
    """The customer's answer was not ready in time."""

    due: Instant


class ResolutionCompleted(Event):
    """Remedy delivered and answer agreed: the customer's turn."""

    stage: int
    staff_minutes: int
    compensation: Decimal


class TableClosed(Event):
    """The end: accepted, withdrawn, or historic."""

    why: Literal["accepted", "withdrawn", "historic"]


EVENTS: tuple[type[Event], ...] = (
    TableOpened,
    DepartmentInvited,
    DepartmentJoined,
    DepartmentDeclined,
    DepartmentSilent,
    ManagementTookSeat,
    LeadChanged,
    RoundStarted,
    TimesReported,
    ProposalMade,
    WordingRefused,
    RoundRevealed,
    ProposalEndorsed,
    ProposalObjected,
    AgreementReached,
    AgreementOverdue,
    RemedyDelivered,
    AnswerHeld,
    AnswerAgreed,
    AnswerOverdue,
    EscalatedToManagement,
    ManagerContacted,
    EscalationOverdue,
    EscalationClosed,
    ResolutionCompleted,
    TableClosed,
)

"""What departments says on `complaints.departments.v1`: the joint resolution. Stream: ``resolution/<complaint id>``.

Events that concern one department are also on that department's own topic, as the same bytes.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.contracts.event import Event, Instant, Part
from shared.contracts.parts import Remedy, Severity, StepTime, TouchedStep

KIND = "resolution"


class ComplaintBrief(Part):
    """What the table needs to know of the complaint; words are redacted and cut short.

    Attributes:
        excerpt: the beginning of the customer's words.
        points: how many numbered points the answer must cover.
        promised_by, started: of the order, where known: what the customer was promised, and when its chain began.
        value: money at stake, in the organisation's currency.
    """

    registered_at: Instant
    historic: bool = False
    excerpt: str = ""
    points: int = 0
    promised_by: Instant | None = None
    started: Instant | None = None
    value: Decimal | None = None
    harm: bool = False
    vulnerable: bool = False


class TriageBrief(Part):
    """What the table needs to know of the triage."""

    category: str
    severity: Severity
    steps: tuple[TouchedStep, ...]


class ComplaintNoted(Event):
    """Departments knows of the complaint; the table opens as soon as its triage is known too."""

    complaint: ComplaintBrief


class TriageNoted(Event):
    """The triage came before the complaint (other topic); the table opens as soon as that is known too."""

    triage: TriageBrief


class TableOpened(Event):
    """All owners of touched steps sit at one table; `lead` answers for the whole.

    Attributes:
        stage: 1, or 2 after the customer rejected.
        answer_by: when the customer gets the answer; None for historic ones.
        historic: no clocks, no letters; the table is closed at once.
        category: of the triage.
        calendar: ``<id>@<version>`` of the calendar `answer_by` was counted on.
    """

    stage: int
    lead: str
    departments: tuple[str, ...]
    severity: Severity
    answer_by: Instant | None
    historic: bool = False
    category: str = ""
    calendar: str = ""


class DepartmentInvited(Event):
    """One department's briefing: its steps and why, the effect on the customer, what is asked and by when.

    Attributes:
        nominated_by: the department that named it, or empty.
        calendar: ``<id>@<version>`` of the calendar `respond_by` was counted on.
    """

    department: str
    steps: tuple[TouchedStep, ...]
    effect: str
    asked: str
    respond_by: Instant | None
    nominated_by: str = ""
    calendar: str = ""


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
    calendar: str = ""


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
    """Text that names or blames people was refused: only where and which rule, never the text.

    Attributes:
        attempt: id that the refused text would have had, so that a repeated request counts once.
    """

    department: str
    rule: str
    attempt: str = ""


class RoundRevealed(Event):
    """Everything is revealed at once: all had contributed, or the round's clock ended.

    Attributes:
        agree_by: until when the table may agree; then the lead decides.
    """

    complete: bool
    agree_by: Instant | None = None
    calendar: str = ""


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
    override: str = ""


class AgreementReached(Event):
    """One remedy, the preventions, and the new step budgets (hours per step).

    Attributes:
        proposals: ids of what was chosen, the remedy's first.
        preventions: the texts of the chosen preventions.
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


class StatementMade(Event):
    """What a participant would tell the customer: named dates and amounts, compared with the others' and the answer's.

    A later statement of the same department replaces its earlier one.
    """

    department: str
    dates: dict[str, date] = Field(default_factory=dict)
    amounts: dict[str, Decimal] = Field(default_factory=dict)


class AnswerHeld(Event):
    """Two departments told the customer different dates or amounts: the answer waits until that is settled."""

    contradictions: tuple[str, ...]


class AnswerAgreed(Event):
    """The one co-ordinated answer: text, and which numbered points it covers (all, counted from 1).

    Attributes:
        override: why words that blame people were published all the same; empty almost always.
    """

    text: str
    covers: tuple[int, ...]
    promises: dict[str, Instant] = Field(default_factory=dict)
    override: str = ""


class EscalatedToManagement(Event):
    """Management has it; carries the list of earlier instances that failed."""

    reason: str
    failed: tuple[str, ...]
    asked_by: Literal["customer", "clock", "bounce"]
    contact_by: Instant | None
    calendar: str = ""


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
    """Remedy delivered and answer agreed: the customer's turn.

    Attributes:
        staff_minutes, compensation: totals so far, earlier stages included; a later event replaces an earlier one.
    """

    stage: int
    staff_minutes: int
    compensation: Decimal


class TableClosed(Event):
    """The end: accepted, withdrawn, or historic."""

    why: Literal["accepted", "withdrawn", "historic"]


EVENTS: tuple[type[Event], ...] = (
    ComplaintNoted,
    TriageNoted,
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
    StatementMade,
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

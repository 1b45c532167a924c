"""The commands of departments. Each carries the instant, the role that gives it, and the ids it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from shared.contracts.departments import ComplaintBrief, TriageBrief
from shared.contracts.parts import Remedy, StepTime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    now: datetime
    by: str = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteComplaint(_Base):
    """A complaint was registered."""

    complaint: ComplaintBrief


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTriage(_Base):
    """The steps it touches are known, or were corrected. `historic`: of a complaint imported from the past."""

    triage: TriageBrief
    historic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSecondStage(_Base):
    """The customer rejected the outcome of this stage."""

    rejected_stage: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(_Base):
    """The customer asks for management."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTable(_Base):
    """The customer's side has ended."""

    why: Literal["accepted", "withdrawn", "historic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunClocks(_Base):
    """Report the clocks that have run out by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ByDepartment(_Base):
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(_ByDepartment):
    """Sit at the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(_ByDepartment):
    """Decline: the department is not concerned; it says why, and who is."""

    reason: str
    nominee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominate(_ByDepartment):
    """Invite another department and stay."""

    nominee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTimes(_ByDepartment):
    """Report when the own steps ran; `waiting` in whole seconds per step. A later report replaces an earlier one."""

    steps: tuple[StepTime, ...]
    waiting: Mapping[str, int] = field(default_factory=dict[str, int])
    staff_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A proposal as it is written; `override` is the reason to keep a text that blames people."""

    proposal: str
    step: str
    kind: Literal["remedy", "prevention"]
    text: str
    remedy: Remedy | None = None
    budget_hours: int | None = None
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose(_ByDepartment):
    """Put a solution on the table."""

    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRefusedWording(_ByDepartment):
    """Record that a text was refused; `attempt` is the id that it would have had."""

    rule: str
    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorse(_ByDepartment):
    """Stand behind a proposal."""

    proposal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectTo(_ByDepartment):
    """Object to a proposal, with an alternative."""

    proposal: str
    reason: str
    alternative: Draft
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agree(_ByDepartment):
    """The lead writes down what the table agreed: one remedy, preventions, and hours per step."""

    remedy_proposal: str
    preventions: tuple[str, ...] = ()
    budgets: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverRemedy(_ByDepartment):
    """The remedy reached the customer."""

    cost: Decimal
    staff_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeStatement(_ByDepartment):
    """Say which dates and amounts the customer may be told."""

    dates: Mapping[str, date] = field(default_factory=dict[str, date])
    amounts: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(_ByDepartment):
    """The lead gives the one answer; `covers` are the numbered points, from 1."""

    text: str
    covers: tuple[int, ...] = ()
    promises: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    dates: Mapping[str, date] = field(default_factory=dict[str, date])
    amounts: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCustomer(_Base):
    """A manager has spoken to the customer in person."""

    note: str
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEscalation(_Base):
    """Hand the complaint back, with a fix or a reason for each failed instance."""

    findings: Mapping[str, str]
    override: str = ""


DepartmentCommand = (
    Join
    | Decline
    | Nominate
    | ReportTimes
    | Propose
    | NoteRefusedWording
    | Endorse
    | ObjectTo
    | Agree
    | DeliverRemedy
    | MakeStatement
    | Answer
)
ResolutionCommand = (
    NoteComplaint
    | NoteTriage
    | OpenSecondStage
    | Escalate
    | CloseTable
    | RunClocks
    | DepartmentCommand
    | ContactCustomer
    | CloseEscalation
)

"""The states of a resolution: waiting -> round -> agreeing -> delivering -> completed -> closed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from services.departments.policy.seats import Standing
from shared.contracts.departments import ComplaintBrief, Proposal, TriageBrief
from shared.contracts.event import Instant
from shared.contracts.part import Part
from shared.contracts.parts import Remedy, Severity, StepTime, TouchedStep


class Refusal(Part):
    """Why a department declined, and whom it named."""

    reason: str
    nominee: str


class Seat(Part):
    """A department at the table, with its own clock and contribution.

    Attributes:
        respond_by: its clock; None once it answered or the clock ran out.
        silent: its clock ran out once, whatever it did later.
        managed_why: why management holds the seat; empty where it does not.
        reported: it gave its step times.
    """

    department: str
    standing: Standing
    steps: tuple[TouchedStep, ...]
    effect: str = ""
    asked: str = ""
    respond_by: Instant | None = None
    nominated_by: str = ""
    silent: bool = False
    refusal: Refusal | None = None
    managed_why: str = ""
    reported: bool = False
    times: tuple[StepTime, ...] = ()
    waiting: dict[str, int] = Field(default_factory=dict)
    staff_minutes: int = 0


class Endorsement(Part):
    """A department stands behind a proposal."""

    department: str
    proposal: str


class Objection(Part):
    """A department objects to a proposal and offers another."""

    department: str
    proposal: str
    reason: str
    alternative: str


class Statement(Part):
    """What a department would tell the customer."""

    department: str
    dates: dict[str, date] = Field(default_factory=dict)
    amounts: dict[str, Decimal] = Field(default_factory=dict)


class Escalation(Part):
    """Management has it."""

    reason: str
    failed: tuple[str, ...]
    asked_by: Literal["customer", "clock", "bounce"]
    contact_by: Instant | None
    contacted: bool = False
    overdue: bool = False


class Agreement(Part):
    """What the table, or the lead alone, decided."""

    remedy: Remedy
    proposals: tuple[str, ...]
    preventions: tuple[str, ...]
    budgets: dict[str, int]
    by_lead: bool
    objections: tuple[str, ...] = ()


class Delivery(Part):
    """The remedy reached the customer."""

    department: str
    cost: Decimal
    staff_minutes: int


class GivenAnswer(Part):
    """The one answer."""

    text: str
    covers: tuple[int, ...]
    promises: dict[str, Instant] = Field(default_factory=dict)


class Waiting(Part):
    """No table yet: the complaint or its triage is missing. Management may have been asked for already."""

    status: Literal["waiting"] = "waiting"
    complaint: ComplaintBrief | None = None
    triage: TriageBrief | None = None
    escalation: Escalation | None = None


class Table(Part):
    """What every state with a table has.

    Attributes:
        earlier_leads: who led before, in any stage.
        declines: how often the complaint was passed on in this stage.
        refused: attempts whose wording was refused.
        earlier_minutes, earlier_compensation: sums of the stages before this one.
    """

    complaint: ComplaintBrief
    category: str
    severity: Severity
    stage: int
    lead: str
    earlier_leads: tuple[str, ...] = ()
    answer_by: Instant | None = None
    answer_overdue: bool = False
    seats: tuple[Seat, ...] = ()
    declines: int = 0
    proposals: tuple[Proposal, ...] = ()
    endorsements: tuple[Endorsement, ...] = ()
    objections: tuple[Objection, ...] = ()
    statements: tuple[Statement, ...] = ()
    refused: tuple[str, ...] = ()
    escalation: Escalation | None = None
    earlier_minutes: int = 0
    earlier_compensation: Decimal = Decimal(0)

    def seat(self, department: str) -> Seat | None:
        """Return a department's seat, also of one that declined."""
        return next((seat for seat in self.seats if seat.department == department), None)

    def proposal(self, proposal: str) -> Proposal | None:
        """Return a proposal."""
        return next((found for found in self.proposals if found.proposal == proposal), None)

    @property
    def standings(self) -> dict[str, Standing]:
        """How each department stands, in the order of invitation."""
        return {seat.department: seat.standing for seat in self.seats}

    @property
    def participants(self) -> tuple[str, ...]:
        """Who sits at the table."""
        return tuple(seat.department for seat in self.seats if seat.standing != "declined")

    @property
    def steps(self) -> dict[str, TouchedStep]:
        """The steps of the table; the first briefing that names a step counts."""
        found: dict[str, TouchedStep] = {}
        for seat in self.seats:
            for step in seat.steps:
                found.setdefault(step.step, step)
        return found


class Round(Table):
    """The blind round: contributions are collected and not shown to the others."""

    status: Literal["round"] = "round"
    ends: Instant | None = None


class Agreeing(Table):
    """Everything is revealed; the table looks for one remedy."""

    status: Literal["agreeing"] = "agreeing"
    agree_by: Instant | None = None
    agree_overdue: bool = False


class AgreedTable(Table):
    """The table has agreed. `held`: the contradictions that keep the answer back."""

    agreement: Agreement
    delivery: Delivery | None = None
    answer: GivenAnswer | None = None
    held: tuple[str, ...] = ()

    @property
    def staff_minutes(self) -> int:
        """What handling took so far, earlier stages included."""
        delivering = self.delivery.staff_minutes if self.delivery else 0
        return self.earlier_minutes + delivering + sum(seat.staff_minutes for seat in self.seats)

    @property
    def compensation(self) -> Decimal:
        """What the remedies cost so far, earlier stages included."""
        return self.earlier_compensation + (self.delivery.cost if self.delivery else Decimal(0))


class Delivering(AgreedTable):
    """The remedy is on its way and the answer is written."""

    status: Literal["delivering"] = "delivering"


class Completed(AgreedTable):
    """The customer's turn."""

    status: Literal["completed"] = "completed"


OpenTable: TypeAlias = Round | Agreeing | Delivering | Completed


class Closed(Part):
    """The end. `table` is as it was then; None where it ended before a table opened."""

    status: Literal["closed"] = "closed"
    why: Literal["accepted", "withdrawn", "historic"]
    table: Annotated[OpenTable, Field(discriminator="status")] | None = None


State: TypeAlias = Waiting | Round | Agreeing | Delivering | Completed | Closed
STATE: Final[TypeAdapter[State]] = TypeAdapter(Annotated[State, Field(discriminator="status")])
INITIAL: Final = Waiting()


def is_terminal(state: State) -> bool:
    """Whether nothing can happen any more."""
    return isinstance(state, Closed)


def table_of(state: State) -> OpenTable | None:
    """Return the table, open or as it was at the end."""
    match state:
        case Waiting():
            return None
        case Closed():
            return state.table
        case _:
            return state

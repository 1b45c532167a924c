"""What departments answers to questions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

from services.departments.policy.seats import Standing
from services.departments.state.models import (
    Agreement,
    Delivery,
    Endorsement,
    Escalation,
    GivenAnswer,
    Objection,
    Seat,
    Statement,
)
from shared.contracts.departments import Proposal
from shared.contracts.parts import Severity, TouchedStep


class Line(BaseModel):
    """What every view of a resolution begins with. Before the table opens, severity and lead are empty."""

    id: str
    version: int
    status: str
    stage: int
    lead: str
    severity: Severity | None
    category: str
    answer_by: datetime | None
    next_due: datetime | None


class ResolutionLine(Line):
    """One resolution in a list."""

    departments: list[str]
    escalated: bool


class ResolutionPage(BaseModel):
    """A page of resolutions; `next` is the cursor of the following page or empty."""

    items: list[ResolutionLine]
    next: str


class ResolutionView(ResolutionLine):
    """Everything about one resolution, for operations and management.

    The round is blind for them too: until the reveal no proposals, times, minutes or statements are shown.

    Attributes:
        contributed: how many departments have given both their times and a proposal.
        steps: the steps of the table with their whys.
        closed_why: accepted, withdrawn or historic; empty while it is open.
        round_ends, agree_by: only in the phase they belong to.
    """

    historic: bool
    closed_why: str
    points: int
    steps: list[TouchedStep]
    seats: list[Seat]
    earlier_leads: list[str]
    contributed: int
    declines: int
    round_ends: datetime | None
    agree_by: datetime | None
    answer_overdue: bool
    proposals: list[Proposal]
    endorsements: list[Endorsement]
    objections: list[Objection]
    statements: list[Statement]
    agreement: Agreement | None
    delivery: Delivery | None
    answer: GivenAnswer | None
    held: list[str]
    escalation: Escalation | None
    staff_minutes: int
    compensation: Decimal


class BriefingLine(Line):
    """What one department is asked, in a list."""

    department: str
    standing: Standing
    respond_by: datetime | None
    asked: str
    effect: str
    steps: list[TouchedStep]


class BriefingPage(BaseModel):
    """A page of briefings; `next` is the cursor of the following page or empty."""

    items: list[BriefingLine]
    next: str


class Briefing(BriefingLine):
    """One table as one department sees it: before the reveal it sees only its own proposals.

    Attributes:
        seat: its own, with what it contributed.
        participants: how every department stands.
        points: how many numbered points the answer must cover.
    """

    seat: Seat
    participants: dict[str, Standing]
    points: int
    round_ends: datetime | None
    agree_by: datetime | None
    revealed: bool
    proposals: list[Proposal]
    endorsements: list[Endorsement]
    objections: list[Objection]
    agreement: Agreement | None
    delivery: Delivery | None
    answer: GivenAnswer | None
    held: list[str]
    escalated: bool


class HeldSeat(BaseModel):
    """A seat that management holds for a department, and why: it was silent, or passed on too often."""

    department: str
    reason: str


class ManagementLine(BaseModel):
    """One complaint that management has (`escalation`), or at whose table it holds `seats`, or both."""

    id: str
    version: int
    status: str
    lead: str
    severity: Severity | None
    escalation: Escalation | None
    seats: list[HeldSeat]


class ManagementPage(BaseModel):
    """A page of what management has; `next` is the cursor of the following page or empty."""

    items: list[ManagementLine]
    next: str

"""What a request may say: every field known, every size capped."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field

from services.departments.commands import (
    Agree,
    Answer,
    CloseEscalation,
    ContactCustomer,
    Decline,
    DeliverRemedy,
    Draft,
    Endorse,
    MakeStatement,
    Nominate,
    ObjectTo,
    Propose,
    ReportTimes,
)
from shared.contracts.event import MAX_TEXT, Instant
from shared.contracts.parts import Remedy, StepTime
from shared.web.access import Asker
from shared.web.freetext import FreeText
from shared.web.requests import Body

DepartmentId = Annotated[str, Path(max_length=64)]
ComplaintId = Annotated[str, Path(max_length=64)]
_Id = Annotated[str, Field(min_length=1, max_length=64)]
_Name = Annotated[FreeText, Field(min_length=1, max_length=100)]
_Text = Annotated[FreeText, Field(min_length=1, max_length=5_000)]
_Reason = Annotated[FreeText, Field(max_length=1_000)]
_Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
_Minutes = Annotated[int, Field(ge=0, le=100_000)]
_Hours = Annotated[int, Field(ge=1, le=100_000)]
_MANY = 100


class DeclineRequest(Body):
    """A reason code of the organisation and the department that is concerned instead."""

    reason: _Id
    nominee: _Id

    def command(self, asker: Asker, now: datetime, *, department: str) -> Decline:
        """Return the command for this department."""
        return Decline(now=now, by=asker.by, department=department, reason=self.reason, nominee=self.nominee)


class NominateRequest(Body):
    """A further department that should sit at this table."""

    nominee: _Id

    def command(self, asker: Asker, now: datetime, *, department: str) -> Nominate:
        """Return the command for this department."""
        return Nominate(now=now, by=asker.by, department=department, nominee=self.nominee)


class StepRequest(Body):
    """When one of the department's steps ran, and for how long nothing was done in it."""

    step: _Id
    started: Instant | None = None
    ended: Instant | None = None
    waiting_seconds: Annotated[int, Field(ge=0, le=10**9)] | None = None

    def time(self) -> StepTime:
        """Return the step time."""
        return StepTime(step=self.step, started=self.started, ended=self.ended)


class TimesRequest(Body):
    """A department's own step times and the minutes its staff spent on this complaint."""

    steps: tuple[StepRequest, ...] = Field(max_length=_MANY)
    staff_minutes: _Minutes = 0

    def command(self, asker: Asker, now: datetime, *, department: str) -> ReportTimes:
        """Return the command for this department."""
        return ReportTimes(
            now=now,
            by=asker.by,
            department=department,
            steps=tuple(one.time() for one in self.steps),
            waiting={one.step: one.waiting_seconds for one in self.steps if one.waiting_seconds is not None},
            staff_minutes=self.staff_minutes,
        )


class RemedyPart(Body):
    """A remedy of the playbook."""

    remedy: _Id
    amount: _Amount = Decimal(0)
    text: _Reason = ""


class ProposeRequest(Body):
    """A solution, tied to a step. `override`: the reason to keep a text that blames people."""

    step: _Id
    kind: Literal["remedy", "prevention"]
    text: _Text
    remedy: RemedyPart | None = None
    budget_hours: _Hours | None = None
    override: _Reason = ""

    def draft(self, proposal: str) -> Draft:
        """Return the draft under this id."""
        given = self.remedy
        remedy = Remedy(remedy=given.remedy, amount=given.amount, text=given.text) if given else None
        return Draft(
            proposal=proposal,
            step=self.step,
            kind=self.kind,
            text=self.text,
            remedy=remedy,
            budget_hours=self.budget_hours,
            override=self.override,
        )

    def command(self, asker: Asker, now: datetime, *, department: str, proposal: str) -> Propose:
        """Return the command for this department, with the proposal under this id."""
        return Propose(now=now, by=asker.by, department=department, draft=self.draft(proposal))


class EndorseRequest(Body):
    """Which proposal."""

    proposal: _Id

    def command(self, asker: Asker, now: datetime, *, department: str) -> Endorse:
        """Return the command for this department."""
        return Endorse(now=now, by=asker.by, department=department, proposal=self.proposal)


class ObjectRequest(Body):
    """Which proposal, why not, and what instead."""

    proposal: _Id
    reason: _Text
    alternative: ProposeRequest
    override: _Reason = ""

    def command(self, asker: Asker, now: datetime, *, department: str, alternative: str) -> ObjectTo:
        """Return the command for this department, with the alternative under this id."""
        return ObjectTo(
            now=now,
            by=asker.by,
            department=department,
            proposal=self.proposal,
            reason=self.reason,
            alternative=self.alternative.draft(alternative),
            override=self.override,
        )


class AgreeRequest(Body):
    """One remedy proposal, prevention proposals, and hours per step."""

    remedy_proposal: _Id
    preventions: tuple[_Id, ...] = Field(default=(), max_length=_MANY)
    budgets: dict[_Id, _Hours] = Field(default_factory=dict, max_length=_MANY)

    def command(self, asker: Asker, now: datetime, *, department: str) -> Agree:
        """Return the command for this department."""
        return Agree(
            now=now,
            by=asker.by,
            department=department,
            remedy_proposal=self.remedy_proposal,
            preventions=self.preventions,
            budgets=self.budgets,
        )


class RemedyRequest(Body):
    """What delivering the remedy cost, and how long it took the staff."""

    cost: _Amount
    staff_minutes: _Minutes = 0

    def command(self, asker: Asker, now: datetime, *, department: str) -> DeliverRemedy:
        """Return the command for this department."""
        return DeliverRemedy(
            now=now, by=asker.by, department=department, cost=self.cost, staff_minutes=self.staff_minutes
        )


class _Statement(Body):
    dates: dict[_Name, date] = Field(default_factory=dict, max_length=_MANY)
    amounts: dict[_Name, _Amount] = Field(default_factory=dict, max_length=_MANY)


class StatementRequest(_Statement):
    """Named dates and amounts that the customer may be told."""

    def command(self, asker: Asker, now: datetime, *, department: str) -> MakeStatement:
        """Return the command for this department."""
        return MakeStatement(now=now, by=asker.by, department=department, dates=self.dates, amounts=self.amounts)


class AnswerRequest(_Statement):
    """The one answer: its text, the numbered points it covers, and what it promises by when."""

    text: Annotated[FreeText, Field(min_length=1, max_length=MAX_TEXT)]
    covers: tuple[Annotated[int, Field(ge=1, le=1_000)], ...] = Field(default=(), max_length=1_000)
    promises: dict[_Name, Instant] = Field(default_factory=dict[str, datetime], max_length=_MANY)
    override: _Reason = ""

    def command(self, asker: Asker, now: datetime, *, department: str) -> Answer:
        """Return the command for this department."""
        return Answer(
            now=now,
            by=asker.by,
            department=department,
            text=self.text,
            covers=self.covers,
            promises=self.promises,
            dates=self.dates,
            amounts=self.amounts,
            override=self.override,
        )


class ContactRequest(Body):
    """What the manager and the customer said to each other, without names."""

    note: _Text
    override: _Reason = ""

    def command(self, asker: Asker, now: datetime) -> ContactCustomer:
        """Return the command."""
        return ContactCustomer(now=now, by=asker.by, note=self.note, override=self.override)


class CloseRequest(Body):
    """A fix or a reason for each failed instance."""

    findings: dict[_Id, _Text] = Field(max_length=_MANY)
    override: _Reason = ""

    def command(self, asker: Asker, now: datetime) -> CloseEscalation:
        """Return the command."""
        return CloseEscalation(now=now, by=asker.by, findings=self.findings, override=self.override)

"""What a request may say: every field known, every size capped."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from services.departments.commands import Draft
from shared.contracts.event import MAX_TEXT, Instant
from shared.contracts.parts import Remedy, StepTime
from shared.web.freetext import FreeText

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


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeclineRequest(_Request):
    """A reason code of the organisation and the department that is concerned instead."""

    reason: _Id
    nominee: _Id


class NominateRequest(_Request):
    """A further department that should sit at this table."""

    nominee: _Id


class StepRequest(_Request):
    """When one own step ran, and how long nothing was done in it."""

    step: _Id
    started: Instant | None = None
    ended: Instant | None = None
    waiting_seconds: Annotated[int, Field(ge=0, le=10**9)] | None = None

    def time(self) -> StepTime:
        """Return the step time."""
        return StepTime(step=self.step, started=self.started, ended=self.ended)


class TimesRequest(_Request):
    """A department's own step times and the minutes its staff spent on this complaint."""

    steps: tuple[StepRequest, ...] = Field(max_length=_MANY)
    staff_minutes: _Minutes = 0


class RemedyPart(_Request):
    """A remedy of the playbook."""

    remedy: _Id
    amount: _Amount = Decimal(0)
    text: _Reason = ""


class ProposeRequest(_Request):
    """A solution, tied to a step. `override`: why words that blame people must stand."""

    step: _Id
    kind: Literal["remedy", "prevention"]
    text: _Text
    remedy: RemedyPart | None = None
    budget_hours: _Hours | None = None
    override: _Reason = ""

    def draft(self, proposal: str) -> Draft:
        """Return the draft under this id."""
        asked = self.remedy
        remedy = Remedy(remedy=asked.remedy, amount=asked.amount, text=asked.text) if asked else None
        return Draft(
            proposal=proposal,
            step=self.step,
            kind=self.kind,
            text=self.text,
            remedy=remedy,
            budget_hours=self.budget_hours,
            override=self.override,
        )


class EndorseRequest(_Request):
    """Which proposal."""

    proposal: _Id


class ObjectRequest(_Request):
    """Which proposal, why not, and what instead."""

    proposal: _Id
    reason: _Text
    alternative: ProposeRequest
    override: _Reason = ""


class AgreeRequest(_Request):
    """One remedy proposal, prevention proposals, and hours per step."""

    remedy_proposal: _Id
    preventions: tuple[_Id, ...] = Field(default=(), max_length=_MANY)
    budgets: dict[_Id, _Hours] = Field(default_factory=dict, max_length=_MANY)


class RemedyRequest(_Request):
    """What delivering the remedy cost, and how long it took the staff."""

    cost: _Amount
    staff_minutes: _Minutes = 0


class StatementRequest(_Request):
    """Named dates and amounts that the customer may be told."""

    dates: dict[_Name, date] = Field(default_factory=dict, max_length=_MANY)
    amounts: dict[_Name, _Amount] = Field(default_factory=dict, max_length=_MANY)


class AnswerRequest(StatementRequest):
    """The one answer: its text, the numbered points it covers, and what it promises by when."""

    text: Annotated[FreeText, Field(min_length=1, max_length=MAX_TEXT)]
    covers: tuple[Annotated[int, Field(ge=1, le=1_000)], ...] = Field(default=(), max_length=1_000)
    promises: dict[_Name, Instant] = Field(default_factory=dict[str, datetime], max_length=_MANY)
    override: _Reason = ""


class ContactRequest(_Request):
    """What the manager and the customer said to each other, without names."""

    note: _Text
    override: _Reason = ""


class CloseRequest(_Request):
    """Per failed instance a fix or a reason."""

    findings: dict[_Id, _Text] = Field(max_length=_MANY)
    override: _Reason = ""

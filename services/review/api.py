"""HTTP edge: request -> command -> execute. No rule in here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.review.commands import (
    AcknowledgeSummary,
    AgreeAction,
    CauseGiven,
    Conclude,
    FinishAction,
    ReviewCommand,
    SetCauses,
)
from services.review.views import Views
from services.review.views.answers import BoardView, Pareto, TimesView
from services.review.views.reviews import OrderTimesPage, ReviewPage, ReviewView, SummaryPage
from shared.contracts.parts import Factor
from shared.contracts.review import KIND
from shared.core.decider import Rejected
from shared.runtime.calls import Execute
from shared.runtime.ports import Clock, Ids
from shared.web.freetext import FreeText
from shared.web.problems import NotFound
from shared.web.writes import Framed, Write, WriteAnswer, answer

BOARD: Final = "review-board"
Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Sentence = Annotated[FreeText, StringConstraints(min_length=3, max_length=2_000, strip_whitespace=True)]
ComplaintId = Annotated[str, Path(max_length=100)]
Override = Annotated[FreeText, StringConstraints(max_length=500, strip_whitespace=True)]
Month = Annotated[str, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
Words = Annotated[list[str] | None, Query(max_length=50)]
Cursor = Annotated[str, Query(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=500)]


class CauseSaid(BaseModel):
    """One cause. `weight` in any unit: the weights of all causes are normalised to 1."""

    model_config = ConfigDict(extra="forbid")

    step: Name
    factor: Factor
    weight: float = Field(gt=0, le=1_000_000, allow_inf_nan=False)
    evidence: Sentence


class CausesSaid(BaseModel):
    """All causes; they replace those there are. `override`: why words that blame people must stand."""

    model_config = ConfigDict(extra="forbid")

    causes: list[CauseSaid] = Field(min_length=1, max_length=20)
    override: Override = ""


class ActionSaid(BaseModel):
    """An action: who does what by when, and by what later complaints will show that it worked.

    `override`: why words that blame people must stand.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["containment", "corrective", "preventive"]
    department: Name
    step: Name
    text: Sentence
    due: AwareDatetime
    criterion: Sentence
    override: Override = ""


class ReadBy(BaseModel):
    """Which department has read the summary."""

    model_config = ConfigDict(extra="forbid")

    department: Name


def router(execute: Execute, views: Views, clock: Clock, ids: Ids) -> APIRouter:
    """Return the routes of review."""
    routes = APIRouter()
    _review_reads(routes, views)
    _figure_reads(routes, views)
    _writes(routes, execute, views, clock, ids)
    return routes


def _review_reads(routes: APIRouter, views: Views) -> None:
    @routes.get("/reviews")
    async def reviews(
        status: Words = None,
        severity: Words = None,
        period: Words = None,
        category: Words = None,
        department: Words = None,
        theme: Words = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> ReviewPage:
        asked = {
            "status": status,
            "severity": severity,
            "period": period,
            "category": category,
            "department": department,
            "theme": theme,
        }
        return await views.reviews.page({name: values for name, values in asked.items() if values}, cursor, limit)

    @routes.get("/reviews/{complaint}")
    async def review(complaint: ComplaintId, response: Response) -> ReviewView:
        found = await views.reviews.review(complaint)
        response.headers["ETag"] = f'"{found.version}"'
        return found

    @routes.get("/summaries")
    async def summaries(
        period: Words = None,
        department: Words = None,
        theme: Words = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> SummaryPage:
        asked = {"period": period, "department": department, "theme": theme}
        return await views.reviews.summaries({name: values for name, values in asked.items() if values}, cursor, limit)

    @routes.get("/counts")
    async def counts() -> Mapping[str, int]:
        return await views.reviews.counts()


def _figure_reads(routes: APIRouter, views: Views) -> None:
    @routes.get("/themes")
    async def themes(period: Month = "", cause: Annotated[str, Query(max_length=150)] = "") -> Pareto:
        return await views.figures.pareto(period, cause)

    @routes.get("/summary")
    async def summary(period: Month = "") -> BoardView:
        return await views.figures.board(period)

    @routes.get("/times")
    async def times(period: Month = "") -> TimesView:
        return await views.figures.times(period)

    @routes.get("/times/orders")
    async def order_times(period: Words = None, cursor: Cursor = "", limit: Limit = 500) -> OrderTimesPage:
        where = {"period": period} if period else {}
        return await views.reviews.order_times(where, cursor, limit)


def _writes(routes: APIRouter, execute: Execute, views: Views, clock: Clock, ids: Ids) -> None:
    async def carry_out(complaint: str, write: Write, command: ReviewCommand) -> WriteAnswer:
        try:
            return answer(await execute(write.call(KIND, complaint, command)))
        except Rejected as rejected:
            if not await views.reviews.known(complaint):
                raise NotFound(f"there is no review of a complaint {complaint}") from rejected
            raise

    @routes.post("/reviews/{complaint}/causes")
    async def set_causes(complaint: ComplaintId, body: CausesSaid, write: Framed) -> WriteAnswer:
        causes = tuple(CauseGiven(one.step, one.factor, one.weight, one.evidence) for one in body.causes)
        return await carry_out(complaint, write, SetCauses(clock.now(), write.by or BOARD, causes, body.override))

    @routes.post("/reviews/{complaint}/actions")
    async def agree_action(complaint: ComplaintId, body: ActionSaid, write: Framed) -> WriteAnswer:
        action = ids.derived(f"{complaint}/action/{write.key}") if write.key else ids.new()
        command = AgreeAction(
            now=clock.now(),
            by=write.by or BOARD,
            action=action,
            kind=body.kind,
            department=body.department,
            step=body.step,
            text=body.text,
            due=body.due.astimezone(UTC),
            criterion=body.criterion,
            override=body.override,
        )
        return await carry_out(complaint, write, command)

    @routes.post("/reviews/{complaint}/actions/{action}/done")
    async def finish_action(complaint: ComplaintId, action: ComplaintId, write: Framed) -> WriteAnswer:
        return await carry_out(complaint, write, FinishAction(clock.now(), write.by or BOARD, action))

    @routes.post("/reviews/{complaint}/conclude")
    async def conclude(complaint: ComplaintId, write: Framed) -> WriteAnswer:
        return await carry_out(complaint, write, Conclude(clock.now(), write.by or BOARD))

    @routes.post("/reviews/{complaint}/acknowledge")
    async def acknowledge(complaint: ComplaintId, body: ReadBy, write: Framed) -> WriteAnswer:
        return await carry_out(
            complaint, write, AcknowledgeSummary(clock.now(), write.by or body.department, body.department)
        )

"""HTTP edge: request -> command -> execute. No rule in here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, Field, StringConstraints

from services.review.access import Acknowledging, FinishingAction, ReadingFigures, ReadingReviews, Reviewing
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
from shared.eventsourcing.calls import Execute
from shared.eventsourcing.decider import Rejected
from shared.eventsourcing.ports import Clock, Ids
from shared.web.access import Asker
from shared.web.freetext import FreeText
from shared.web.problems import NotFound
from shared.web.requests import Body, published_as
from shared.web.writes import Framed, Write, WriteAnswer, answer

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Sentence = Annotated[FreeText, StringConstraints(min_length=3, max_length=2_000, strip_whitespace=True)]
ComplaintId = Annotated[str, Path(max_length=100)]
Override = Annotated[FreeText, StringConstraints(max_length=500, strip_whitespace=True)]
Month = Annotated[str, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")]
Words = Annotated[list[str] | None, Query(max_length=50)]
Cursor = Annotated[str, Query(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=500)]


class CauseSaid(Body):
    """One cause. `weight` in any unit: the weights of all causes are normalised to 1."""

    step: Name
    factor: Factor
    weight: float = Field(gt=0, le=1_000_000, allow_inf_nan=False)
    evidence: Sentence


@published_as("CausesSaid")
class CausesRequest(Body):
    """All causes; they replace those there are. `override`: the reason to keep a text that blames people."""

    causes: list[CauseSaid] = Field(min_length=1, max_length=20)
    override: Override = ""

    def command(self, asker: Asker, now: datetime) -> SetCauses:
        """Return the command."""
        causes = tuple(
            CauseGiven(step=one.step, factor=one.factor, weight=one.weight, evidence=one.evidence)
            for one in self.causes
        )
        return SetCauses(now=now, by=asker.by, causes=causes, override=self.override)


@published_as("ActionSaid")
class ActionRequest(Body):
    """An action: who does what by when, and by what later complaints will show that it worked.

    `override`: the reason to keep a text that blames people.
    """

    kind: Literal["containment", "corrective", "preventive"]
    department: Name
    step: Name
    text: Sentence
    due: AwareDatetime
    criterion: Sentence
    override: Override = ""

    def command(self, asker: Asker, now: datetime, *, action: str) -> AgreeAction:
        """Return the command that agrees on it under this id."""
        return AgreeAction(
            now=now,
            by=asker.by,
            action=action,
            kind=self.kind,
            department=self.department,
            step=self.step,
            text=self.text,
            due=self.due.astimezone(UTC),
            criterion=self.criterion,
            override=self.override,
        )


@published_as("ReadBy")
class AcknowledgeRequest(Body):
    """Which department has read the summary."""

    department: Name

    def command(self, asker: Asker, now: datetime) -> AcknowledgeSummary:
        """Return the command; a caller that names no role acts as the department."""
        return AcknowledgeSummary(now=now, by=asker.by or self.department, department=self.department)


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
        _asker: ReadingReviews,
        status: Words = None,
        severity: Words = None,
        period: Words = None,
        category: Words = None,
        department: Words = None,
        theme: Words = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> ReviewPage:
        wanted = {
            "status": status,
            "severity": severity,
            "period": period,
            "category": category,
            "department": department,
            "theme": theme,
        }
        return await views.reviews.page({name: values for name, values in wanted.items() if values}, cursor, limit)

    @routes.get("/reviews/{complaint}")
    async def review(_asker: ReadingReviews, complaint: ComplaintId, response: Response) -> ReviewView:
        found = await views.reviews.review(complaint)
        response.headers["ETag"] = f'"{found.version}"'
        return found

    @routes.get("/summaries")
    async def summaries(
        _asker: ReadingReviews,
        period: Words = None,
        department: Words = None,
        theme: Words = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> SummaryPage:
        wanted = {"period": period, "department": department, "theme": theme}
        return await views.reviews.summaries({name: values for name, values in wanted.items() if values}, cursor, limit)

    @routes.get("/counts")
    async def counts(_asker: ReadingFigures) -> Mapping[str, int]:
        return await views.reviews.counts()


def _figure_reads(routes: APIRouter, views: Views) -> None:
    @routes.get("/themes")
    async def themes(
        _asker: ReadingFigures, period: Month = "", cause: Annotated[str, Query(max_length=150)] = ""
    ) -> Pareto:
        return await views.figures.pareto(period, cause)

    @routes.get("/summary")
    async def summary(_asker: ReadingFigures, period: Month = "") -> BoardView:
        return await views.figures.board(period)

    @routes.get("/times")
    async def times(_asker: ReadingFigures, period: Month = "") -> TimesView:
        return await views.figures.times(period)

    @routes.get("/times/orders")
    async def order_times(
        _asker: ReadingFigures, period: Words = None, cursor: Cursor = "", limit: Limit = 500
    ) -> OrderTimesPage:
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
    async def set_causes(asker: Reviewing, complaint: ComplaintId, body: CausesRequest, write: Framed) -> WriteAnswer:
        return await carry_out(complaint, write, body.command(asker, clock.now()))

    @routes.post("/reviews/{complaint}/actions")
    async def agree_action(asker: Reviewing, complaint: ComplaintId, body: ActionRequest, write: Framed) -> WriteAnswer:
        action = ids.derived(f"{complaint}/action/{write.key}") if write.key else ids.new()
        return await carry_out(complaint, write, body.command(asker, clock.now(), action=action))

    @routes.post("/reviews/{complaint}/actions/{action}/done")
    async def finish_action(
        asker: FinishingAction, complaint: ComplaintId, action: ComplaintId, write: Framed
    ) -> WriteAnswer:
        return await carry_out(complaint, write, FinishAction(now=clock.now(), by=asker.by, action=action))

    @routes.post("/reviews/{complaint}/conclude")
    async def conclude(asker: Reviewing, complaint: ComplaintId, write: Framed) -> WriteAnswer:
        return await carry_out(complaint, write, Conclude(now=clock.now(), by=asker.by))

    @routes.post("/reviews/{complaint}/acknowledge")
    async def acknowledge(
        asker: Acknowledging, complaint: ComplaintId, body: AcknowledgeRequest, write: Framed
    ) -> WriteAnswer:
        return await carry_out(complaint, write, body.command(asker, clock.now()))

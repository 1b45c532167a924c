"""HTTP edge: request -> command -> execute. No rule in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.routing.commands import Command, DecideTriage, LinkComplaint, UnlinkComplaint
from services.routing.views import StepCount, TriagePage, TriageView, Views
from shared.contracts.routing import KIND
from shared.core.decider import Rejected
from shared.runtime.calls import Execute
from shared.runtime.ports import Clock
from shared.web.freetext import FreeText
from shared.web.problems import Invalid, NotFound
from shared.web.writes import Framed, Write, WriteAnswer, answer

TRIAGE_ROLE: Final = "triage"
Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Sentence = Annotated[FreeText, StringConstraints(min_length=3, max_length=1_000, strip_whitespace=True)]
Override = Annotated[FreeText, StringConstraints(max_length=500, strip_whitespace=True)]
ComplaintId = Annotated[str, Path(max_length=100)]
Cursor = Annotated[str, Query(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=500)]


class Decide(BaseModel):
    """A person's decision.

    Attributes:
        steps: those it touches; empty: those of the category, and those known by facts.
        override: why words that blame people must stand.
    """

    model_config = ConfigDict(extra="forbid")

    category: Name
    steps: list[Name] = Field(default_factory=list[str], max_length=50)
    reason: Sentence
    override: Override = ""


class LinkTo(BaseModel):
    """Another complaint that this one repeats or duplicates. `override` as in a decision."""

    model_config = ConfigDict(extra="forbid")

    other: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    score: float = Field(ge=0, le=1)
    why: Sentence
    override: Override = ""


def router(execute: Execute, views: Views, clock: Clock) -> APIRouter:
    """Return the routes of routing."""
    routes = APIRouter()
    _reads(routes, views)
    _writes(routes, execute, views, clock)
    return routes


def _reads(routes: APIRouter, views: Views) -> None:
    @routes.get("/triages")
    async def triages(
        status: Annotated[list[str] | None, Query()] = None,
        category: Annotated[list[str] | None, Query()] = None,
        severity: Annotated[list[str] | None, Query()] = None,
        department: Annotated[list[str] | None, Query()] = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> TriagePage:
        asked = {"status": status, "category": category, "severity": severity, "departments": department}
        where: dict[str, Sequence[str | int]] = {name: values for name, values in asked.items() if values}
        return await views.triages(where, cursor, limit)

    @routes.get("/triages/queue")
    async def queue(cursor: Cursor = "", limit: Limit = 100) -> TriagePage:
        return await views.queue(cursor, limit)

    @routes.get("/triages/{complaint}")
    async def triage(complaint: ComplaintId, response: Response) -> TriageView:
        found = await views.triage(complaint)
        response.headers["ETag"] = f'"{found.version}"'
        return found

    @routes.get("/steps")
    async def steps() -> Mapping[str, StepCount]:
        return await views.steps()

    @routes.get("/counts")
    async def counts() -> Mapping[str, int]:
        return await views.counts()


def _writes(routes: APIRouter, execute: Execute, views: Views, clock: Clock) -> None:
    async def carry_out(complaint: str, write: Write, command: Command) -> WriteAnswer:
        try:
            return answer(await execute(write.call(KIND, complaint, command)))
        except Rejected as rejected:
            if rejected.absent:
                raise NotFound(f"there is no triage of a complaint {complaint}") from rejected
            raise

    @routes.post("/triages/{complaint}/decide")
    async def decide(complaint: ComplaintId, body: Decide, write: Framed) -> WriteAnswer:
        by = write.by or TRIAGE_ROLE
        command = DecideTriage(clock.now(), by, body.category, tuple(body.steps), body.reason, body.override)
        return await carry_out(complaint, write, command)

    @routes.post("/triages/{complaint}/links")
    async def link(complaint: ComplaintId, body: LinkTo, write: Framed) -> WriteAnswer:
        if not await views.known(body.other):
            raise Invalid([("other", f"there is no complaint {body.other}")])
        by = write.by or TRIAGE_ROLE
        command = LinkComplaint(clock.now(), by, complaint, body.other, body.score, body.why, body.override)
        return await carry_out(complaint, write, command)

    @routes.delete("/triages/{complaint}/links/{other}")
    async def unlink(
        complaint: ComplaintId,
        other: ComplaintId,
        write: Framed,
        why: Annotated[FreeText, Query(max_length=1_000)] = "the link was wrong",
        override: Annotated[FreeText, Query(max_length=500)] = "",
    ) -> WriteAnswer:
        command = UnlinkComplaint(clock.now(), write.by or TRIAGE_ROLE, other, why, override)
        return await carry_out(complaint, write, command)

"""HTTP edge: request -> command -> execute. No rule in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, StringConstraints

from services.routing.access import Deciding, Reading
from services.routing.commands import DecideTriage, LinkComplaint, TriageCommand, UnlinkComplaint
from services.routing.views import StepCount, TriagePage, TriageView, Views
from shared.contracts.routing import KIND
from shared.eventsourcing.calls import Execute
from shared.eventsourcing.decider import Rejected
from shared.eventsourcing.ports import Clock
from shared.web.access import Asker
from shared.web.freetext import FreeText
from shared.web.problems import Invalid, NotFound
from shared.web.requests import Body, published_as
from shared.web.writes import Framed, Write, WriteAnswer, answer

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Sentence = Annotated[FreeText, StringConstraints(min_length=3, max_length=1_000, strip_whitespace=True)]
Override = Annotated[FreeText, StringConstraints(max_length=500, strip_whitespace=True)]
ComplaintId = Annotated[str, Path(max_length=100)]
Cursor = Annotated[str, Query(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=500)]


@published_as("Decide")
class DecideRequest(Body):
    """A person's decision.

    Attributes:
        steps: those it touches; empty: those of the category, and those known by facts.
        override: the reason to keep a text that blames people.
    """

    category: Name
    steps: list[Name] = Field(default_factory=list[str], max_length=50)
    reason: Sentence
    override: Override = ""

    def command(self, asker: Asker, now: datetime) -> DecideTriage:
        """Return the command."""
        return DecideTriage(
            now=now,
            by=asker.by,
            category=self.category,
            steps=tuple(self.steps),
            reason=self.reason,
            override=self.override,
        )


@published_as("LinkTo")
class LinkRequest(Body):
    """Another complaint that this one repeats or duplicates. `override` as in a decision."""

    other: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    score: float = Field(ge=0, le=1)
    why: Sentence
    override: Override = ""

    def command(self, asker: Asker, now: datetime, *, complaint: str) -> LinkComplaint:
        """Return the command that links this complaint to the other."""
        return LinkComplaint(
            now=now,
            by=asker.by,
            complaint=complaint,
            other=self.other,
            score=self.score,
            why=self.why,
            override=self.override,
        )


def router(execute: Execute, views: Views, clock: Clock) -> APIRouter:
    """Return the routes of routing."""
    routes = APIRouter()
    _reads(routes, views)
    _writes(routes, execute, views, clock)
    return routes


def _reads(routes: APIRouter, views: Views) -> None:
    @routes.get("/triages")
    async def triages(
        _asker: Reading,
        status: Annotated[list[str] | None, Query()] = None,
        category: Annotated[list[str] | None, Query()] = None,
        severity: Annotated[list[str] | None, Query()] = None,
        department: Annotated[list[str] | None, Query()] = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> TriagePage:
        wanted = {"status": status, "category": category, "severity": severity, "departments": department}
        where: dict[str, Sequence[str | int]] = {name: values for name, values in wanted.items() if values}
        return await views.triages(where, cursor, limit)

    @routes.get("/triages/queue")
    async def queue(_asker: Reading, cursor: Cursor = "", limit: Limit = 100) -> TriagePage:
        return await views.queue(cursor, limit)

    @routes.get("/triages/{complaint}")
    async def triage(_asker: Reading, complaint: ComplaintId, response: Response) -> TriageView:
        found = await views.triage(complaint)
        response.headers["ETag"] = f'"{found.version}"'
        return found

    @routes.get("/steps")
    async def steps(_asker: Reading) -> Mapping[str, StepCount]:
        return await views.steps()

    @routes.get("/counts")
    async def counts(_asker: Reading) -> Mapping[str, int]:
        return await views.counts()


def _writes(routes: APIRouter, execute: Execute, views: Views, clock: Clock) -> None:
    async def carry_out(complaint: str, write: Write, command: TriageCommand) -> WriteAnswer:
        try:
            return answer(await execute(write.call(KIND, complaint, command)))
        except Rejected as rejected:
            if rejected.absent:
                raise NotFound(f"there is no triage of a complaint {complaint}") from rejected
            raise

    @routes.post("/triages/{complaint}/decide")
    async def decide(asker: Deciding, complaint: ComplaintId, body: DecideRequest, write: Framed) -> WriteAnswer:
        return await carry_out(complaint, write, body.command(asker, clock.now()))

    @routes.post("/triages/{complaint}/links")
    async def link(asker: Deciding, complaint: ComplaintId, body: LinkRequest, write: Framed) -> WriteAnswer:
        if not await views.known(body.other):
            raise Invalid([("other", f"there is no complaint {body.other}")])
        return await carry_out(complaint, write, body.command(asker, clock.now(), complaint=complaint))

    @routes.delete("/triages/{complaint}/links/{other}")
    async def unlink(
        asker: Deciding,
        complaint: ComplaintId,
        other: ComplaintId,
        write: Framed,
        why: Annotated[FreeText, Query(max_length=1_000)] = "the link was wrong",
        override: Annotated[FreeText, Query(max_length=500)] = "",
    ) -> WriteAnswer:
        command = UnlinkComplaint(now=clock.now(), by=asker.by, other=other, why=why, override=override)
        return await carry_out(complaint, write, command)

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from services.review import DEFINITION
from services.review.api import router
from services.review.commands import ReviewCommand
from services.review.views import Views
from services.review.views.figures import Figures
from services.review.views.reviews import Reviews
from shared.contracts.envelope import Envelope
from shared.contracts.parts import StepTime
from shared.eventsourcing.calls import Call, Outcome
from shared.eventsourcing.definition import Incoming
from shared.eventsourcing.engine import Engine, Saved
from shared.eventsourcing.execute import Executor
from shared.eventsourcing.ports import RandomIds
from shared.store.memory import MemoryStore
from shared.web import problems
from tests.unit.review.build import (
    CLOSED_TABLE,
    ENDING,
    HOUR,
    LATER,
    ORDERED,
    ORGANISATION,
    TABLE,
    note_complaint,
    note_triage,
)

ACTION = {
    "kind": "corrective",
    "department": "warehouse",
    "step": "picking",
    "text": "Pick before noon.",
    "due": "2026-05-01T12:00:00+02:00",
    "criterion": "No picking over 18 h.",
}
CAUSES = {"causes": [{"step": "packing", "factor": "material", "weight": 2, "evidence": "Boxes were torn."}]}
WHOLE_WAY: tuple[ReviewCommand, ...] = (note_triage(), *TABLE, *ENDING, CLOSED_TABLE)


class StandingClock:
    def now(self) -> datetime:
        return LATER

    async def sleep(self, seconds: float) -> None:
        del seconds


@dataclass
class Review:
    web: httpx.AsyncClient
    store: MemoryStore
    execute: Executor

    async def get(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 - JSON
        response = await self.web.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def happen(self, complaint: str, *commands: ReviewCommand) -> None:
        for command in commands:
            outcome = await self.execute(Call("review", complaint, command))
            await self.count(complaint, outcome)

    async def count(self, complaint: str, outcome: Outcome) -> None:
        for event in outcome.events:
            incoming: Incoming[Any] = Incoming(event, Envelope("i", "s", "t", "t", complaint, 1), LATER)
            for fan_in in DEFINITION.spread:
                if isinstance(event, fan_in.event):
                    for key, command in fan_in.commands(incoming):
                        await self.execute(Call(fan_in.to.kind, key, command))

    async def concluded(self, complaint: str, **fields: object) -> None:
        await self.happen(complaint, note_complaint(complaint=complaint, **fields), *WHOLE_WAY)

    async def resolved(self, complaint: str) -> None:
        await self.happen(complaint, note_complaint(complaint=complaint), note_triage("high"), *TABLE)


class Behind:
    """One part of the test's own review: building the web application takes longer than a test."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the part has
        return getattr(getattr(CURRENT[-1], self._part), name)

    async def __call__(self, call: Call) -> Outcome:
        return await CURRENT[-1].execute(call)


def web_application() -> FastAPI:
    execute, store = cast("Any", Behind("execute")), cast("Any", Behind("store"))
    app = FastAPI()
    problems.install(app)
    views = Views(Reviews(store), Figures(store, ORGANISATION))
    app.include_router(router(execute, views, StandingClock(), RandomIds()))
    return app


CURRENT: list[Review] = []
APP = web_application()


@pytest.fixture
async def review() -> AsyncIterator[Review]:
    store = MemoryStore()

    async def saved(_saved: Saved) -> None:
        """Nobody listens."""

    await store.open()
    engine = Engine(DEFINITION.given(ORGANISATION), store, StandingClock(), saved)
    running = asyncio.create_task(engine.run())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=APP), base_url="http://review") as web:
        CURRENT.append(Review(web, store, Executor(engine, RandomIds())))
        yield CURRENT[-1]
    CURRENT.clear()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class TestReadingReviews:
    async def test_one_review_shows_what_it_found(self, review: Review) -> None:
        await review.concluded("c1")
        response = await review.web.get("/reviews/c1")
        found = response.json()
        assert response.headers["ETag"] == f'"{found["version"]}"'
        assert (found["status"], found["period"], found["waits_for"]) == ("concluded", "2026-03", [])
        assert found["themes"] == ["picking.capacity", "line-haul.capacity"]
        assert found["cost"] == "101.80"
        assert [part["what"] for part in found["times"]["chain"]][:2] == ["standard", "overrun"]
        assert found["assumptions"] == ORGANISATION.reference

    async def test_one_that_is_not_resolved_says_what_it_waits_for(self, review: Review) -> None:
        await review.happen("c1", note_complaint(), TABLE[0])
        found = await review.get("/reviews/c1")
        assert (found["status"], found["waits_for"]) == ("collecting", ["triage", "resolution"])
        assert len(found["steps"]) == 2

    async def test_one_nobody_heard_of_is_not_found(self, review: Review) -> None:
        assert (await review.web.get("/reviews/c9")).status_code == 404
        assert (await review.web.post("/reviews/c9/conclude")).status_code == 404

    async def test_they_are_listed_in_pages_and_by_what_they_are(self, review: Review) -> None:
        for complaint in ("c1", "c2", "c3"):
            await review.concluded(complaint)
        await review.resolved("c4")
        first = await review.get("/reviews", limit=2, status="concluded")
        rest = await review.get("/reviews", limit=2, status="concluded", cursor=first["next"])
        assert [item["id"] for page in (first, rest) for item in page["items"]] == ["c1", "c2", "c3"]
        assert rest["next"] == ""
        by_theme = await review.get("/reviews", theme="picking.capacity", severity="high")
        assert [(item["id"], item["waits_for"]) for item in by_theme["items"]] == [("c4", ["outcome"])]
        assert await review.get("/counts") == {"concluded": 3, "open": 1}

    async def test_summaries_are_listed_with_who_has_read_them(self, review: Review) -> None:
        await review.concluded("c1")
        read = await review.web.post("/reviews/c1/acknowledge", json={"department": "carrier"})
        assert read.json()["events"] == ["SummaryAcknowledged.v1"]
        (line,) = (await review.get("/summaries"))["items"]
        assert (line["summary"]["complaint"], line["total"], line["acknowledged"]) == ("c1", "101.80", ["carrier"])
        assert (await review.get("/summaries", department="carrier"))["items"] == [line]
        assert (await review.get("/summaries", department="it"))["items"] == []


class TestTheBoardsWork:
    async def test_causes_actions_and_the_end(self, review: Review) -> None:
        await review.resolved("c1")
        assert (await review.web.post("/reviews/c1/causes", json=CAUSES)).json()["events"] == [
            "CausesFound.v1",
            "CostsComputed.v1",
        ]
        agreed = await review.web.post("/reviews/c1/actions", json=ACTION, headers={"Idempotency-Key": "k1"})
        assert agreed.json()["events"] == ["ActionAgreed.v1"]
        again = await review.web.post("/reviews/c1/actions", json=ACTION, headers={"Idempotency-Key": "k1"})
        assert (again.json()["repeated"], again.json()["events"]) == (True, [])
        (action,) = (await review.get("/reviews/c1"))["actions"]
        assert (action["due"], action["stands"]) == ("2026-05-01T10:00:00Z", "open")
        done = await review.web.post(f"/reviews/c1/actions/{action['action']}/done")
        assert done.json()["events"] == ["ActionDone.v1"]
        early = await review.web.post("/reviews/c1/conclude")
        assert (early.status_code, early.json()["type"]) == (409, "urn:throughline:problem:complaint-not-closed")
        await review.happen("c1", *ENDING, CLOSED_TABLE)
        ended = await review.web.post("/reviews/c1/conclude", headers={"Throughline-Role": "quality"})
        assert ended.json()["events"] == ["ReviewConcluded.v1", "SummaryPublished.v1"]

    async def test_personal_data_in_evidence_and_actions_is_masked(self, review: Review) -> None:
        await review.resolved("c1")
        hers = "ada@example.org, +49 170 1234567"
        causes = {"causes": [CAUSES["causes"][0] | {"evidence": f" Told by {hers} "}]}
        assert (await review.web.post("/reviews/c1/causes", json=causes)).status_code == 200
        action = ACTION | {"text": f"Ask {hers}", "criterion": f"No word of {hers}"}
        assert (await review.web.post("/reviews/c1/actions", json=action)).status_code == 200
        found = await review.get("/reviews/c1")
        assert found["causes"][0]["evidence"] == "Told by [e-mail], [phone]"
        assert found["actions"][0]["text"] == "Ask [e-mail], [phone]"
        assert found["actions"][0]["criterion"] == "No word of [e-mail], [phone]"

    async def test_a_stale_version_is_refused_with_the_current_one(self, review: Review) -> None:
        await review.resolved("c1")
        response = await review.web.post("/reviews/c1/causes", json=CAUSES, headers={"If-Match": '"1"'})
        assert response.status_code == 412
        assert response.json()["current"] == (await review.get("/reviews/c1"))["version"]

    @pytest.mark.parametrize(
        ("path", "body", "field"),
        [
            ("causes", {"causes": []}, "causes"),
            ("causes", {"causes": [CAUSES["causes"][0] | {"weight": 0}]}, "causes[0].weight"),
            ("causes", {"causes": [CAUSES["causes"][0] | {"factor": "person"}]}, "causes[0].factor"),
            ("actions", ACTION | {"owner": "Jane"}, "owner"),
            ("actions", ACTION | {"due": "2026-05-01T12:00:00"}, "due"),
            ("acknowledge", {}, "department"),
        ],
    )
    async def test_a_wrong_body_names_the_field(self, review: Review, path: str, body: Any, field: str) -> None:  # noqa: ANN401
        response = await review.web.post(f"/reviews/c1/{path}", json=body)
        assert response.status_code == 422
        assert field in [error["field"] for error in response.json()["errors"]]


class TestRunningFigures:
    async def test_themes_are_ranked_by_count_and_by_cost(self, review: Review) -> None:
        await review.concluded("c1")
        only_picking = (StepTime(step="picking", started=ORDERED, ended=ORDERED + 20 * HOUR),)
        await review.concluded("c2", steps=only_picking)
        found = await review.get("/themes")
        assert [(line["theme"], line["count"], line["weight"]) for line in found["by_count"]] == [
            ("picking.capacity", 2, 1.25),
            ("line-haul.capacity", 1, 0.75),
        ]
        assert found["complaints"] == 2
        reviews = [await review.get(f"/reviews/{complaint}") for complaint in ("c1", "c2")]
        assert Decimal(found["cost"]) == sum(Decimal(one["cost"]) for one in reviews)
        assert sum(Decimal(line["cost"]) for line in found["by_cost"]) == Decimal(found["cost"])
        assert [line["cumulative"] for line in found["by_count"]] == [pytest.approx(2 / 3), 1.0]
        assert found["by_count"][0]["department"] == "warehouse"

    async def test_they_can_be_narrowed_to_a_period_and_a_cause(self, review: Review) -> None:
        await review.concluded("c1")
        await review.concluded("c2", received_at=LATER - timedelta(days=60))
        assert (await review.get("/themes", period="2026-01"))["complaints"] == 1
        assert (await review.get("/themes", period="2025-01"))["by_count"] == []
        narrowed = await review.get("/themes", cause="picking")
        assert [line["theme"] for line in narrowed["by_count"]] == ["picking.capacity"]
        assert narrowed["by_count"][0]["share"] == 0.5

    async def test_times_are_held_against_their_standard(self, review: Review) -> None:
        await review.concluded("c1")
        await review.concluded("c2", received_at=LATER - timedelta(days=60))
        found = await review.get("/times")
        assert (found["complaints"], found["chain_mean_hours"], found["handling_mean_hours"]) == (2, 84.0, 16.0)
        by_what = {(line["what"], line["step"], line["department"]): line for line in found["lines"]}
        haul = by_what["step", "line-haul", "carrier"]
        assert (haul["count"], haul["mean_hours"], haul["standard_hours"]) == (2, 54.0, 48.0)
        assert (haul["over_count"], haul["over_share"], haul["over_hours"]) == (2, 1.0, 12.0)
        assert haul["p50_hours"] == pytest.approx(54, rel=0.032)
        assert by_what["waiting", "line-haul", "carrier"]["mean_hours"] == 10.0
        assert by_what["joining", "", "warehouse"]["mean_hours"] == 4.0
        assert [line["what"] for line in found["lines"]][:3] == ["step", "step", "waiting"]

    async def test_the_boards_page_adds_a_period_up(self, review: Review) -> None:
        await review.concluded("c1")
        await review.concluded("c2", historic=True)
        found = await review.get("/summary", period="2026-03")
        assert (found["complaints"], found["historic"], found["promises_kept"]) == (2, 1, 1)
        assert found["severities"] == {"low": 2}
        assert found["periods"] == ["2026-03"]
        assert [line["step"] for line in found["overruns"]] == ["line-haul", "picking"]
        assert Decimal(found["total"]) == Decimal("101.80") + Decimal("43.80")

    async def test_the_times_of_every_order_are_there_for_analysis_in_pages(self, review: Review) -> None:
        await review.concluded("c1")
        await review.concluded("c2")
        page = await review.get("/times/orders", limit=1)
        assert [row["id"] for row in page["items"]] == ["c1"]
        assert [time["step"] for time in page["items"][0]["steps"]] == ["picking", "line-haul"]
        assert page["next"] == "c1"

    async def test_a_period_is_a_month(self, review: Review) -> None:
        assert (await review.web.get("/themes", params={"period": "2026-13"})).status_code == 422

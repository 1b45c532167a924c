import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.routing import DEFINITION
from services.routing.api import router
from services.routing.views import Views
from shared.contracts.routing import KIND
from shared.eventsourcing.calls import Call
from shared.eventsourcing.engine import Engine, Saved
from shared.eventsourcing.execute import Executor
from shared.eventsourcing.ports import RandomIds
from shared.store.memory import MemoryStore
from shared.web import problems
from tests.unit.routing.build import DAY, NOW, ORGANISATION, triage


class StandingClock:
    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0 * seconds)


class Desk:
    """Routing's HTTP edge on the real engine and a store in memory."""

    def __init__(self, execute: Executor, client: httpx.AsyncClient) -> None:
        self.execute = execute
        self.client = client

    async def registered(self, complaint: str, **changes: object) -> None:
        await self.execute(Call(KIND, complaint, triage(complaint=complaint, **changes)))

    async def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def nobody(_saved: Saved) -> None:
    """Nothing is published in these tests."""


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    store, clock = MemoryStore(), StandingClock()
    await store.open()
    engine = Engine(DEFINITION.given(ORGANISATION), store, clock, nobody)
    execute = Executor(engine, RandomIds())
    app = FastAPI()
    problems.install(app)
    app.include_router(router(execute, Views(store, ORGANISATION.triage.repeat_within), clock))
    running = asyncio.create_task(engine.run())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://routing") as client:
        yield Desk(execute, client)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


class TestReading:
    async def test_a_triage_shows_every_step_with_its_whys(self, desk: Desk) -> None:
        await desk.registered("c1", text="It came late.")
        found = await desk.get("/triages/c1")
        assert found["status"] == "triaged"
        assert found["version"] == 1
        assert (await desk.client.get("/triages/c1")).headers["ETag"] == '"1"'
        assert found["departments"] == ["carrier", "last-mile"]
        assert found["steps"][0]["why"][0]["sentence"] == "the text says 'late': Late delivery"
        assert found["severity_why"] == ["category starts at low"]

    async def test_an_unknown_one_is_a_404(self, desk: Desk) -> None:
        answer = await desk.client.get("/triages/c9")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_lists_are_filtered_and_paged(self, desk: Desk) -> None:
        for complaint, text in {"c1": "late", "c2": "broken", "c3": "?", "c4": "late"}.items():
            await desk.registered(complaint, text=text)
        first = await desk.get("/triages?limit=3")
        assert [line["id"] for line in first["items"]] == ["c1", "c2", "c3"]
        rest = await desk.get(f"/triages?limit=3&cursor={first['next']}")
        assert [line["id"] for line in rest["items"]] == ["c4"]
        late = await desk.get("/triages?category=late-delivery")
        assert [line["id"] for line in late["items"]] == ["c1", "c4"]
        packing = await desk.get("/triages?department=warehouse&status=triaged")
        assert [line["id"] for line in packing["items"]] == ["c2"]
        assert await desk.get("/counts") == {"triaged": 3, "queued": 1}

    async def test_the_queue_shows_the_most_urgent_first(self, desk: Desk) -> None:
        await desk.registered("c1")
        await desk.registered("c2", harm=True)
        await desk.registered("c3", historic=True)
        assert [line["id"] for line in (await desk.get("/triages/queue"))["items"]] == ["c2", "c1", "c3"]

    async def test_complaints_of_the_same_order_or_customer_are_shown_to_link(self, desk: Desk) -> None:
        await desk.registered("c1")
        await desk.registered("c2", order_ref="other")
        await desk.registered("c3", customer_ref="other")
        await desk.registered("c4", received_at=NOW - 91 * DAY)
        await desk.registered("c5", order_ref="", customer_ref="")
        alike = (await desk.get("/triages/c1"))["alike"]
        assert [(other["complaint"], other["score"]) for other in alike] == [("c3", 0.9), ("c2", 0.6)]
        assert (await desk.get("/triages/c5"))["alike"] == []

    async def test_steps_are_counted(self, desk: Desk) -> None:
        await desk.registered("c1", text="late")
        assert (await desk.get("/steps"))["delivery"] == {"touched": 1, "confirmed": 0, "refuted": 0}


class TestDeciding:
    async def test_a_person_decides_what_waits(self, desk: Desk) -> None:
        await desk.registered("c1")
        body = {"category": "damaged", "reason": "the photo shows it"}
        headers = {"If-Match": "1", "Throughline-Role": "triage-lead"}
        answer = await desk.client.post("/triages/c1/decide", json=body, headers=headers)
        assert answer.json() == {"id": "c1", "version": 2, "repeated": False, "events": ["ComplaintTriaged.v1"]}
        assert (await desk.get("/triages/c1"))["basis"] == "person"
        assert (await desk.get("/triages/queue"))["items"] == []

    async def test_an_unknown_complaint_is_a_404_and_a_stale_version_a_412(self, desk: Desk) -> None:
        body = {"category": "damaged", "reason": "the photo shows it"}
        assert (await desk.client.post("/triages/c9/decide", json=body)).status_code == 404
        await desk.registered("c1")
        stale = await desk.client.post("/triages/c1/decide", json=body, headers={"If-Match": "7"})
        assert stale.status_code == 412

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"category": "damaged"},
            {"category": "damaged", "reason": "x"},
            {"category": "damaged", "reason": "a photo", "culprit": "him"},
            {"category": "damaged", "reason": "a photo", "steps": ["x"] * 51},
        ],
    )
    async def test_a_malformed_decision_is_refused_field_by_field(self, desk: Desk, body: dict[str, object]) -> None:
        answer = await desk.client.post("/triages/c1/decide", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"]

    async def test_what_the_rules_do_not_allow_is_a_409_with_the_rule(self, desk: Desk) -> None:
        await desk.registered("c1")
        body = {"category": "other", "reason": "nothing fits"}
        answer = await desk.client.post("/triages/c1/decide", json=body)
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("no-step")


class TestLinking:
    async def test_a_link_is_made_and_taken_back(self, desk: Desk) -> None:
        await desk.registered("c1")
        await desk.registered("c2")
        body = {"other": "c2", "score": 0.9, "why": "same box"}
        assert (await desk.client.post("/triages/c1/links", json=body)).status_code == 200
        shown = await desk.get("/triages/c1")
        assert shown["links"] == {"c2": {"score": 0.9, "why": "same box"}}
        assert shown["alike"] == []
        assert (await desk.client.delete("/triages/c1/links/c2")).json()["events"] == ["ComplaintUnlinked.v1"]
        assert (await desk.get("/triages/c1"))["links"] == {}

    async def test_personal_data_in_a_reason_is_masked(self, desk: Desk) -> None:
        await desk.registered("c1")
        await desk.registered("c2")
        body = {"other": "c2", "score": 0.9, "why": "both from ada@example.org, +49 170 1234567"}
        assert (await desk.client.post("/triages/c1/links", json=body)).status_code == 200
        assert (await desk.get("/triages/c1"))["links"]["c2"]["why"] == "both from [e-mail], [phone]"

    async def test_the_other_complaint_must_exist(self, desk: Desk) -> None:
        await desk.registered("c1")
        body = {"other": "c9", "score": 0.9, "why": "same box"}
        answer = await desk.client.post("/triages/c1/links", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "other"

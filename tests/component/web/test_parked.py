"""What an operator sees of parked records and decides on them, over HTTP."""

from __future__ import annotations

import pytest

from services import NAMES
from shared.contracts.intake import ComplaintWithdrawn
from shared.contracts.topics import INTAKE
from tests.component.web.conftest import Running, problem
from tests.component.web.test_poison import NOW, Stranger, complaint, headers, line, registered, stranger, until_triaged

pytestmark = pytest.mark.asyncio(loop_scope="session")
__all__ = ["complaint", "stranger"]

WITHDRAWN = ComplaintWithdrawn.model_validate({"at": NOW, "by": "customer", "reason": "-"})


async def blocked(running: Running, stranger: Stranger, complaint: str) -> tuple[str, str]:
    """A line of routing: a head that nobody can read, and a sound record behind it; returns their ids."""
    await stranger.send(complaint, b"no JSON at all", headers(complaint, 1, "ComplaintRegistered.v1"))
    await stranger.send_event(complaint, 2, WITHDRAWN)
    head, behind = await line(running, "routing", complaint, 2)
    return head["id"], behind["id"]


class TestAListOfParkedRecords:
    async def test_is_filtered_where_it_lies(self, running: Running, stranger: Stranger, complaint: str) -> None:
        head, behind = await blocked(running, stranger, complaint)

        async def ids(**query: object) -> list[str]:
            answer = await running.web.get("/routing/parked", params={"complaint": complaint, **query})
            return [record["id"] for record in answer.json()]

        assert await ids() == [head, behind]
        assert await ids(heads="true") == [head]
        assert await ids(permanent="true") == [head]
        assert await ids(permanent="false") == [behind]
        assert await ids(reason="WAITS behind") == [behind]
        assert await ids(topic=INTAKE, limit=1) == [head]
        assert await ids(after=head) == [behind]
        assert await ids(topic="complaints.elsewhere.v1") == []

    async def test_is_counted_by_cause(self, running: Running, stranger: Stranger, complaint: str) -> None:
        head, _ = await blocked(running, stranger, complaint)
        answer = await running.web.get("/routing/parked/causes", params={"complaint": complaint, "heads": "true"})
        [group] = answer.json()
        assert (group["records"], group["permanent"], group["complaints"], group["example"]) == (1, 1, 1, head)
        [record] = (await running.web.get("/routing/parked", params={"cause": group["cause"], "limit": 500})).json()[:1]
        assert record["cause"] == group["cause"]


class TestOneParkedRecord:
    async def test_is_shown_with_its_line_and_never_its_bytes(
        self, running: Running, stranger: Stranger, complaint: str
    ) -> None:
        head, behind = await blocked(running, stranger, complaint)
        first = (await running.web.get(f"/routing/parked/{head}")).json()
        assert (first["waits_behind"], first["behind"], first["behind_ids"]) == ("", 1, [behind])
        assert first["bytes"] == len(b"no JSON at all")
        assert first["event"]["type"] == "ComplaintRegistered.v1"
        assert first["event"]["sequence"] == 1
        assert {"name": "ce_type", "bytes": len("ComplaintRegistered.v1")} in first["headers"]
        assert "no JSON" not in str(first)
        second = (await running.web.get(f"/routing/parked/{behind}")).json()
        assert (second["waits_behind"], second["behind"]) == (head, 0)
        assert second["due"] is not None

    async def test_without_a_readable_envelope_has_no_event(
        self, running: Running, stranger: Stranger, complaint: str
    ) -> None:
        await stranger.send(complaint, b"{}", [])
        [found] = await line(running, "routing", complaint, 1)
        assert (await running.web.get(f"/routing/parked/{found['id']}")).json()["event"] is None

    async def test_that_is_not_there_is_a_404(self, running: Running) -> None:
        assert "not parked here" in problem(await running.web.get(f"/routing/parked/{INTAKE}/none:1"), 404)["detail"]


class TestGivingUp:
    async def test_is_kept_with_who_and_why(self, running: Running, stranger: Stranger, complaint: str) -> None:
        await stranger.send(complaint, b"?", headers(complaint, 1, "ComplaintAcknowledged.v9"))
        await stranger.send_event(complaint, 2, registered(complaint))
        head, _ = await line(running, "routing", complaint, 2)
        body = {"ids": [head["id"]], "reason": "sent by mistake"}
        answer = await running.web.post("/routing/parked/skip", json=body, headers={"Throughline-Role": "care"})
        assert answer.json() == [head["id"]]
        await until_triaged(running, complaint)
        [kept] = (await running.web.get("/routing/skipped", params={"complaint": complaint})).json()
        assert (kept["id"], kept["why"], kept["by"]) == (head["id"], "sent by mistake", "care")
        assert kept["reason"] == head["reason"]
        assert (await running.web.post("/routing/parked/skip", json=body)).json() == []
        assert kept["skipped_at"]


class TestTheStatus:
    async def test_says_how_a_service_stands(self, running: Running, stranger: Stranger, complaint: str) -> None:
        await blocked(running, stranger, complaint)
        await running.deployment.wait_until_idle()
        for service in NAMES:
            status = (await running.web.get(f"/{service}/status")).json()
            assert status["service"] == service
            assert status["missing"] == {}
            assert (status["lag"], status["unpublished"]) == (0, 0)
            assert status["poll_age_seconds"] >= 0
            assert status["organisation"] == "parcel-retailer"
            assert status["version"]
        parked = (await running.web.get("/routing/status")).json()["parked"]
        assert parked["permanent"] >= 1
        assert parked["waiting"] >= 1


class TestReadingTheSourcesAgain:
    async def test_changes_nothing_where_all_is_known(self, running: Running) -> None:
        complaint = await running.register()
        before = await running.stored()
        for service in NAMES:
            answer = await _whole(running, service, {"complaint": complaint})
            assert answer["read"] == answer["already"] > 0
            assert (answer["applied"], answer["parked"]) == (0, 0)
        assert await running.stored() == before

    async def test_needs_to_know_what(self, running: Running) -> None:
        for body in ({}, {"all": True, "complaint": "c"}, {"since": "2026-01-01T00:00:00"}):
            problem(await running.web.post("/routing/replay", json=body), 422)

    async def test_of_a_place_that_is_none_is_refused(self, running: Running) -> None:
        answer = await running.web.post("/routing/replay", json={"all": True, "after": "nowhere@1"})
        assert problem(answer, 422)["errors"][0]["field"] == "after"


async def _whole(running: Running, service: str, what: dict[str, object]) -> dict[str, int]:
    total = {"read": 0, "applied": 0, "already": 0, "parked": 0}
    after = ""
    while True:
        step = (await running.web.post(f"/{service}/replay", json={**what, "after": after})).json()
        total = {name: total[name] + step[name] for name in total}
        after = step["next"]
        if not after:
            return total

"""Clients that send too much, break off, all come at once, or send what is no request."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.departments import main as departments
from services.intake import main as intake
from shared.contracts.departments import ProposalMade
from shared.contracts.envelope import MAX_RECORD_BYTES
from shared.testing.harness import Stage, staged
from tests.component.says import NOW, registered, triaged
from tests.component.stages import dense, names, new_id
from throughline.app.clock import SteppedClock

TORN = {"channel": "web", "text": "The box was torn.", "language": "en"}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(intake, tmp_path, SteppedClock(NOW)) as running:
        yield running


class TestAnEventTooLargeForTheBroker:
    async def test_one_that_can_never_be_sent_is_refused_and_blocks_nobody(self, stage: Stage) -> None:
        """Each field within its cap, all together beyond what the broker takes: control characters grow sixfold."""
        loud = "\u0001" * 1_990
        huge = TORN | {"text": loud * 10, "points": [loud] * 50, "facts": {f"{n}": loud[:990] for n in range(50)}}
        items = [
            {"idempotency_key": "huge", "complaint": huge},
            *({"idempotency_key": f"{n}", "complaint": TORN} for n in range(40)),
        ]
        answers = (await stage.http.post("/complaints/bulk", json=items)).json()
        published = await stage.published()
        assert [one["status"] for one in answers] == ["rejected", *["registered"] * 40]
        assert "large" in answers[0]["problem"]
        assert len(published) == 40
        assert max(len(one.raw.value) for one in published) < MAX_RECORD_BYTES
        assert await stage.service.not_ready() == {}


class TestRequestsThatAreNone:
    @pytest.mark.parametrize("body", [b"{", b"nonsense", b"\xff\xfe", b'{"a":' * 40 + b"1" + b"}" * 40, b"[" * 2_000])
    @pytest.mark.parametrize(
        "path", ["/complaints", "/complaints/bulk", "/complaints/x/withdraw", "/complaints/x/promises/answer/keep"]
    )
    async def test_whatever_is_sent_is_answered_with_what_is_wrong(self, stage: Stage, path: str, body: bytes) -> None:
        transport = httpx.ASGITransport(app=stage.service.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://intake") as http:
            answer = await http.post(path, content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, answer.text


class TestClientsThatBreakOff:
    async def test_a_request_given_up_at_any_moment_is_one_complaint_or_none(self, stage: Stage) -> None:
        async def give_up(number: int) -> None:
            request = asyncio.ensure_future(
                stage.http.post("/complaints", json=TORN, headers={"Idempotency-Key": f"{number}"})
            )
            await asyncio.sleep(0.0005 * number)
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)

        await asyncio.gather(*(give_up(number) for number in range(60)))
        again = [
            (await stage.http.post("/complaints", json=TORN, headers={"Idempotency-Key": f"{number}"})).json()["id"]
            for number in range(60)
        ]
        published = await stage.published()
        assert sorted(one.key for one in published) == sorted(again)
        assert len(set(again)) == 60


class TestEverybodyAtOnceOnOneComplaint:
    async def test_of_many_who_saw_the_same_version_exactly_one_changes_it(self, stage: Stage) -> None:
        complaint = (await stage.http.post("/complaints", json=TORN)).json()["id"]
        answers = await asyncio.gather(
            *(
                stage.http.post(
                    f"/complaints/{complaint}/withdraw", json={"reason": f"Reason {n}"}, headers={"If-Match": "1"}
                )
                for n in range(16)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, *[412] * 15]
        assert names(await stage.published(complaint)) == ["ComplaintRegistered", "ComplaintWithdrawn"]

    async def test_http_kafka_and_the_clock_on_one_table_lose_nothing(self, tmp_path: Path) -> None:
        clock = SteppedClock(NOW)
        async with staged(departments, tmp_path, clock) as table:
            about = new_id()
            await table.send(about, registered(about), triaged("packing", "delivery"))
            await table.wait_until_idle()
            answers = await asyncio.gather(
                *(_propose(table, about, name, n) for n in range(12) for name in ("warehouse", "last-mile")),
                table.send(about, triaged("packing", "delivery", "line-haul", basis="person")),
                clock.move_to(NOW.replace(day=3)),
            )
            accepted = [answer for answer in answers if answer is not None and answer.status_code == 200]
            published = [one for one in await table.published(about) if one.topic.startswith("complaints.departments")]
            assert dense(published)
            assert len([one for one in published if isinstance(one.event, ProposalMade)]) == len(accepted)
            assert names(published).count("DepartmentInvited") == 1


async def _propose(table: Stage, about: str, department: str, number: int) -> httpx.Response:
    await table.http.post(f"/departments/{department}/table/{about}/join", json={})
    step = {"warehouse": "packing", "last-mile": "delivery"}[department]
    body = {"step": step, "kind": "prevention", "text": f"Scan it {number} times."}
    return await table.http.post(f"/departments/{department}/table/{about}/propose", json=body)

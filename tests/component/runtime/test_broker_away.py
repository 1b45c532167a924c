"""The broker goes away and comes back while messages flow."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from shared.messaging.kafka.embedded import API_FETCH, API_OFFSET_COMMIT, API_PRODUCE
from shared.verification import check
from shared.verification.collect import evidence_of
from throughline.app.deployment import Deployment, deployed
from throughline.app.folder import DataFolder

TORN = {"channel": "web", "text": "The box was damaged.", "language": "en"}
_KEYS = count()


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with deployed(DataFolder(tmp_path), "parcel-retailer") as running:
        yield running


async def register(deployment: Deployment, number: int) -> list[str]:
    """Register one after the other; every one must be accepted, whatever the broker does."""
    async with httpx.AsyncClient(base_url=deployment.url, timeout=30.0) as http:
        accepted: list[str] = []
        for _ in range(number):
            answer = await http.post("/intake/complaints", json=TORN, headers={"Idempotency-Key": f"k{next(_KEYS)}"})
            assert answer.status_code == 201, answer.text
            accepted.append(answer.json()["id"])
        return accepted


async def wrong(deployment: Deployment) -> dict[str, object]:
    """What contradicts an invariant when nothing moves any more."""
    async with asyncio.timeout(60.0):
        await deployment.wait_until_idle()
    found = check(await evidence_of(deployment.services.values(), (), ()))
    return {name: finding for name, finding in found.items() if not finding.ok}


async def reviews(deployment: Deployment) -> int:
    counts = await deployment.services["review"].store.count("review", "status")
    return sum(counts.values())


class TestTheBrokerGoesDownDuringTraffic:
    async def test_everything_accepted_meanwhile_arrives_when_it_is_back(self, deployment: Deployment) -> None:
        flowing = [asyncio.ensure_future(register(deployment, 60)) for _ in range(4)]
        for _ in range(2):
            await asyncio.sleep(0.3)
            deployment.broker.set_down(True)
            await asyncio.sleep(0.8)
            deployment.broker.set_down(False)
        accepted = [one for part in await asyncio.gather(*flowing) for one in part]
        assert await wrong(deployment) == {}
        assert await reviews(deployment) == len(accepted) == 240
        await deployment.wait_ready()

    async def test_beyond_the_session_timeout_it_is_not_ready_and_recovers_by_itself(
        self, deployment: Deployment
    ) -> None:
        await register(deployment, 5)
        deployment.broker.set_down(True)
        await register(deployment, 5)
        await asyncio.sleep(12.0)
        missing = await deployment.not_ready()
        deployment.broker.set_down(False)
        assert [what for what in missing if "broker" in what]
        assert await wrong(deployment) == {}
        assert await reviews(deployment) == 10
        await deployment.wait_ready()


class TestTheBrokerIsAwayAndThereIsNothingToSend:
    async def test_readiness_says_so_all_the_same_and_being_unsettled_is_told_within_seconds(
        self, deployment: Deployment
    ) -> None:
        deployment.broker.set_down(True)
        async with httpx.AsyncClient(base_url=deployment.url, timeout=10.0) as http:
            ready, unsettled = await asyncio.gather(http.get("/routing/readyz"), http.get("/routing/unsettled"))
        assert ready.status_code == 503
        assert "broker" in ready.json()["missing"]
        assert unsettled.json()["lag"] > 0
        deployment.broker.set_down(False)
        await deployment.wait_ready()


class TestTheBrokerAnswersWithErrors:
    async def test_refused_sends_fetches_and_commits_cost_time_only(self, deployment: Deployment) -> None:
        not_leader, unknown, coordinator_away, rebalancing = 6, -1, 15, 27
        for _ in range(3):
            deployment.broker.fail_next(API_PRODUCE, not_leader, unknown, not_leader)
            deployment.broker.fail_next(API_FETCH, not_leader, not_leader)
            deployment.broker.fail_next(API_OFFSET_COMMIT, coordinator_away, rebalancing)
            await register(deployment, 10)
        assert await wrong(deployment) == {}
        assert await reviews(deployment) == 30

    async def test_a_slow_line_to_the_broker_costs_time_only(self, deployment: Deployment) -> None:
        deployment.broker.set_rtt(250)
        await register(deployment, 20)
        assert await wrong(deployment) == {}
        assert await reviews(deployment) == 20
        assert await deployment.not_ready() == {}

"""Broker or store away: what is accepted, what is refused, what readiness says, and that nothing is lost."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from services.intake import main as intake
from shared.privacy.vault import MemoryVault
from shared.store.memory import MemoryStore, Moment
from shared.store.port import Store, StoreUnavailable
from shared.store.sqlite import SqliteStore
from tests.component.web.conftest import TORN, Running, problem, problem_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE = 15.0


async def until_ready(web: httpx.AsyncClient, path: str, *, ready: bool) -> httpx.Response:
    return await until(web, path, lambda status: (status == 200) is ready)


async def until(web: httpx.AsyncClient, path: str, fits: Callable[[int], bool]) -> httpx.Response:
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await web.get(path)
            if fits(answer.status_code):
                return answer
            await asyncio.sleep(0.05)


class TestWhileTheBrokerIsAway:
    async def test_complaints_are_accepted_and_reach_everyone_when_it_is_back(self, running: Running) -> None:
        running.deployment.broker.set_down(True)
        try:
            accepted = await running.web.post("/intake/complaints", json=TORN)
            assert accepted.status_code == 201
            refused = await until_ready(running.web, "/intake/readyz", ready=False)
            assert "broker" in problem(refused, 503)["missing"]
            assert refused.headers["Retry-After"]
            assert "intake broker" in problem(await running.web.get("/readyz"), 503)["missing"]
            complaint = accepted.json()["id"]
            problem(await running.web.get(f"/routing/triages/{complaint}"), 404)
            assert (await running.web.get(f"/intake/complaints/{complaint}")).status_code == 200
        finally:
            running.deployment.broker.set_down(False)
        await until(running.web, f"/routing/triages/{complaint}", lambda status: status == 200)
        await until_ready(running.web, "/readyz", ready=True)
        await running.deployment.wait_until_idle()
        assert (await running.web.get(f"/departments/resolutions/{complaint}")).status_code == 200
        assert len(await running.deployment.services["intake"].store.unpublished()) == 0


@asynccontextmanager
async def intake_on(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """Intake alone on a store that can be taken away; there is no broker."""
    settings = intake.Settings(broker="127.0.0.1:1", store="", pseudonym_key=SecretStr("key"))
    service = intake.create(settings, store=store, vault=MemoryVault())
    await service.start()
    inside = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(base_url="http://intake", transport=inside) as web:
            yield web
    finally:
        await service.stop()


class TestWhileTheStoreRefusesToWrite:
    async def test_reads_go_on_writes_are_refused_and_readiness_says_so(self, tmp_path: Path) -> None:
        path = tmp_path / "intake.sqlite3"
        async with intake_on(SqliteStore(path, wait_seconds=0.1)) as web:
            first = (await web.post("/complaints", json=TORN)).json()["id"]
            with held(path):
                refused = await web.post("/complaints", json=TORN, headers={"Idempotency-Key": "again"})
                assert problem(refused, 503)["type"].endswith("store-away")
                assert int(refused.headers["Retry-After"]) > 0
                assert (await web.get(f"/complaints/{first}")).status_code == 200
                assert "locked" in problem(await web.get("/readyz"), 503)["missing"]["store"]
                assert (await web.get("/livez")).status_code == 200
            assert set(problem(await web.get("/readyz"), 503)["missing"]) == {"broker"}
            again = await web.post("/complaints", json=TORN, headers={"Idempotency-Key": "again"})
            assert again.status_code == 201
            assert len((await web.get("/complaints")).json()["items"]) == 2


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process holds the database's lock, as a backup or a stray shell may."""
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


class Outage:
    """A switch for the faults of the store in memory."""

    def __init__(self) -> None:
        self.at: Moment | None = None

    async def __call__(self, call: str, moment: Moment) -> None:
        if moment is self.at:
            raise StoreUnavailable(f"{call} struck by lightning")


class TestWhileTheStoreIsAway:
    async def test_every_route_that_needs_it_says_so_and_when_to_come_back(self) -> None:
        outage = Outage()
        async with intake_on(MemoryStore(faults=outage)) as web:
            complaint = (await web.post("/complaints", json=TORN)).json()["id"]
            outage.at = Moment.BEFORE
            for method, path in (
                ("POST", "/complaints"),
                ("GET", f"/complaints/{complaint}"),
                ("GET", "/complaints"),
                ("GET", "/counts"),
                ("GET", "/parked"),
                ("GET", "/log/heads"),
                ("GET", "/readyz"),
            ):
                answer = await web.request(method, path, json=TORN if method == "POST" else None)
                assert answer.status_code == 503, f"{path}: {answer.text}"
                problem_in(answer)
                assert "lightning" in answer.text
                assert int(answer.headers["Retry-After"]) > 0
            assert (await web.get("/livez")).status_code == 200
            assert (await web.get("/metrics")).status_code == 200
            outage.at = None
            assert (await web.get(f"/complaints/{complaint}")).status_code == 200

    async def test_what_was_saved_before_the_answer_was_lost_is_not_registered_twice(self) -> None:
        outage, key = Outage(), {"Idempotency-Key": "once"}
        async with intake_on(MemoryStore(faults=outage)) as web:
            outage.at = Moment.AFTER
            problem(await web.post("/complaints", json=TORN, headers=key), 503)
            outage.at = None
            first = await web.post("/complaints", json=TORN, headers=key)
            second = await web.post("/complaints", json=TORN, headers=key)
            assert first.json()["id"] == second.json()["id"]
            assert len((await web.get("/complaints")).json()["items"]) == 1

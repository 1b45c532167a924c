"""One service cannot write for a while, as behind a slow disk: the others go on, and it catches up."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from shared.verification import check
from shared.verification.collect import evidence_of
from throughline.app.deployment import Deployment, deployed
from throughline.app.folder import DataFolder

TORN = {"channel": "web", "text": "The box was damaged.", "language": "en"}


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with deployed(DataFolder(tmp_path), "parcel-retailer") as running:
        yield running


@contextmanager
def writes_blocked(store: Path) -> Iterator[None]:
    """Another process holds the file's write lock."""
    connection = sqlite3.connect(store, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


async def register(deployment: Deployment, number: int) -> None:
    items = [{"idempotency_key": f"k{n}", "complaint": TORN} for n in range(number)]
    async with httpx.AsyncClient(base_url=deployment.url, timeout=30.0) as http:
        answer = await http.post("/intake/complaints/bulk", json=items)
        assert {one["status"] for one in answer.json()} == {"registered"}


async def known(deployment: Deployment, service: str) -> int:
    part = deployment.services[service]
    return sum((await part.store.count(part.definition.main.kind, "status")).values())


async def until_known(deployment: Deployment, service: str, number: int) -> None:
    async with asyncio.timeout(20.0):
        while await known(deployment, service) < number:  # noqa: ASYNC110 - asked for, as by any outsider
            await asyncio.sleep(0.02)


async def whole(deployment: Deployment) -> dict[str, object]:
    """What contradicts an invariant when nothing moves any more."""
    async with asyncio.timeout(60.0):
        await deployment.wait_until_idle()
    found = check(await evidence_of(deployment.services.values(), (), ()))
    return {name: finding for name, finding in found.items() if not finding.ok}


async def test_a_department_that_writes_nothing_for_seconds_holds_up_nobody(
    deployment: Deployment, tmp_path: Path
) -> None:
    with writes_blocked(tmp_path / "departments.sqlite3"):
        await register(deployment, 200)
        await until_known(deployment, "routing", 200)
        await until_known(deployment, "review", 200)
        assert await known(deployment, "departments") == 0
    assert await whole(deployment) == {}
    assert await known(deployment, "departments") == 200


async def test_beyond_its_patience_it_is_an_outage_that_parks_nothing(deployment: Deployment, tmp_path: Path) -> None:
    with writes_blocked(tmp_path / "departments.sqlite3"):
        await register(deployment, 50)
        async with asyncio.timeout(20.0):
            while not (missing := await deployment.not_ready()):  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.1)
    assert {what.partition(" ")[0] for what in missing} == {"departments"}
    assert await whole(deployment) == {}
    assert await known(deployment, "departments") == 50
    assert await deployment.services["departments"].store.parked_list() == []
    await deployment.wait_ready()

"""The server itself goes and comes back: stopped and started on its own data, or standing still for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from shared.store.mongo import Driver, MongoStore
from shared.store.port import StoreUnavailable
from shared.testing.commits import NOON, entry, parked
from tests.engine import documentstore
from tests.engine.choice import Engine
from tests.engine.documentstore import DocumentStore

T = TypeVar("T")

PATIENCE = 60.0


@pytest.fixture
def own(engine: Engine, tmp_path: Path) -> Iterator[DocumentStore]:
    """A server that a test may stop."""
    if engine.kind != "local":
        pytest.skip(reason=f"the {engine.kind} engine's store is not ours to stop: only the local one is")
    started = documentstore.start(tmp_path)
    yield started
    started.stop()


async def answered(call: Callable[[], Awaitable[T]]) -> T:
    """Call until the server answers."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await call()
            except StoreUnavailable:
                await asyncio.sleep(0.05)


async def test_what_was_acknowledged_is_there_after_a_stop(own: DocumentStore, driver: Driver, tmp_path: Path) -> None:
    store = MongoStore(f"{own.url}/intake", driver, select_seconds=2.0)
    await answered(store.open)
    batch = [entry(f"b/{n}", index={"state": "open"}, commands=[f"key-{n}"]) for n in range(200)]
    assert all(await answered(lambda: store.append(batch)))
    await store.park([parked("1", "b/1", due=NOON)])
    own.stop()
    with pytest.raises(StoreUnavailable):
        await store.append([entry("a/1")])
    again = documentstore.start(tmp_path, own.port)
    try:
        await answered(lambda: store.append([entry("a/1")]))
        assert await store.history("a/1") == [entry("a/1")[0]]
        assert [commit for _, commit in await store.log(limit=200)] == [commit for commit, _ in batch]
        assert len((await store.load([], [f"key-{n}" for n in range(200)])).executed) == 200
        assert await store.count("b", "state") == {"open": 200}
        assert [record.id for record in await store.parked_due(NOON)] == ["1"]
        await store.close()
    finally:
        again.stop()


async def test_a_write_to_a_server_that_stands_still_is_unknown_and_there_at_most_once(
    own: DocumentStore, driver: Driver
) -> None:
    store = MongoStore(f"{own.url}/intake", driver, select_seconds=2.0, answer_seconds=2.0)
    await answered(store.open)
    own.suspend()
    try:
        with pytest.raises(StoreUnavailable):
            await store.append([entry("a/1")])
    finally:
        own.resume()
    await answered(lambda: store.append([entry("a/1")]))
    assert await store.history("a/1") == [entry("a/1")[0]]
    await store.close()

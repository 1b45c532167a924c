"""What every adapter of the store port is given to the suite as: a way to open stores on one and the same data."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from shared.store.memory import MemoryData, MemoryStore
from shared.store.port import Store
from shared.store.sqlite import SqliteStore

Connect = Callable[[], Store]
OpenStore = Callable[[], Awaitable[Store]]


def on_memory(folder: Path) -> Connect:
    del folder
    data = MemoryData()
    return lambda: MemoryStore(data)


def on_sqlite(folder: Path) -> Connect:
    return lambda: SqliteStore(folder / "store.db")


@pytest.fixture(params=[on_memory, on_sqlite], ids=["memory", "sqlite"])
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Connect:
    """A new store, not yet open, on this test's data."""
    adapter: Callable[[Path], Connect] = request.param
    return adapter(tmp_path)


@pytest.fixture
async def open_store(connect: Connect) -> AsyncIterator[OpenStore]:
    """Open one more store on this test's data, as another process would."""
    opened: list[Store] = []

    async def open_one() -> Store:
        store = connect()
        opened.append(store)
        await store.open()
        return store

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_store: OpenStore) -> Store:
    return await open_store()

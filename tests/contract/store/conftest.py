"""What every adapter of the store port is given to the suite as: a way to open stores on one and the same data."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from shared.store.memory import MemoryData, MemoryStore
from shared.store.mongo import Driver, MongoStore
from shared.store.port import Store
from shared.store.sqlite import SqliteStore
from tests.contract.drivers import MONGODB_DRIVERS
from tests.engine.urls import database_url

Connect = Callable[[], Store]
OpenStore = Callable[[], Awaitable[Store]]


def on_memory() -> Connect:
    data = MemoryData()
    return lambda: MemoryStore(data)


def on_sqlite(folder: Path) -> Connect:
    return lambda: SqliteStore(folder / "store.db")


def on_mongo(driver: Driver, server: str) -> Connect:
    url = database_url(server, f"test_{uuid.uuid4().hex}")
    return lambda: MongoStore(url, driver)


ADAPTERS: dict[str, Callable[[pytest.FixtureRequest], Connect]] = {
    "memory": lambda _: on_memory(),
    "sqlite": lambda request: on_sqlite(request.getfixturevalue("tmp_path")),
    "motor": lambda request: on_mongo("motor", request.getfixturevalue("server")),
    "pymongo": lambda request: on_mongo("pymongo", request.getfixturevalue("server")),
}


@pytest.fixture(params=["memory", "sqlite", *MONGODB_DRIVERS])
def connect(request: pytest.FixtureRequest) -> Connect:
    """A new store, not yet open, on this test's data."""
    return ADAPTERS[request.param](request)


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

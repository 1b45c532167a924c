"""A store on a database of its own, with a proxy before the server, for both drivers."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from shared.store.mongo import Driver, MongoStore
from tests.engine.proxy import Proxy
from tests.engine.urls import address, database_url

Make = Callable[..., MongoStore]
Opened = Callable[..., Awaitable[MongoStore]]


@pytest.fixture(params=["motor", "pymongo"])
def driver(request: pytest.FixtureRequest) -> Driver:
    chosen: Driver = request.param
    return chosen


@pytest.fixture
def database() -> str:
    return f"test_{uuid.uuid4().hex}"


@pytest.fixture
async def proxy(server: str) -> AsyncIterator[Proxy]:
    host, port = address(server)
    between = Proxy(port, host)
    await between.start()
    yield between
    await between.stop()


@pytest.fixture
async def opened(driver: Driver, database: str, server: str, proxy: Proxy) -> AsyncIterator[Opened]:
    """Open a store; `direct`: not through the proxy."""
    stores: list[MongoStore] = []

    async def open_one(
        *, direct: bool = False, select_seconds: float = 15.0, answer_seconds: float = 20.0
    ) -> MongoStore:
        url = database_url(server, database, through=None if direct else proxy.port)
        store = MongoStore(url, driver, select_seconds=select_seconds, answer_seconds=answer_seconds)
        stores.append(store)
        await store.open()
        return store

    yield open_one
    for store in stores:
        await store.close()

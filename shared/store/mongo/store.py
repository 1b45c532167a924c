"""The port on MongoDB."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import Any, Concatenate

from shared.store.mongo import commits, loading, parking, passed, states
from shared.store.mongo.client import ANSWER_SECONDS, SELECT_SECONDS, Answer, Arguments, Client
from shared.store.mongo.driver import Database, Driver
from shared.store.mongo.schema import prepare

Work = Callable[Concatenate[Database, Arguments], Awaitable[Answer]]
# What the port's `async def` returns is a CoroutineType to pyright; mypy takes it for a Coroutine, hence the ignores.
Call = Callable[Concatenate["MongoStore", Arguments], "CoroutineType[Any, Any, Answer]"]


def _on_database(work: Work[Arguments, Answer]) -> Call[Arguments, Answer]:
    def call(self: MongoStore, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> CoroutineType[Any, Any, Answer]:
        return self._client.run(work, *args, **kwargs)  # type: ignore[return-value]

    return call


class MongoStore:
    """One service's store in one database (`shared.store.port.Store`).

    A write is acknowledged by a majority, from its journal; a read sees what a majority has. Many processes may have
    the same database open. Only calls that compatible servers know too: no transaction, stream or pipeline update.

    Args:
        url: ``mongodb://<hosts>/<database>`` or ``mongodb+srv://…``.
        driver: ``motor``, or ``pymongo`` for PyMongo's own asynchronous client.
        select_seconds: how long a call waits for a server to be there before StoreUnavailable.
        answer_seconds: how long it waits for each answer.

    Raises:
        ValueError: the URL names no database.
    """

    def __init__(
        self,
        url: str,
        driver: Driver = "motor",
        *,
        select_seconds: float = SELECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._client = Client(url, driver, select_seconds=select_seconds, answer_seconds=answer_seconds)

    async def open(self) -> None:
        """See the port."""
        await self._client.open(prepare)

    async def close(self) -> None:
        """See the port."""
        await self._client.close()

    load = _on_database(loading.load)
    append = _on_database(commits.append)
    unpublished = _on_database(commits.unpublished)
    mark_published = _on_database(commits.mark_published)
    mark_unpublished = _on_database(commits.mark_unpublished)
    drop = _on_database(commits.drop)
    position = _on_database(commits.position)
    history = _on_database(commits.history)
    log = _on_database(commits.log)
    find = _on_database(states.find)
    count = _on_database(states.count)
    passed = _on_database(passed.passed)
    due = _on_database(states.due)
    next_due = _on_database(states.next_due)
    park = _on_database(parking.park)
    parked = _on_database(parking.parked)
    parked_list = _on_database(parking.parked_list)
    parked_due = _on_database(parking.parked_due)
    parked_behind = _on_database(parking.parked_behind)
    unpark = _on_database(parking.unpark)
    skip = _on_database(parking.skip)
    skipped = _on_database(parking.skipped)
    which_skipped = _on_database(parking.which_skipped)
    repark = _on_database(parking.repark)
    get_mark = _on_database(parking.get_mark)
    set_mark = _on_database(parking.set_mark)

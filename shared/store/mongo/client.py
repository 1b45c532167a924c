"""One connection pool, and what the driver's errors mean."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)

from shared.store.mongo.driver import Connection, Database, Driver, closed, connection_to, database_of
from shared.store.port import StoreUnavailable

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

SELECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 10.0
DUPLICATE: Final = 11000

# A statement that the server can never carry out is a fault in this code: it must not look like an outage.
OWN_FAULTS: Final = frozenset(
    {
        2,  # BadValue
        9,  # FailedToParse
        14,  # TypeMismatch
        40,  # ConflictingUpdateOperators
        52,  # DollarPrefixedFieldName
        59,  # CommandNotFound
        66,  # ImmutableField
        67,  # CannotCreateIndex
        73,  # InvalidNamespace
        85,  # IndexOptionsConflict
        86,  # IndexKeySpecsConflict
        115,  # CommandNotSupported
        121,  # DocumentValidationFailure
        168,  # InvalidPipelineOperator
        10334,  # BSONObjectTooLarge
        40324,  # an unknown stage of an aggregation
        DUPLICATE,
    }
)


class Client:
    """Runs functions of a database. What has begun runs to its end, even when the caller's await is cancelled.

    Args:
        url: names the database.
        driver: which of the two speaks to the server.
        select_seconds: how long a call waits for a server to be there.
        answer_seconds: how long it then waits for each answer.
        suffix: of the database's name.
    """

    def __init__(
        self,
        url: str,
        driver: Driver,
        *,
        select_seconds: float = SELECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        suffix: str = "",
    ) -> None:
        self._url = url
        self._driver: Driver = driver
        self._select_seconds = select_seconds
        self._answer_seconds = answer_seconds
        self.database = database_of(url) + suffix
        self._connection: Connection | None = None
        self._running: set[asyncio.Task[Any]] = set()

    async def open(self, prepare: Callable[[Database], Awaitable[None]]) -> None:
        """Connect and prepare the database; nothing happens when open."""
        if self._connection is not None:
            return
        try:
            self._connection = connection_to(
                self._url, self._driver, select_seconds=self._select_seconds, answer_seconds=self._answer_seconds
            )
            await self.run(prepare)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Let what is running end, as long as an answer may take; disconnect; idempotent."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=self._answer_seconds)
            for task in late:
                task.cancel()
        await closed(connection)

    async def run(
        self,
        work: Callable[Concatenate[Database, Arguments], Awaitable[Answer]],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Answer:
        """Run `work(database, ...)`.

        Raises:
            StoreUnavailable: no answer, an answer that may be another one later, or not open.
        """
        if self._connection is None:
            raise StoreUnavailable(f"mongodb {self.database}: not open")
        name = getattr(work, "__name__", "call")
        task = asyncio.ensure_future(self._call(name, work(self._connection[self.database], *args, **kwargs)))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def _call(self, name: str, work: Awaitable[Answer]) -> Answer:
        try:
            return await work
        except PyMongoError as error:
            if is_outage(error):
                raise StoreUnavailable(f"mongodb {self.database}: {name}: {error}") from error
            raise

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # seen: a caller that was cancelled does not ask any more


def is_outage(error: PyMongoError) -> bool:
    """Whether the same call may succeed later; otherwise this code or its settings are at fault."""
    if isinstance(error, ConnectionFailure):
        return True
    if isinstance(error, BulkWriteError):
        # Beside a duplicate the majority may be slow: then nothing in this answer is certain yet.
        others = set(failed(error).values()) - {DUPLICATE}
        return not OWN_FAULTS & others and bool(others or _unconfirmed(error))
    if isinstance(error, DuplicateKeyError | ConfigurationError):
        return False
    return isinstance(error, OperationFailure) and error.code not in OWN_FAULTS


def failed(error: BulkWriteError) -> dict[int, int]:
    """Per index of a request that failed the code of why."""
    return {entry["index"]: entry["code"] for entry in (error.details or {}).get("writeErrors", [])}


def duplicates(error: BulkWriteError) -> set[int]:
    """The indexes of the requests that met a duplicate, where nothing else went wrong.

    Raises:
        BulkWriteError: something else did.
    """
    codes = failed(error)
    if set(codes.values()) - {DUPLICATE} or _unconfirmed(error):
        raise error
    return set(codes)


def _unconfirmed(error: BulkWriteError) -> bool:
    """Whether what was written may be rolled back: too few servers have said that they have it."""
    return bool((error.details or {}).get("writeConcernErrors"))

"""One connection and the one thread that uses it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from shared.store.port import StoreUnavailable
from shared.store.sqlite.schema import connect

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

# A wrong statement or a closed connection is a fault in this code, not of the disk: it must not look like an outage.
OWN_FAULTS: Final = (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.DataError, sqlite3.NotSupportedError)


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Generator[None]:
    """Everything inside or nothing. With the default the write lock is taken at once, so reads inside hold."""
    connection.execute(begin)
    yield
    connection.execute("COMMIT")


class Lane:
    """Runs functions of a connection one after the other, away from the event loop.

    A function always runs to its end, even when the caller's await is cancelled: no transaction stays open.
    """

    def __init__(self, path: Path, *, wait_seconds: float, reads_only: bool) -> None:
        self._path = path
        self._wait_seconds = wait_seconds
        self._reads_only = reads_only
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Start the thread and connect; nothing happens when open."""
        if self._thread is not None:
            return
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"store-{self._path.stem}")
        try:
            await self.run(_nothing)
        except BaseException:
            await self.close()
            raise

    async def run(
        self,
        work: Callable[Concatenate[sqlite3.Connection, Arguments], Answer],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Answer:
        """Run `work(connection, ...)` in the thread.

        Raises:
            StoreUnavailable: the disk or the file failed, another process held the lock for too long, or not open.
        """
        if self._thread is None:
            raise StoreUnavailable(f"{self._path}: not open")

        def call(connection: sqlite3.Connection) -> Answer:
            return work(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._thread, self._call, work.__name__, call)

    async def close(self) -> None:
        """Let what is running end, disconnect, stop the thread; idempotent."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.get_running_loop().run_in_executor(thread, self._disconnect)
            thread.shutdown(wait=False)

    def _call(self, name: str, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        try:
            if self._connection is None:
                self._connection = connect(self._path, wait_seconds=self._wait_seconds, reads_only=self._reads_only)
            return work(self._connection)
        except OWN_FAULTS:
            self._roll_back()
            raise
        except sqlite3.Error as error:
            self._roll_back()
            code: str = getattr(error, "sqlite_errorname", type(error).__name__)
            raise StoreUnavailable(f"{self._path}: {name}: {error} ({code})") from error
        except OSError as error:
            raise StoreUnavailable(f"{self._path}: {name}: {error}") from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        """Leave no transaction open; a connection that cannot even do that is given up; the next call makes one."""
        if self._connection is None or not self._connection.in_transaction:
            return
        try:
            self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _nothing(connection: sqlite3.Connection) -> None:
    """Only connect."""

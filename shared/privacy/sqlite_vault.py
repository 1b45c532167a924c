"""The vault in one SQLite file of its own, readable by its owner only."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from shared.store.port import StoreUnavailable

Answer = TypeVar("Answer")

_OWNER_ONLY: Final = 0o600
_WAIT_SECONDS: Final = 5.0
_TABLE: Final = "CREATE TABLE IF NOT EXISTS items (id TEXT NOT NULL PRIMARY KEY, content BLOB) WITHOUT ROWID"


@dataclass(slots=True)
class _Batch:
    """What waits for the next transaction."""

    items: dict[str, bytes] = field(default_factory=dict[str, bytes])
    done: bool = False


class SqliteVault:
    """A vault in one file. Callers that wait at the same time share one transaction, and with it one flush to disk.

    Erased items stay as an id without content, so that nothing puts them back; their pages are overwritten.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None
        self._turn = asyncio.Lock()
        self._waiting = _Batch()

    async def open(self) -> None:
        """See the port. The vault opens itself when it is used without it."""
        try:
            await self._run(_nothing)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """See the port."""
        thread, self._thread = self._thread, None
        if thread is not None:
            connection, self._connection = self._connection, None
            if connection is not None:
                await asyncio.get_running_loop().run_in_executor(thread, connection.close)
            thread.shutdown()

    async def put(self, items: Mapping[str, bytes]) -> None:
        """See the port."""
        if not items:
            return
        batch = self._waiting
        for item, content in items.items():
            batch.items.setdefault(item, content)
        async with self._turn:
            if batch.done:
                return  # whoever came first wrote for all that waited
            if self._waiting is batch:
                self._waiting = _Batch()
            await self._run(lambda connection: _put(connection, batch.items))
            batch.done = True

    async def get(self, item: str) -> bytes | None:
        """See the port."""
        return await self._run(lambda connection: _get(connection, item))

    async def erase(self, item: str) -> None:
        """See the port."""
        async with self._turn:
            await self._run(lambda connection: _erase(connection, item))

    async def _run(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"vault-{self._path.stem}")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)

    def _work(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        try:
            if self._connection is None:
                self._connection = _connect(self._path)
            return work(self._connection)
        except (sqlite3.OperationalError, OSError) as error:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            raise StoreUnavailable(f"the vault {self._path.name}: {error}") from error


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite gives its side files the mode of the file itself
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))
    path.chmod(_OWNER_ONLY)
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(_TABLE)
    except BaseException:
        connection.close()
        raise
    return connection


def _nothing(_connection: sqlite3.Connection) -> None:
    """Only connect."""


def _put(connection: sqlite3.Connection, items: Mapping[str, bytes]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT OR IGNORE INTO items (id, content) VALUES (?, ?)", items.items())
    connection.execute("COMMIT")


def _get(connection: sqlite3.Connection, item: str) -> bytes | None:
    row: tuple[bytes | None] | None = connection.execute("SELECT content FROM items WHERE id = ?", (item,)).fetchone()
    return row[0] if row else None


def _erase(connection: sqlite3.Connection, item: str) -> None:
    connection.execute(
        "INSERT INTO items (id, content) VALUES (?, NULL) ON CONFLICT (id) DO UPDATE SET content = NULL", (item,)
    )
    # the log still holds what was written before: only emptying it puts the erased words beyond reach
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

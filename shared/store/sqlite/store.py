"""The port on SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import CoroutineType
from typing import Any, Concatenate

from shared.store.sqlite import commits, parking, passed, states
from shared.store.sqlite.lane import Answer, Arguments, Lane

Work = Callable[Concatenate[sqlite3.Connection, Arguments], Answer]
# What the port's `async def` returns is a CoroutineType to pyright; mypy takes it for a Coroutine, hence the ignores.
Call = Callable[Concatenate["SqliteStore", Arguments], "CoroutineType[Any, Any, Answer]"]


def _on_writer(work: Work[Arguments, Answer]) -> Call[Arguments, Answer]:
    def call(
        self: SqliteStore, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> CoroutineType[Any, Any, Answer]:
        return self._writer.run(work, *args, **kwargs)  # type: ignore[return-value]

    return call


def _on_reader(work: Work[Arguments, Answer]) -> Call[Arguments, Answer]:
    def call(
        self: SqliteStore, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> CoroutineType[Any, Any, Answer]:
        return self._reader.run(work, *args, **kwargs)  # type: ignore[return-value]

    return call


class SqliteStore:
    """One service's store in one file (`shared.store.port.Store`); WAL, forced to disk at each commit.

    Writes, and the reads a decision starts from, go through one thread; listings through a second one with its own
    connection, so that a page or a chart neither waits for a write nor delays it. A listing sees every write that
    returned before it was asked for. Other processes may have the same file open.

    Args:
        path: the file; made if missing (mode 0600, its folder 0700).
        wait_seconds: how long a write waits for another process's before StoreUnavailable.
    """

    def __init__(self, path: Path | str, *, wait_seconds: float = 5.0) -> None:
        self.path = Path(path)
        self._writer = Lane(self.path, wait_seconds=wait_seconds, reads_only=False)
        self._reader = Lane(self.path, wait_seconds=wait_seconds, reads_only=True)

    async def open(self) -> None:
        """See the port."""
        await self._writer.open()
        try:
            await self._reader.open()
        except BaseException:
            await self._writer.close()
            raise

    async def close(self) -> None:
        """See the port."""
        await self._reader.close()
        await self._writer.close()

    load = _on_writer(commits.load)
    append = _on_writer(commits.append)
    unpublished = _on_reader(commits.unpublished)
    mark_published = _on_writer(commits.mark_published)
    mark_unpublished = _on_writer(commits.mark_unpublished)
    drop = _on_writer(commits.drop)
    position = _on_reader(commits.position)
    history = _on_reader(commits.history)
    log = _on_reader(commits.log)
    find = _on_reader(states.find)
    count = _on_reader(states.count)
    passed = _on_reader(passed.passed)
    due = _on_reader(states.due)
    next_due = _on_reader(states.next_due)
    park = _on_writer(parking.park)
    parked = _on_writer(parking.parked)
    parked_list = _on_reader(parking.parked_list)
    parked_due = _on_reader(parking.parked_due)
    parked_behind = _on_reader(parking.parked_behind)
    unpark = _on_writer(parking.unpark)
    skip = _on_writer(parking.skip)
    skipped = _on_reader(parking.skipped)
    which_skipped = _on_writer(parking.which_skipped)
    repark = _on_writer(parking.repark)
    get_mark = _on_reader(parking.get_mark)
    set_mark = _on_writer(parking.set_mark)

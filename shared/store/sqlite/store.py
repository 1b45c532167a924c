"""The port on SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from shared.store.batch import one_per_stream
from shared.store.instants import from_micros, to_micros
from shared.store.port import MAX_PAGE, Commit, Loaded, Page, Parked, Skipped, Snapshot
from shared.store.sqlite import commits, parking, states
from shared.store.sqlite.lane import Lane


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

    async def load(self, streams: Sequence[str], command_ids: Sequence[str] = ()) -> Loaded:
        """See the port."""
        return await self._writer.run(commits.load, streams, command_ids)

    async def append(self, entries: Sequence[tuple[Commit, Snapshot]]) -> list[bool]:
        """See the port."""
        if not entries:
            return []
        one_per_stream(entries)
        return await self._writer.run(commits.append, entries)

    async def unpublished(self, *, older_than: datetime | None = None, limit: int = 500) -> list[Commit]:
        """See the port."""
        before = None if older_than is None else to_micros(older_than)
        return await self._reader.run(commits.unpublished, before, limit)

    async def mark_published(self, commit_ids: Sequence[str]) -> None:
        """See the port."""
        if commit_ids:
            await self._writer.run(commits.mark_published, commit_ids)

    async def mark_unpublished(self, *, after: int, most: int = 100_000) -> int:
        """See the port."""
        return await self._writer.run(commits.mark_unpublished, after, most)

    async def position(self) -> int:
        """See the port."""
        return await self._reader.run(commits.position)

    async def history(self, stream: str, *, after: int = 0, limit: int = MAX_PAGE) -> list[Commit]:
        """See the port."""
        return await self._reader.run(commits.history, stream, after, limit)

    async def log(self, *, after: int = 0, limit: int = MAX_PAGE) -> list[tuple[int, Commit]]:
        """See the port."""
        return await self._reader.run(commits.log, after, limit)

    async def find(
        self,
        kind: str,
        where: Mapping[str, Sequence[str | int]] | None = None,
        *,
        after: str = "",
        limit: int = 100,
    ) -> Page:
        """See the port."""
        return await self._reader.run(states.find, kind, where or {}, after, limit)

    async def count(self, kind: str, by: str, where: Mapping[str, Sequence[str | int]] | None = None) -> dict[str, int]:
        """See the port."""
        return await self._reader.run(states.count, kind, by, where or {})

    async def due(self, now: datetime, *, limit: int = 500) -> list[Snapshot]:
        """See the port."""
        return await self._reader.run(states.due, to_micros(now), limit)

    async def next_due(self) -> datetime | None:
        """See the port."""
        earliest = await self._reader.run(states.next_due)
        return None if earliest is None else from_micros(earliest)

    async def park(self, records: Sequence[Parked]) -> None:
        """See the port."""
        if records:
            await self._writer.run(parking.park, records)

    async def parked(self, keys: Sequence[str]) -> dict[str, int]:
        """See the port."""
        return await self._writer.run(parking.parked, keys)

    async def parked_list(self, *, after: str = "", limit: int = 100) -> list[Parked]:
        """See the port."""
        return await self._reader.run(parking.parked_list, after, limit)

    async def parked_due(self, now: datetime, *, limit: int = 100) -> list[Parked]:
        """See the port."""
        return await self._reader.run(parking.parked_due, to_micros(now), limit)

    async def parked_line(self, key: str) -> list[Parked]:
        """See the port."""
        return await self._reader.run(parking.parked_line, key)

    async def unpark(self, ids: Sequence[str]) -> None:
        """See the port."""
        if ids:
            await self._writer.run(parking.unpark, ids)

    async def skip(self, given_up: Sequence[Skipped]) -> None:
        """See the port."""
        if given_up:
            await self._writer.run(parking.skip, given_up)

    async def skipped(self, *, after: str = "", limit: int = 100) -> list[Skipped]:
        """See the port."""
        return await self._reader.run(parking.skipped, after, limit)

    async def which_skipped(self, ids: Sequence[str]) -> set[str]:
        """See the port."""
        return await self._writer.run(parking.which_skipped, ids)

    async def repark(self, record: Parked) -> None:
        """See the port."""
        await self._writer.run(parking.repark, record)

    async def get_mark(self, name: str) -> int:
        """See the port."""
        return await self._reader.run(parking.get_mark, name)

    async def set_mark(self, name: str, value: int) -> None:
        """See the port."""
        await self._writer.run(parking.set_mark, name, value)

"""The port on MongoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.store.batch import one_per_stream
from shared.store.instants import from_micros, to_micros
from shared.store.mongo import commits, parking, states
from shared.store.mongo.client import ANSWER_SECONDS, SELECT_SECONDS, Client
from shared.store.mongo.driver import Driver
from shared.store.mongo.loading import load
from shared.store.mongo.schema import prepare
from shared.store.port import MAX_PAGE, Commit, Loaded, Page, Parked, Skipped, Snapshot


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

    async def load(self, streams: Sequence[str], command_ids: Sequence[str] = ()) -> Loaded:
        """See the port."""
        return await self._client.run(load, streams, command_ids)

    async def append(self, entries: Sequence[tuple[Commit, Snapshot]]) -> list[bool]:
        """See the port."""
        if not entries:
            return []
        one_per_stream(entries)
        return await self._client.run(commits.append, entries)

    async def unpublished(self, *, older_than: datetime | None = None, limit: int = 500) -> list[Commit]:
        """See the port."""
        before = None if older_than is None else to_micros(older_than)
        return await self._client.run(commits.unpublished, before, limit)

    async def mark_published(self, commit_ids: Sequence[str]) -> None:
        """See the port."""
        if commit_ids:
            await self._client.run(commits.mark_published, commit_ids)

    async def mark_unpublished(self, *, after: int, most: int = 100_000) -> int:
        """See the port."""
        return await self._client.run(commits.mark_unpublished, after, most)

    async def position(self) -> int:
        """See the port."""
        return await self._client.run(commits.position)

    async def history(self, stream: str, *, after: int = 0, limit: int = MAX_PAGE) -> list[Commit]:
        """See the port."""
        return await self._client.run(commits.history, stream, after, limit)

    async def log(self, *, after: int = 0, limit: int = MAX_PAGE) -> list[tuple[int, Commit]]:
        """See the port."""
        return await self._client.run(commits.log, after, limit)

    async def find(
        self,
        kind: str,
        where: Mapping[str, Sequence[str | int]] | None = None,
        *,
        after: str = "",
        limit: int = 100,
    ) -> Page:
        """See the port."""
        return await self._client.run(states.find, kind, where or {}, after, limit)

    async def count(self, kind: str, by: str, where: Mapping[str, Sequence[str | int]] | None = None) -> dict[str, int]:
        """See the port."""
        return await self._client.run(states.count, kind, by, where or {})

    async def due(self, now: datetime, *, limit: int = 500) -> list[Snapshot]:
        """See the port."""
        return await self._client.run(states.due, to_micros(now), limit)

    async def next_due(self) -> datetime | None:
        """See the port."""
        earliest = await self._client.run(states.next_due)
        return None if earliest is None else from_micros(earliest)

    async def park(self, records: Sequence[Parked]) -> None:
        """See the port."""
        if records:
            await self._client.run(parking.park, records)

    async def parked(self, keys: Sequence[str]) -> dict[str, int]:
        """See the port."""
        return await self._client.run(parking.parked, keys)

    async def parked_list(self, *, after: str = "", limit: int = 100) -> list[Parked]:
        """See the port."""
        return await self._client.run(parking.parked_list, after, limit)

    async def parked_due(self, now: datetime, *, limit: int = 100) -> list[Parked]:
        """See the port."""
        return await self._client.run(parking.parked_due, to_micros(now), limit)

    async def parked_line(self, key: str) -> list[Parked]:
        """See the port."""
        return await self._client.run(parking.parked_line, key)

    async def unpark(self, ids: Sequence[str]) -> None:
        """See the port."""
        if ids:
            await self._client.run(parking.unpark, ids)

    async def skip(self, given_up: Sequence[Skipped]) -> None:
        """See the port."""
        if given_up:
            await self._client.run(parking.skip, given_up)

    async def skipped(self, *, after: str = "", limit: int = 100) -> list[Skipped]:
        """See the port."""
        return await self._client.run(parking.skipped, after, limit)

    async def which_skipped(self, ids: Sequence[str]) -> set[str]:
        """See the port."""
        return await self._client.run(parking.which_skipped, ids)

    async def repark(self, record: Parked) -> None:
        """See the port."""
        await self._client.run(parking.repark, record)

    async def get_mark(self, name: str) -> int:
        """See the port."""
        return await self._client.run(parking.get_mark, name)

    async def set_mark(self, name: str, value: int) -> None:
        """See the port."""
        await self._client.run(parking.set_mark, name, value)

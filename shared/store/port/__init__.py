"""The store as the runtime sees it: an append-only commit log and the states folded from it.

Every call is one round trip for the whole batch. Adapters pass one contract suite (`tests/contract/store`).
Instants have a time zone and come back in UTC, exact to the microsecond. Every text comes back as it went in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from shared.store.port.values import (
    Commit,
    Executed,
    Loaded,
    Page,
    Parked,
    Record,
    SchemaMismatch,
    Skipped,
    Snapshot,
    StoreUnavailable,
    Value,
)

__all__ = [
    "MAX_PAGE",
    "Commit",
    "Executed",
    "Loaded",
    "Page",
    "Parked",
    "Record",
    "SchemaMismatch",
    "Skipped",
    "Snapshot",
    "Store",
    "StoreUnavailable",
    "Value",
]

MAX_PAGE: Final = 1_000


class Store(Protocol):
    """Port of one service's own store. Raises StoreUnavailable from any call when it cannot be reached."""

    async def open(self) -> None:
        """Connect, create what is missing, check the schema version (SchemaMismatch)."""
        ...

    async def close(self) -> None:
        """Release everything; idempotent."""
        ...

    async def load(self, streams: Sequence[str], command_ids: Sequence[str] = ()) -> Loaded:
        """Load many streams, and which of the commands were carried out.

        The cursor of a state is that of its commit, or further on where later events were passed over; all other
        calls that return a state leave that out.
        """
        ...

    async def append(
        self, entries: Sequence[tuple[Commit, Snapshot]], passed: Mapping[str, Mapping[str, int]] = MappingProxyType({})
    ) -> list[bool]:
        """Insert commits and upsert the states after them; durable when it returns.

        `passed`: per stream and consumed topic the sequence number up to which events were passed over: they changed
        nothing, so the stream gets no commit for them. A number never goes back, and is compared with nothing.

        Returns one entry per commit: False where its id existed already (conflict; nothing of that item is saved), the
        others are saved all the same. A state is never replaced by one of a lower commit number. At most one item per
        stream (ValueError). A command id that is known already keeps its first `Executed`.
        """
        ...

    async def unpublished(self, *, older_than: datetime | None = None, limit: int = 500) -> list[Commit]:
        """Return commits not marked published, in the order they were saved."""
        ...

    async def mark_published(self, commit_ids: Sequence[str]) -> None:
        """Mark many; unknown ids are ignored, twice is once. A power cut may forget marks."""
        ...

    async def mark_unpublished(self, *, after: int, most: int = 100_000) -> int:
        """Take the marks off the newest `most` commits with records after this log position; returns how many had."""
        ...

    async def position(self) -> int:
        """Return the log position of the newest commit; 0 when empty. Later ones are higher; there may be holes."""
        ...

    async def history(self, stream: str, *, after: int = 0, limit: int = MAX_PAGE) -> list[Commit]:
        """Return the commits of a stream with a number above `after`, oldest first."""
        ...

    async def log(self, *, after: int = 0, limit: int = MAX_PAGE) -> list[tuple[int, Commit]]:
        """Return all commits after a log position, with their positions, in log order."""
        ...

    async def find(
        self,
        kind: str,
        where: Mapping[str, Sequence[str | int]] | None = None,
        *,
        after: str = "",
        limit: int = 100,
    ) -> Page:
        """Page through the states of one kind, by stream name; each field must equal one of the given values.

        A field that no state put into its index, or no value at all, matches nothing; 5 and "5" are two values.
        `after` is the `next` of the page before. Streams are in order of their UTF-8 bytes.
        """
        ...

    async def count(self, kind: str, by: str, where: Mapping[str, Sequence[str | int]] | None = None) -> dict[str, int]:
        """Count states of a kind by the values of one indexed field (each word of a list counts)."""
        ...

    async def passed(self, *, after: str = "", limit: int = MAX_PAGE) -> dict[str, dict[str, int]]:
        """Return what `append` was told of events passed over: whole streams, by name, from after one on."""
        ...

    async def due(self, now: datetime, *, limit: int = 500) -> list[Snapshot]:
        """Return states whose next_due is at or before `now`, earliest first."""
        ...

    async def next_due(self) -> datetime | None:
        """Return the earliest next_due of all states, or None."""
        ...

    async def drop(self, kind: str) -> None:
        """Delete every stream of a kind, its commits, its state, and that its commands were carried out; idempotent."""
        ...

    async def park(self, records: Sequence[Parked]) -> None:
        """Append to the ends of their keys' lines; a record with a known id is left as it is (twice is once)."""
        ...

    async def parked(self, keys: Sequence[str]) -> dict[str, int]:
        """Return those of the keys that have a line, with its length."""
        ...

    async def parked_list(self, *, after: str = "", limit: int = 100) -> list[Parked]:
        """Return parked records ordered by key and position; `after` is the id of the last one seen.

        From the beginning again if that one is no longer parked.
        """
        ...

    async def parked_due(self, now: datetime, *, limit: int = 100) -> list[Parked]:
        """Return the heads of lines that are due and not permanent, earliest first."""
        ...

    async def parked_behind(self, key: str) -> list[Parked]:
        """Return one key's line in order."""
        ...

    async def unpark(self, ids: Sequence[str]) -> None:
        """Remove records that were applied."""
        ...

    async def skip(self, given_up: Sequence[Skipped]) -> None:
        """Keep that records were given up, then remove them from their lines; of one id the first reason stays."""
        ...

    async def skipped(self, *, after: str = "", limit: int = 100) -> list[Skipped]:
        """Return what was given up, ordered by time and id; `after` is the id of the last one seen.

        From the beginning where that id was never given up.
        """
        ...

    async def which_skipped(self, ids: Sequence[str]) -> set[str]:
        """Return those of the record ids that a person gave up."""
        ...

    async def repark(self, record: Parked) -> None:
        """Replace attempts, due, reason and permanent of a parked record (same id); nothing if it is not parked."""
        ...

    async def get_mark(self, name: str) -> int:
        """Return a named number (0 if never set)."""
        ...

    async def set_mark(self, name: str, value: int) -> None:
        """Set a named number."""
        ...

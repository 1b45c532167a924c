"""The store as the runtime sees it: an append-only commit log and the states folded from it.

Every call is one round trip for the whole batch. Adapters pass one contract suite (`tests/contract/store`).
Instants have a time zone and come back in UTC, exact to the microsecond. Every text comes back as it went in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple, Protocol

Value = str | int | list[str]
"""An indexed field: a word, a number, or several words (the filter then asks for one of them)."""


class StoreUnavailable(Exception):
    """The store does not answer.

    A write that ends so is *unknown*, never *failed*: adapters read it back by id first.
    """


class SchemaMismatch(Exception):
    """The data on disk is of another schema version than this code; the message names both and what to do."""


class Record(NamedTuple):
    """One event as it will be published: bytes serialised once.

    Attributes:
        topic: where it goes.
        seq: dense per (stream, topic), from 1.
        type: CloudEvents type.
        id: CloudEvents id.
        data: the event's JSON, byte for byte as published.
        cause: id of the event or command that caused this one.
    """

    topic: str
    seq: int
    type: str
    id: str
    data: bytes
    cause: str = ""


class Executed(NamedTuple):
    """That a command was carried out, kept with its commit: the same id again gets the same answer.

    Attributes:
        command_id: idempotency key, or the id of the event that caused a fan-in.
        digest: of the command's content, so that the same key with another body is noticed.
        stream: where it was carried out.
        version: the stream's version after it.
    """

    command_id: str
    digest: str
    stream: str
    version: int


@dataclass(frozen=True, slots=True)
class Commit:
    """One decision. Its id ``<stream>/<number>`` is unique: inserting it is the compare-and-set.

    Attributes:
        stream: ``<kind>/<key>``.
        number: dense per stream, from 1, counts commits.
        expected: version (number of own events) of the stream before.
        version: version after; equals `expected` when only the cursor moved.
        records: what to publish, in order; own events and copies for further topics. A commit without records only
            moves the cursor: it counts as published from the start.
        cursor: per consumed topic the last sequence number applied.
        commands: the commands carried out in it.
        cause: id of the event or command that caused it.
        traceparent: W3C trace context of the cause, or empty.
        at: the instant of the decision.
    """

    stream: str
    number: int
    expected: int
    version: int
    records: tuple[Record, ...]
    cursor: Mapping[str, int]
    commands: tuple[Executed, ...]
    cause: str
    traceparent: str
    at: datetime

    @property
    def id(self) -> str:
        """The unique id."""
        return f"{self.stream}/{self.number}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of one stream: derived, rebuildable from its commits.

    Attributes:
        stream: ``<kind>/<key>``.
        number: of the last commit folded in; 0 for a stream that does not exist.
        version: number of own events folded in.
        cursor: per consumed topic the last sequence number applied.
        sequences: per published topic the last sequence number given out.
        state: JSON of the state; empty for a stream that does not exist.
        index: fields that `find` filters on.
        next_due: earliest instant at which a clock runs out.
        updated: instant of the last commit.
    """

    stream: str
    number: int = 0
    version: int = 0
    cursor: Mapping[str, int] = field(default_factory=dict[str, int])
    sequences: Mapping[str, int] = field(default_factory=dict[str, int])
    state: bytes = b""
    index: Mapping[str, Value] = field(default_factory=dict[str, Value])
    next_due: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a decision starts from.

    Attributes:
        snapshots: per asked stream; one of number 0 for a stream that does not exist.
        unpublished: per stream that has any, oldest first: the commits not yet marked published, and those newer
            than the snapshot, marked or not (a crash between commit and state leaves such).
        executed: the asked command ids that were carried out before; of an id carried out twice, the first.
    """

    snapshots: Mapping[str, Snapshot]
    unpublished: Mapping[str, Sequence[Commit]]
    executed: Mapping[str, Executed]


@dataclass(frozen=True, slots=True)
class Parked:
    """A record that could not be applied; it and all later ones of its key wait here in order.

    Attributes:
        id: ``<topic>/<partition>/<offset>`` of the record, or the event id where it has one.
        key: the aggregate key whose line is blocked.
        position: order within the key, from 1; the store gives it, what `park` is handed counts for nothing.
        topic, partition, offset, headers, value: the record as it came.
        reason: what was wrong, in words.
        permanent: a person must act; otherwise `due` says when it is tried again.
        attempts: how often it was tried.
        due: next attempt, or None.
        at: when it was parked.
    """

    id: str
    key: str
    position: int
    topic: str
    partition: int
    offset: int
    headers: tuple[tuple[str, bytes], ...]
    value: bytes
    reason: str
    permanent: bool
    attempts: int
    due: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing; `next` is the cursor of the following page or empty."""

    items: tuple[Snapshot, ...]
    next: str


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
        """Load many streams, and which of the commands were carried out."""
        ...

    async def append(self, entries: Sequence[tuple[Commit, Snapshot]]) -> list[bool]:
        """Insert commits and upsert the states after them; durable when it returns.

        Returns one entry per item: False where the commit's id existed already (conflict; nothing of that item is
        saved), the others are saved all the same. A state is never replaced by one of a lower commit number.
        At most one item per stream (ValueError). A command id that is known already keeps its first `Executed`.
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
        """Return the log position of the newest commit; 0 when empty. Later commits have higher ones."""
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

    async def due(self, now: datetime, *, limit: int = 500) -> list[Snapshot]:
        """Return states whose next_due is at or before `now`, earliest first."""
        ...

    async def next_due(self) -> datetime | None:
        """Return the earliest next_due of all states, or None."""
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

    async def parked_line(self, key: str) -> list[Parked]:
        """Return one key's line in order."""
        ...

    async def unpark(self, ids: Sequence[str]) -> None:
        """Remove records that were applied or skipped."""
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

"""What goes into a store and comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

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
        topic: where it goes; empty where it only stands in the log.
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
        version: version after; equals `expected` where a command changed nothing.
        records: what to publish, in order; own events and copies for further topics. A commit with nothing to publish
            counts as published from the start.
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

    @property
    def outgoing(self) -> tuple[Record, ...]:
        """The records to publish: those that have a topic."""
        return tuple(record for record in self.records if record.topic)


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
class Skipped:
    """That a person gave a parked record up. Kept for good, with the record as it came.

    Attributes:
        record: as it was parked last.
        why: the person's reason, in words.
        by: the person's role.
        at: when.
    """

    record: Parked
    why: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing; `next` is the cursor of the following page or empty."""

    items: tuple[Snapshot, ...]
    next: str

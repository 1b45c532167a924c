"""What a store in memory keeps, and how it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.store.batch import Passed, furthest
from shared.store.port import Commit, Executed, Parked, Skipped, Snapshot, Value

Where = Mapping[str, Sequence[str | int]]


@dataclass
class MemoryData:
    """What would be on disk. Two stores on the same data are two processes on one database.

    Attributes:
        slots: per position, from 1, its commit; None where whoever took the position has not inserted, or never will.
        streams: per stream its commits with their positions, by number.
        outbox: ids of the commits not marked published, with their positions.
        states: per stream its state.
        executed: per command id what was carried out.
        parked: per id the parked record.
        skipped: per id what a person gave up.
        marks: the named numbers.
        passed: per stream and topic the last event that was passed over.
    """

    slots: list[Commit | None] = field(default_factory=list["Commit | None"])
    streams: dict[str, dict[int, int]] = field(default_factory=dict[str, dict[int, int]])
    outbox: dict[str, int] = field(default_factory=dict[str, int])
    states: dict[str, Snapshot] = field(default_factory=dict[str, Snapshot])
    executed: dict[str, Executed] = field(default_factory=dict[str, Executed])
    parked: dict[str, Parked] = field(default_factory=dict[str, Parked])
    skipped: dict[str, Skipped] = field(default_factory=dict[str, Skipped])
    marks: dict[str, int] = field(default_factory=dict[str, int])
    passed: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])

    @property
    def log(self) -> list[Commit]:
        """All commits by position."""
        return [commit for commit in self.slots if commit is not None]

    def at(self, position: int) -> Commit:
        """The commit at a position where there is one."""
        commit = self.slots[position - 1]
        assert commit is not None, position  # noqa: S101 - every position that is kept anywhere was inserted
        return commit

    def since(self, after: int) -> Iterator[tuple[int, Commit]]:
        """The commits after a position with theirs, in order."""
        return ((at, c) for at, c in enumerate(self.slots[after:], after + 1) if c is not None)


def take(data: MemoryData) -> int:
    """Take the next position; where nothing is inserted at it, a hole stays."""
    data.slots.append(None)
    return len(data.slots)


def insert(data: MemoryData, commit: Commit, position: int) -> bool:
    """Save a commit and what it carried out at a position that was taken for it; False where its id exists."""
    numbers = data.streams.setdefault(commit.stream, {})
    if commit.number in numbers:
        return False
    data.slots[position - 1] = replace(commit, cursor=dict(commit.cursor))
    numbers[commit.number] = position
    if commit.outgoing:
        data.outbox[commit.id] = position
    for executed in commit.commands:
        data.executed.setdefault(executed.command_id, executed)
    return True


def pass_over(data: MemoryData, passed: Passed) -> None:
    """Move on what was passed over; never back."""
    for stream, topics in passed.items():
        data.passed[stream] = furthest(data.passed.get(stream, {}), topics)


def drop(data: MemoryData, kind: str) -> None:
    """Delete the streams of a kind and all that belongs to them; their positions stay holes."""
    for stream in [stream for stream in data.streams if stream.startswith(f"{kind}/")]:
        for position in data.streams.pop(stream).values():
            data.outbox.pop(data.at(position).id, None)
            data.slots[position - 1] = None
        data.states.pop(stream, None)
    data.passed = {stream: of for stream, of in data.passed.items() if not stream.startswith(f"{kind}/")}
    data.executed = {name: done for name, done in data.executed.items() if not done.stream.startswith(f"{kind}/")}


def to_fold_or_publish(data: MemoryData, snapshot: Snapshot) -> list[Commit]:
    """Commits of the stream that are newer than the snapshot or not marked published, oldest first."""
    commits = (data.at(at) for _, at in sorted(data.streams.get(snapshot.stream, {}).items()))
    return [commit for commit in commits if commit.number > snapshot.number or commit.id in data.outbox]


def copied(snapshot: Snapshot) -> Snapshot:
    """Apart from the caller's, as if it had been written to a disk and read."""
    return Snapshot(
        snapshot.stream,
        snapshot.number,
        snapshot.version,
        dict(snapshot.cursor),
        dict(snapshot.sequences),
        snapshot.state,
        dict(snapshot.index),
        snapshot.next_due,
        snapshot.updated,
    )


def of_kind(data: MemoryData, kind: str) -> list[Snapshot]:
    """All states of a kind, in no order."""
    return [snapshot for stream, snapshot in data.states.items() if stream.startswith(f"{kind}/")]


def matches(snapshot: Snapshot, where: Where) -> bool:
    """Whether each field equals one of the given values."""
    return all(f in snapshot.index and values(snapshot.index[f]) & set(wanted) for f, wanted in where.items())


def values(value: Value) -> set[str | int]:
    """The words or the number of an indexed field."""
    return set(value) if isinstance(value, list) else {value}


def position(record: Parked) -> tuple[bytes, int]:
    """What parked records are ordered by."""
    return record.key.encode(), record.position


def in_order(records: Iterable[Parked]) -> list[Parked]:
    """Line by line."""
    return sorted(records, key=position)

"""The port in memory.

Commits and states are apart, as in a document store; where a call was interrupted between them, `load` repairs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from shared.store.batch import NOTHING_PASSED, Passed, further, one_per_stream
from shared.store.memory.calls import Call, Faults, Moment, give_way, no_faults
from shared.store.memory.data import (
    MemoryData,
    Where,
    copied,
    drop,
    in_order,
    insert,
    matches,
    of_kind,
    pass_over,
    position,
    take,
    to_fold_or_publish,
    values,
)
from shared.store.port import MAX_PAGE, Commit, Loaded, Page, Parked, Skipped, Snapshot


class MemoryStore:
    """A store that lives in `data` (`shared.store.port.Store`).

    Each call gives way to other tasks before it returns, and one that writes also before it starts.

    Args:
        data: shared with other stores on it; its own if None.
        faults: see `Faults`.
    """

    def __init__(self, data: MemoryData | None = None, faults: Faults = no_faults) -> None:
        self.data = MemoryData() if data is None else data
        self.faults = faults
        self._open = False

    def _call(self, name: str) -> Call:
        return Call(self.data if self._open else None, self.faults, name, gives_way=True)

    def _read(self, name: str) -> Call:
        return Call(self.data if self._open else None, self.faults, name, gives_way=False)

    async def _moment(self, name: str, moment: Moment) -> None:
        await give_way()
        await self.faults(name, moment)

    async def open(self) -> None:
        """See the port."""
        await self._moment("open", Moment.BEFORE)
        self._open = True

    async def close(self) -> None:
        """See the port; the data stays."""
        self._open = False
        await asyncio.sleep(0)

    async def load(self, streams: Sequence[str], command_ids: Sequence[str] = ()) -> Loaded:
        """See the port."""
        async with self._read("load") as data:
            snapshots = {stream: copied(data.states.get(stream) or Snapshot(stream)) for stream in streams}
            waiting = {stream: to_fold_or_publish(data, snapshot) for stream, snapshot in snapshots.items()}
            return Loaded(
                further(snapshots, {stream: data.passed[stream] for stream in streams if stream in data.passed}),
                {stream: commits for stream, commits in waiting.items() if commits},
                {known: data.executed[known] for known in command_ids if known in data.executed},
            )

    async def append(self, entries: Sequence[tuple[Commit, Snapshot]], passed: Passed = NOTHING_PASSED) -> list[bool]:
        """See the port; two steps, as in a document store."""
        one_per_stream(entries)
        async with self._call("append") as data:
            pass_over(data, passed)
            positions = [take(data) for _ in entries]
            await self._moment("append", Moment.NUMBERED)
            saved = [insert(data, commit, at) for (commit, _), at in zip(entries, positions, strict=True)]
            await self._moment("append", Moment.BETWEEN)
            for (_, snapshot), inserted in zip(entries, saved, strict=True):
                stored = data.states.get(snapshot.stream)
                if inserted and (stored is None or stored.number <= snapshot.number):
                    data.states[snapshot.stream] = copied(snapshot)
            return saved

    async def unpublished(self, *, older_than: datetime | None = None, limit: int = 500) -> list[Commit]:
        """See the port."""
        async with self._read("unpublished") as data:
            commits = (data.at(position) for position in sorted(data.outbox.values()))
            return list(islice((c for c in commits if older_than is None or c.at < older_than), limit))

    async def mark_published(self, commit_ids: Sequence[str]) -> None:
        """See the port."""
        async with self._call("mark_published") as data:
            for commit_id in commit_ids:
                data.outbox.pop(commit_id, None)

    async def mark_unpublished(self, *, after: int, most: int = 100_000) -> int:
        """See the port."""
        async with self._call("mark_unpublished") as data:
            later = [(at, c.id) for at, c in data.since(after) if c.outgoing]
            newest = later[max(0, len(later) - most) :]
            forgotten = {commit_id: at for at, commit_id in newest if commit_id not in data.outbox}
            data.outbox.update(forgotten)
            return len(forgotten)

    async def drop(self, kind: str) -> None:
        """See the port."""
        async with self._call("drop") as data:
            drop(data, kind)

    async def position(self) -> int:
        """See the port."""
        async with self._read("position") as data:
            return next((at for at in range(len(data.slots), 0, -1) if data.slots[at - 1] is not None), 0)

    async def history(self, stream: str, *, after: int = 0, limit: int = MAX_PAGE) -> list[Commit]:
        """See the port."""
        async with self._read("history") as data:
            numbers = data.streams.get(stream, {})
            return [data.at(numbers[number]) for number in sorted(numbers) if number > after][:limit]

    async def log(self, *, after: int = 0, limit: int = MAX_PAGE) -> list[tuple[int, Commit]]:
        """See the port."""
        async with self._read("log") as data:
            return list(islice(data.since(after), limit))

    async def find(self, kind: str, where: Where | None = None, *, after: str = "", limit: int = 100) -> Page:
        """See the port."""
        async with self._read("find") as data:
            matching = sorted(
                (s for s in of_kind(data, kind) if matches(s, where or {}) and s.stream.encode() > after.encode()),
                key=lambda snapshot: snapshot.stream.encode(),
            )
            items = tuple(copied(snapshot) for snapshot in matching[:limit])
            return Page(items, items[-1].stream if items and len(matching) > limit else "")

    async def count(self, kind: str, by: str, where: Where | None = None) -> dict[str, int]:
        """See the port."""
        async with self._read("count") as data:
            counts: dict[str, int] = {}
            for snapshot in of_kind(data, kind):
                if by in snapshot.index and matches(snapshot, where or {}):
                    for value in values(snapshot.index[by]):
                        counts[str(value)] = counts.get(str(value), 0) + 1
            return counts

    async def passed(self, *, after: str = "", limit: int = MAX_PAGE) -> dict[str, dict[str, int]]:
        """See the port."""
        async with self._read("passed") as data:
            later = sorted((s for s in data.passed if s.encode() > after.encode()), key=str.encode)
            return {stream: dict(data.passed[stream]) for stream in later[:limit]}

    async def due(self, now: datetime, *, limit: int = 500) -> list[Snapshot]:
        """See the port."""
        async with self._read("due") as data:
            ripe = [(s.next_due, s.stream, s) for s in data.states.values() if s.next_due and s.next_due <= now]
            return [copied(snapshot) for _, _, snapshot in sorted(ripe, key=lambda entry: entry[:2])[:limit]]

    async def next_due(self) -> datetime | None:
        """See the port."""
        async with self._read("next_due") as data:
            return min((s.next_due for s in data.states.values() if s.next_due), default=None)

    async def park(self, records: Sequence[Parked]) -> None:
        """See the port."""
        async with self._call("park") as data:
            for record in records:
                if record.id not in data.parked:
                    last = max((p.position for p in data.parked.values() if p.key == record.key), default=0)
                    data.parked[record.id] = replace(record, position=last + 1)

    async def parked(self, keys: Sequence[str]) -> dict[str, int]:
        """See the port."""
        async with self._read("parked") as data:
            lengths = {key: sum(p.key == key for p in data.parked.values()) for key in keys}
            return {key: length for key, length in lengths.items() if length}

    async def parked_list(self, *, after: str = "", limit: int = 100) -> list[Parked]:
        """See the port."""
        async with self._read("parked_list") as data:
            seen = data.parked.get(after)
            return [p for p in in_order(data.parked.values()) if seen is None or position(p) > position(seen)][:limit]

    async def parked_due(self, now: datetime, *, limit: int = 100) -> list[Parked]:
        """See the port."""
        async with self._read("parked_due") as data:
            heads: dict[str, Parked] = {}
            for record in in_order(data.parked.values()):
                heads.setdefault(record.key, record)
            ripe = [(p.due, p.key, p) for p in heads.values() if p.due and p.due <= now and not p.permanent]
            return [record for _, _, record in sorted(ripe, key=lambda entry: entry[:2])[:limit]]

    async def parked_behind(self, key: str) -> list[Parked]:
        """See the port."""
        async with self._read("parked_behind") as data:
            return in_order(p for p in data.parked.values() if p.key == key)

    async def unpark(self, ids: Sequence[str]) -> None:
        """See the port."""
        async with self._call("unpark") as data:
            for record_id in ids:
                data.parked.pop(record_id, None)

    async def skip(self, given_up: Sequence[Skipped]) -> None:
        """See the port."""
        async with self._call("skip") as data:
            for one in given_up:
                data.skipped.setdefault(one.record.id, one)
                data.parked.pop(one.record.id, None)

    async def skipped(self, *, after: str = "", limit: int = 100) -> list[Skipped]:
        """See the port."""
        async with self._read("skipped") as data:
            seen = data.skipped.get(after)
            ordered = sorted((one.at, one.record.id.encode()) for one in data.skipped.values())
            later = [at for at in ordered if seen is None or at > (seen.at, seen.record.id.encode())]
            return [data.skipped[record_id.decode()] for _, record_id in later[:limit]]

    async def which_skipped(self, ids: Sequence[str]) -> set[str]:
        """See the port."""
        async with self._read("which_skipped") as data:
            return data.skipped.keys() & set(ids)

    async def repark(self, record: Parked) -> None:
        """See the port."""
        async with self._call("repark") as data:
            known = data.parked.get(record.id)
            if known is not None:
                data.parked[record.id] = replace(
                    known,
                    attempts=record.attempts,
                    due=record.due,
                    reason=record.reason,
                    permanent=record.permanent,
                )

    async def get_mark(self, name: str) -> int:
        """See the port."""
        async with self._read("get_mark") as data:
            return data.marks.get(name, 0)

    async def set_mark(self, name: str, value: int) -> None:
        """See the port."""
        async with self._call("set_mark") as data:
            data.marks[name] = value

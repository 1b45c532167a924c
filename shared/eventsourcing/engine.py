"""The one path of every decision: load, de-duplicate, decide, commit; for HTTP, Kafka and the clock alike.

All inputs that wait are carried out as one batch: one load, one append. Inputs of one stream are applied in order and
saved as one commit, so two edges of one process never conflict with each other; another process is noticed by the
compare-and-set and the stream is loaded and decided again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.eventsourcing.calls import Outcome
from shared.eventsourcing.definition import Definition
from shared.eventsourcing.ports import Clock
from shared.eventsourcing.session import Duplicate, Failed, Input, Result, Session
from shared.store.port import Commit, Loaded, Snapshot, Store

MAX_BATCH: Final = 500
_CACHED_STREAMS: Final = 20_000
_MAX_CONFLICTS: Final = 20


@dataclass(frozen=True, slots=True)
class Saved:
    """What a batch saved, for the relay and the clocks."""

    prefix: Sequence[Commit]
    commits: Sequence[Commit]
    next_due: datetime | None


class ConflictsWithoutEnd(Exception):
    """Another process won the compare-and-set many times in a row; trying again later is right."""


class StateUnreadable(Exception):
    """A stored state that this code cannot read; the log is intact, so another release or a rebuild repairs it."""


_Entry = tuple[Commit, Snapshot]


@dataclass(slots=True)
class _Waiting:
    inputs: Sequence[Input]
    done: asyncio.Future[list[Result]]


class Engine:
    """Carries out inputs in batches.

    Args:
        on_saved: called after each append with what was saved; must not fail.
    """

    def __init__(
        self, definition: Definition, store: Store, clock: Clock, on_saved: Callable[[Saved], Awaitable[None]]
    ) -> None:
        self._catalogue = definition.catalogue
        self._deciders = definition.kept
        self._source = f"/{definition.name}"
        self._store = store
        self._clock = clock
        self._on_saved = on_saved
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._cache: OrderedDict[str, Session] = OrderedDict()
        self._rounds = 0
        self.conflicts = 0
        self.batches = 0
        self.inputs = 0

    @property
    def waiting(self) -> int:
        """How many submissions are waiting."""
        return len(self._queue) + self._rounds

    async def submit(self, inputs: Sequence[Input]) -> list[Result]:
        """Carry out inputs; one result each. Raises StoreUnavailable: then the outcome of all of them is unknown."""
        if not inputs:
            return []
        waiting = _Waiting(inputs, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._wake.set()
        return await waiting.done

    async def run(self) -> None:
        """Carry out what is submitted until cancelled."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    self._rounds = 1
                    await self._round(self._take())
                    self._rounds = 0
        finally:
            for waiting in self._queue:
                waiting.done.cancel()

    def _take(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        size = 0
        while self._queue and (not taken or size + len(self._queue[0].inputs) <= MAX_BATCH):
            taken.append(self._queue.popleft())
            size += len(taken[-1].inputs)
        return taken

    async def _round(self, taken: Sequence[_Waiting]) -> None:
        inputs = [item for waiting in taken for item in waiting.inputs]
        try:
            results = await self._apply(inputs)
        except asyncio.CancelledError:
            for waiting in taken:
                waiting.done.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whoever submitted decides what the failure means
            for item in inputs:
                self._cache.pop(item.stream, None)
            for waiting in taken:
                if not waiting.done.done():
                    waiting.done.set_exception(error)
            return
        at = 0
        for waiting in taken:
            if not waiting.done.done():
                waiting.done.set_result(results[at : at + len(waiting.inputs)])
            at += len(waiting.inputs)

    async def refresh(self, streams: Sequence[str]) -> None:
        """Save the states of these streams again where a crash left them behind their commits."""
        await self.submit([Input(stream, None, "") for stream in streams])

    async def _apply(self, inputs: Sequence[Input]) -> list[Result]:
        results: list[Result | None] = [None] * len(inputs)
        open_items: OrderedDict[str, list[int]] = OrderedDict()
        for position, item in enumerate(inputs):
            open_items.setdefault(item.stream, []).append(position)
        self.batches += 1
        self.inputs += len(inputs)
        for _ in range(_MAX_CONFLICTS):
            remembered = {stream for stream in open_items if stream in self._cache}
            entries: dict[str, _Entry] = {}
            sessions = await self._sessions(inputs, open_items)
            now = self._clock.now()
            for stream, positions in open_items.items():
                outcome = _decided(sessions[stream], [inputs[p] for p in positions], stream, entries, now)
                for position, result in zip(positions, outcome, strict=True):
                    results[position] = result
            # An answer that changes nothing is not compared with the store: given from memory, it may be out of date.
            doubtful = [
                stream
                for stream, positions in open_items.items()
                if stream in remembered
                and stream not in entries
                and not all(_holds_later(inputs[p], results[p], sessions[stream]) for p in positions)
            ]
            for stream in doubtful:
                self._cache.pop(stream, None)
            unchanged = [stream for stream in open_items if stream not in entries and stream not in doubtful]
            lost = await self._save(sessions, entries, unchanged)
            self.conflicts += len(lost)
            if not lost and not doubtful:
                return [result for result in results if result is not None]
            open_items = OrderedDict((stream, open_items[stream]) for stream in (*lost, *doubtful))
        msg = f"{len(open_items)} streams, the first {next(iter(open_items))}"
        raise ConflictsWithoutEnd(msg)

    async def _sessions(
        self, inputs: Sequence[Input], wanted: OrderedDict[str, list[int]]
    ) -> dict[str, Session | Exception]:
        """Return the session of each stream, or why its stored state cannot be read."""
        sessions: dict[str, Session | Exception] = {s: self._cache[s] for s in wanted if s in self._cache}
        missing = [stream for stream in wanted if stream not in sessions]
        ids = [inputs[p].command_id for positions in wanted.values() for p in positions if inputs[p].command_id]
        loaded = Loaded({}, {}, {})
        if missing or ids:
            loaded = await self._store.load(missing, ids)
        for stream in missing:
            snapshot = loaded.snapshots.get(stream, Snapshot(stream))
            try:
                decider = self._deciders[stream.partition("/")[0]]
                sessions[stream] = Session(decider, self._catalogue, snapshot, loaded.unpublished.get(stream, ()))
            except Exception as error:  # noqa: BLE001 - one unreadable state must not take the batch with it
                sessions[stream] = StateUnreadable(f"{stream}: {error}")
        for session in sessions.values():
            if isinstance(session, Session):
                session.executed = loaded.executed
        return sessions

    async def _save(
        self, sessions: dict[str, Session | Exception], entries: dict[str, _Entry], unchanged: Sequence[str]
    ) -> list[str]:
        passing = {s: session for s in unchanged if isinstance(session := sessions[s], Session) and session.passed}
        passed = {stream: session.passed for stream, session in passing.items()}
        kept = await self._store.append(list(entries.values()), passed) if entries or passed else []
        lost: list[str] = []
        prefix: list[Commit] = []
        commits: list[Commit] = []
        dues: list[datetime] = []
        for (stream, (commit, snapshot)), ok in zip(entries.items(), kept, strict=True):
            session = sessions[stream]
            if not ok or isinstance(session, Exception):
                lost.append(stream)
                self._cache.pop(stream, None)
                continue
            prefix += session.saved(commit, snapshot)
            if commit.outgoing:
                commits.append(commit)
            if snapshot.next_due is not None:
                dues.append(snapshot.next_due)
            if not self._deciders[stream.partition("/")[0]].published:
                # A row may be dropped by another process, to be built again.
                continue
            # Only what the store has just confirmed is worth remembering.
            self._remember(stream, session)
        for stream, session in passing.items():
            session.passed_on()
            self._remember(stream, session)
        while len(self._cache) > _CACHED_STREAMS:
            self._cache.popitem(last=False)
        if commits or prefix or dues:
            await self._on_saved(Saved(prefix, commits, min(dues, default=None)))
        return lost

    def _remember(self, stream: str, session: Session) -> None:
        self._cache[stream] = session
        self._cache.move_to_end(stream)


def _holds_later(item: Input, result: Result | None, session: Session | Exception) -> bool:
    """Whether every later state gives the same answer: to a copy, to an event that asks for nothing, after the end."""
    if isinstance(result, Duplicate):
        return True
    ended = isinstance(session, Session) and session.ended and bool(item.topic)
    return isinstance(result, Outcome) and (item.command is None or ended)


def _decided(
    session: Session | Exception, inputs: Sequence[Input], stream: str, entries: dict[str, _Entry], now: datetime
) -> Sequence[Result]:
    """Apply one stream's inputs; what is to be saved goes into `entries`. A broken stream fails alone."""
    if isinstance(session, Exception):
        return [Failed(session)] * len(inputs)
    results = session.apply(inputs)
    try:
        entry = session.entry(now)
    except Exception as error:  # noqa: BLE001 - index and clocks are the decider's code
        return [Failed(error)] * len(inputs)
    if entry is not None:
        entries[stream] = entry
    return results

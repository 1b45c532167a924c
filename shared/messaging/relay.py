"""Sends what was committed, in order, until the broker has it.

Per stream the whole unpublished prefix goes out in order; a commit is marked only after the broker's acknowledgement;
what a crash left is found by the sweep. Twice is allowed (consumers drop what they know), out of order is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, Protocol

from shared.contracts.envelope import Envelope
from shared.eventsourcing.engine import Saved
from shared.eventsourcing.ports import Clock
from shared.messaging.outgoing import OutgoingRecord
from shared.store.port import Commit, Record, Store, StoreUnavailable

SWEEP_SECONDS: Final = 5.0
BATCH_COMMITS: Final = 500
MOST_QUEUED: Final = 20_000
_BACKOFF_SECONDS: Final = (0.05, 0.2, 1.0, 2.0)
log = logging.getLogger(__name__)


class Publisher(Protocol):
    """Where records go; one truth value per record: acknowledged. Never raises for the outside world."""

    async def publish(self, records: Sequence[OutgoingRecord]) -> list[bool]:
        """Send; within one partition nothing after the first failure is sent."""
        ...


def outgoing(source: str, commit: Commit) -> list[OutgoingRecord]:
    """Return a commit's records as they go on the wire; the same bytes every time."""
    return in_envelopes(source, commit, commit.outgoing)


def in_envelopes(source: str, commit: Commit, records: Sequence[Record]) -> list[OutgoingRecord]:
    """Return some of a commit's records with their envelopes, also those that stand in the log only."""
    key = commit.stream.partition("/")[2]
    stamp, raw_key = commit.at.isoformat(), key.encode()
    millis = int(commit.at.timestamp() * 1000)
    return [
        OutgoingRecord(
            topic=record.topic,
            key=raw_key,
            value=record.data,
            headers=Envelope(
                id=record.id,
                source=source,
                type=record.type,
                time=stamp,
                subject=key,
                sequence=record.seq,
                causation=record.cause,
                correlation=key,
                traceparent=commit.traceparent,
            ).headers(),
            timestamp_ms=millis,
        )
        for record in records
    ]


class Relay:
    """One per process and service. `offer` never waits; `run` sends until cancelled.

    Args:
        repair: called with the streams of commits that a crash left, before they are sent: their states may lag too.
        sweep_seconds: how long a commit may wait before it counts as left by a crash.
    """

    def __init__(
        self,
        source: str,
        store: Store,
        publisher: Publisher,
        clock: Clock,
        *,
        repair: Callable[[Sequence[str]], Awaitable[None]] | None = None,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self._repair = repair
        self._source = source
        self._store = store
        self._publisher = publisher
        self._clock = clock
        self._sweep_seconds = sweep_seconds
        self._queue: dict[str, Commit] = {}
        self._wake = asyncio.Event()
        self._behind = False
        self._missed = False
        self._left = 0
        self._sending_since: float | None = None
        self.published = 0
        self.failing = 0

    @property
    def queued(self) -> int:
        """How many commits wait in memory."""
        return len(self._queue)

    @property
    def unanswered_seconds(self) -> float:
        """For how long what was sent last has waited for the broker's answer; 0 while nothing is under way."""
        since = self._sending_since
        return 0.0 if since is None else asyncio.get_running_loop().time() - since

    async def offer(self, saved: Saved) -> None:
        """Take what was saved.

        When too much waits in memory, everything is left in the store until the relay has read it from there: taking
        only some would send later commits of a stream before earlier ones.
        """
        fresh = [*saved.prefix, *saved.commits]
        if self._behind or len(self._queue) + len(fresh) > MOST_QUEUED:
            self._behind = self._missed = True
        else:
            for commit in fresh:
                self._queue.setdefault(commit.id, commit)
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; what an earlier process left goes first."""
        self._behind = self._inherits = True
        time = asyncio.get_running_loop().time
        sweep_at = time() + self._sweep_seconds
        while True:
            try:
                # By the time, not when idle: under steady load there is no idle moment.
                if time() >= sweep_at:
                    await self._sweep()
                    sweep_at = time() + self._sweep_seconds
                if not await self._step() and not self.failing:
                    # Not wait_for: it loses a stop that comes in the instant of a wake-up.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout_at(sweep_at):
                            await self._wake.wait()
                    self._wake.clear()
            except StoreUnavailable as error:
                self.failing += 1
                log.warning("relay waits for the store: %s", error)
            if self.failing:
                await asyncio.sleep(_BACKOFF_SECONDS[min(self.failing, len(_BACKOFF_SECONDS)) - 1])

    async def _step(self) -> bool:
        """Send one batch; True if there may be more to do at once."""
        if not self._queue:
            if not self._behind:
                self.failing = 0
                return False
            self._missed = False
            commits = await self._store.unpublished(limit=BATCH_COMMITS)
            if self._inherits:
                await self._mend(commits)
            for commit in commits:
                self._queue.setdefault(commit.id, commit)
            if not self._queue:
                self._behind = self._missed
                self._inherits = self._inherits and self._behind
                return self._behind
        await self._send(list(itertools.islice(self._queue.values(), BATCH_COMMITS + self._left)))
        return not self.failing

    async def _send(self, commits: Sequence[Commit]) -> None:
        records = [outgoing(self._source, commit) for commit in commits]
        self._sending_since = asyncio.get_running_loop().time()
        try:
            acks = await self._publisher.publish([record for group in records for record in group])
        finally:
            self._sending_since = None
        done: list[str] = []
        at = 0
        for commit, group in zip(commits, records, strict=True):
            if all(acks[at : at + len(group)]):
                done.append(commit.id)
            at += len(group)
        if done:
            await self._store.mark_published(done)
            for commit_id in done:
                del self._queue[commit_id]
            self.published += len(done)
        # Some partitions may be held back for slow readers; only when nothing moves is something wrong.
        self.failing = 0 if done else self.failing + 1
        self._left = len(commits) - len(done)
        if self._left:
            await asyncio.sleep(_BACKOFF_SECONDS[0])

    async def _sweep(self) -> None:
        """Take what waits too long, each stream from its first waiting commit on.

        A commit from the future was made by a machine whose clock is ahead of this one's: its age says nothing.
        """
        now = self._clock.now()
        before = now - timedelta(seconds=self._sweep_seconds)
        commits = await self._store.unpublished(limit=BATCH_COMMITS)
        left = {commit.stream for commit in commits if commit.at < before or commit.at > now}
        found = [commit for commit in commits if commit.stream in left and commit.id not in self._queue]
        await self._mend(found)
        for commit in commits:
            if commit.stream in left:
                self._queue.setdefault(commit.id, commit)

    async def _mend(self, commits: Sequence[Commit]) -> None:
        if self._repair is not None and commits:
            await self._repair(list(dict.fromkeys(commit.stream for commit in commits)))

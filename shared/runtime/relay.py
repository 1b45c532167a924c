"""Sends what was committed, in order, until the broker has it.

Per stream the whole unpublished prefix goes out in order; a commit is marked only after the broker's acknowledgement;
what a crash left is found by the sweep. Twice is allowed (consumers drop what they know), out of order is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from shared.contracts.envelope import Envelope
from shared.messaging.producer import OutgoingRecord
from shared.runtime.engine import Saved
from shared.runtime.ports import Clock
from shared.store.port import Commit, Store, StoreUnavailable

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
        for record in commit.records
    ]


class Relay:
    """One per process and service. `offer` never waits; `run` sends until cancelled."""

    def __init__(
        self, source: str, store: Store, publisher: Publisher, clock: Clock, *, sweep_seconds: float = SWEEP_SECONDS
    ) -> None:
        self._source = source
        self._store = store
        self._publisher = publisher
        self._clock = clock
        self._sweep_seconds = sweep_seconds
        self._queue: dict[str, Commit] = {}
        self._wake = asyncio.Event()
        self._behind = False
        self._missed = False
        self.published = 0
        self.failing = 0

    @property
    def queued(self) -> int:
        """How many commits wait in memory."""
        return len(self._queue)

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
        self._behind = True
        while True:
            try:
                if await self._step():
                    self.failing = 0
                    continue
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._sweep_seconds)
                self._wake.clear()
                if not self._queue:
                    await self._sweep()
            except StoreUnavailable as error:
                self.failing += 1
                log.warning("relay waits for the store: %s", error)
            if self.failing:
                await asyncio.sleep(_BACKOFF_SECONDS[min(self.failing, len(_BACKOFF_SECONDS)) - 1])

    async def _step(self) -> bool:
        """Send one batch; True if there may be more to do at once."""
        if not self._queue:
            if not self._behind:
                return False
            self._missed = False
            for commit in await self._store.unpublished(limit=BATCH_COMMITS):
                self._queue.setdefault(commit.id, commit)
            if not self._queue:
                self._behind = self._missed
                return self._behind
        await self._send(list(itertools.islice(self._queue.values(), BATCH_COMMITS)))
        return not self.failing

    async def _send(self, commits: Sequence[Commit]) -> None:
        records = [outgoing(self._source, commit) for commit in commits]
        acks = await self._publisher.publish([record for group in records for record in group])
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
        if len(done) < len(commits):
            await asyncio.sleep(_BACKOFF_SECONDS[0])

    async def _sweep(self) -> None:
        before = self._clock.now() - timedelta(seconds=self._sweep_seconds)
        for commit in await self._store.unpublished(older_than=before, limit=BATCH_COMMITS):
            self._queue.setdefault(commit.id, commit)

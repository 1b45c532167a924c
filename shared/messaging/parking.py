"""Lines of records that could not be applied: tried again when due, or by a person.

The order within a queue never changes.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Final

from shared.eventsourcing.engine import Engine
from shared.eventsourcing.failures import FailureKind, classify
from shared.eventsourcing.ports import Clock
from shared.messaging.parked_selection import Queued, Selection
from shared.messaging.parse import Raw, Reader
from shared.messaging.processor import DELAYS, Processor, Trouble
from shared.store.port import Parked, Skipped, Store

LOOK_SECONDS: Final = 1.0
log = logging.getLogger(__name__)


class Parking:
    """Works the queues of one service."""

    def __init__(
        self,
        reader: Reader,
        engine: Engine,
        processor: Processor,
        store: Store,
        clock: Clock,
        *,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._look_seconds = look_seconds
        self._reader = reader
        self._engine = engine
        self._processor = processor
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        """Try due heads until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:
                if classify(error) is not FailureKind.OUTAGE:
                    raise
                log.warning("parking waits: %s", error)
            await asyncio.sleep(self._look_seconds)

    async def look(self) -> int:
        """Try every queue whose head is due; returns how many records were applied."""
        applied = 0
        for head in await self._store.parked_due(self._clock.now()):
            applied += await self._drain(head.key)
        return applied

    async def _drain(self, key: str) -> int:
        applied = 0
        for record in await self._store.parked_behind(key):
            if record.permanent:
                break
            trouble = await self._processor.retry(_raw(record))
            if trouble is not None:
                await self._store.repark(self._again(record, trouble))
                break
            await self._store.unpark([record.id])
            applied += 1
        return applied

    def _again(self, record: Parked, trouble: Trouble) -> Parked:
        attempts = record.attempts if trouble.away else record.attempts + 1
        if trouble.permanent or attempts > len(DELAYS):
            return dataclasses.replace(record, reason=trouble.reason, permanent=True, due=None, attempts=attempts)
        due = self._clock.now() + DELAYS[max(attempts, 1) - 1]
        return dataclasses.replace(record, reason=trouble.reason, due=due, attempts=attempts)

    async def retry(self, ids: Sequence[str]) -> dict[str, str]:
        """Try records again because a person says so; per id empty or what is still wrong."""
        outcome: dict[str, str] = {}
        for record in await self._by_id(ids):
            queue = await self._store.parked_behind(record.key)
            if all(waiting.id != record.id for waiting in queue):
                # It went on with the one before it, or its time came meanwhile.
                outcome[record.id] = ""
            elif queue[0].id != record.id:
                outcome[record.id] = f"waits behind {queue[0].id}: try that one first"
            else:
                outcome[record.id] = await self._retried(queue[0])
        return outcome

    async def _retried(self, head: Parked) -> str:
        trouble = await self._processor.retry(_raw(head))
        if trouble is not None:
            await self._store.repark(dataclasses.replace(head, reason=trouble.reason, attempts=head.attempts + 1))
            return trouble.reason
        await self._store.unpark([head.id])
        await self._drain(head.key)
        return ""

    async def skip(self, ids: Sequence[str], reason: str, by: str = "operator") -> list[str]:
        """Give records up; who says so and why is kept, the queues behind them go on. Returns the ids skipped."""
        skipped: list[str] = []
        for record in await self._by_id(ids):
            if not await self._may_be_passed(record):
                log.warning("not skipped, an earlier event is missing before it: %s of %s", record.id, record.key)
                continue
            # Kept first: where this process ends now, whoever meets the record again passes over it.
            await self._store.skip([Skipped(record, reason, by, self._clock.now())])
            log.warning("skipped %s of %s: %s", record.id, record.key, reason)
            await self._processor.pass_over([_raw(record)])
            skipped.append(record.id)
            await self._drain(record.key)
        return skipped

    async def _may_be_passed(self, record: Parked) -> bool:
        """Return whether nothing is missing before a record that has a readable place; other bytes have none.

        A head may be passed wherever its place is: one ahead of all that is known was made up by whoever wrote it, and
        would close its queue for ever. Were it true, the gap before it would bring it again from its source.
        """
        over = self._reader.passing_over(_raw(record))
        if over is None:
            return True
        snapshot = (await self._store.load([over.stream])).snapshots[over.stream]
        if over.seq <= snapshot.cursor.get(over.topic, 0) + 1:
            return True
        return (await self._store.parked_behind(record.key))[0].id == record.id

    async def _by_id(self, ids: Sequence[str]) -> list[Parked]:
        wanted, found = set(ids), list[Parked]()
        async for record in self.records():
            if record.id in wanted:
                found.append(record)
                wanted.discard(record.id)
            if not wanted:
                break
        return found

    async def records(self, after: str = "") -> AsyncIterator[Parked]:
        """Yield every parked record once, queue by queue, from after an id on."""
        seen: set[str] = set()
        while page := await self._store.parked_list(after=after):
            fresh = [record for record in page if record.id not in seen]
            for record in fresh:
                yield record
            seen.update(record.id for record in fresh)
            # One that was taken out while it was shown makes the store begin again.
            after = page[-1].id

    async def matching(self, selection: Selection, after: str = "") -> AsyncIterator[Parked]:
        """Yield the records that are meant, queue by queue."""
        previous, unsure = "", bool(after)
        async for record in self.records(after):
            head = record.key != previous
            if unsure and selection.heads:
                # The page before may have ended within this queue.
                head = [first.id for first in (await self._store.parked_behind(record.key))[:1]] == [record.id]
            previous, unsure = record.key, False
            if selection.takes(record, head=head):
                yield record

    async def select(self, selection: Selection, *, after: str = "", limit: int) -> list[Parked]:
        """Return one page of the records that are meant."""
        found: list[Parked] = []
        async for record in self.matching(selection, after):
            found.append(record)
            if len(found) == limit:
                break
        return found

    async def find(self, record_id: str) -> Queued | None:
        """Return a record in its queue, None where it is not parked."""
        for record in await self._by_id([record_id]):
            queue = await self._store.parked_behind(record.key)
            here = [waiting for waiting in queue if waiting.id == record_id]
            if here:
                behind = [waiting for waiting in queue if waiting.position > here[0].position]
                return Queued(here[0], queue[0], behind)
        return None

    async def skipped(self, after: str = "") -> AsyncIterator[Skipped]:
        """Yield what was given up, in the order of time, from after an id on."""
        while page := await self._store.skipped(after=after):
            for one in page:
                yield one
            after = page[-1].record.id


def _raw(record: Parked) -> Raw:
    return Raw(record.topic, record.partition, record.offset, record.key.encode(), record.value, record.headers)

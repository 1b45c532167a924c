"""Lines of records that could not be applied: tried again when due, or by a person.

The order within a line never changes.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Sequence
from typing import Final

from shared.messaging.failures import FailureKind, classify
from shared.runtime.engine import Engine
from shared.runtime.parse import Raw, Reader
from shared.runtime.ports import Clock
from shared.runtime.processor import DELAYS, Processor, Trouble
from shared.runtime.session import Failed, Gap
from shared.store.port import Parked, Skipped, Store

LOOK_SECONDS: Final = 1.0
log = logging.getLogger(__name__)


class Parking:
    """Works the lines of one service."""

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
        """Try every line whose head is due; returns how many records were applied."""
        applied = 0
        for head in await self._store.parked_due(self._clock.now()):
            applied += await self._drain(head.key)
        return applied

    async def _drain(self, key: str) -> int:
        applied = 0
        for record in await self._store.parked_line(key):
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
            line = [waiting.id for waiting in await self._store.parked_line(record.key)]
            if record.id not in line:
                # Applied since: with the head of its line, or by somebody else who retries the same.
                outcome[record.id] = ""
                continue
            if line[0] != record.id:
                outcome[record.id] = f"waits behind {line[0]}: try that one first"
                continue
            trouble = await self._processor.retry(_raw(record))
            if trouble is None:
                await self._store.unpark([record.id])
                outcome[record.id] = ""
                await self._drain(record.key)
            else:
                await self._store.repark(
                    dataclasses.replace(record, reason=trouble.reason, attempts=record.attempts + 1)
                )
                outcome[record.id] = trouble.reason
        return outcome

    async def skip(self, ids: Sequence[str], reason: str, by: str = "operator") -> list[str]:
        """Give records up; who says so and why is kept, the lines behind them go on. Returns the ids skipped."""
        skipped: list[str] = []
        for record in await self._by_id(ids):
            if not await self._pass_over(record):
                log.warning("not skipped, an earlier event is missing before it: %s of %s", record.id, record.key)
                continue
            log.warning("skipped %s of %s: %s", record.id, record.key, reason)
            await self._store.skip([Skipped(record, reason, by, self._clock.now())])
            skipped.append(record.id)
            await self._drain(record.key)
        return skipped

    async def _pass_over(self, record: Parked) -> bool:
        """Move the cursor over a record that has a readable place in its stream; other bytes have none."""
        over = self._reader.passing_over(_raw(record))
        results = await self._engine.submit([over] if over is not None else [])
        return not any(isinstance(result, (Gap, Failed)) for result in results)

    async def _by_id(self, ids: Sequence[str]) -> list[Parked]:
        wanted, found, after = set(ids), list[Parked](), ""
        while wanted:
            page = await self._store.parked_list(after=after)
            if not page:
                break
            found += [record for record in page if record.id in wanted]
            wanted -= {record.id for record in page}
            after = page[-1].id
        return found


def _raw(record: Parked) -> Raw:
    return Raw(record.topic, record.partition, record.offset, record.key.encode(), record.value, record.headers)

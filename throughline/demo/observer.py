"""An observer that reads every topic from its first record on, beside the services."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import ValidationError

from services import catalogue
from shared.contracts.envelope import Envelope, EnvelopeInvalid
from shared.contracts.event import Event
from shared.messaging.parse import Raw

_WAIT_MS: Final = 500
_AT_A_TIME: Final = 256 * 1024
_DRAIN_SECONDS: Final = 20.0


class Observer:
    """Reads until it is stopped; `records` is what it has read, in order within each partition.

    It assigns the partitions itself: it is no member of any group, so the services' groups do not notice it.
    """

    def __init__(self, bootstrap_servers: str, topics: Iterable[str], partitions: int) -> None:
        self._partitions = [TopicPartition(topic, number) for topic in sorted(topics) for number in range(partitions)]
        self._consumer: Any = AIOKafkaConsumer(
            bootstrap_servers=bootstrap_servers,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            fetch_max_wait_ms=_WAIT_MS,
            # Many records at a time: observing should cost next to nothing.
            fetch_min_bytes=_AT_A_TIME,
        )
        self._task: asyncio.Task[None] | None = None
        self.records: list[Raw] = []

    async def start(self) -> None:
        """Begin at offset 0 of every partition."""
        await self._consumer.start()
        self._consumer.assign(self._partitions)
        await self._consumer.seek_to_beginning(*self._partitions)
        self._task = asyncio.create_task(self._read())

    async def caught_up(self) -> Sequence[Raw]:
        """Return the records once everything that is there now was read. Raises TimeoutError."""
        ends = await self._consumer.end_offsets(self._partitions)
        async with asyncio.timeout(_DRAIN_SECONDS):
            while any([await self._consumer.position(partition) < end for partition, end in ends.items()]):
                if self._task is not None and self._task.done():
                    self._task.result()
                await asyncio.sleep(0.02)
            # The position moves when records are handed out; one more turn and they are in the list.
            await asyncio.sleep(_WAIT_MS / 1_000)
        return self.records

    async def stop(self) -> None:
        """Stop reading; idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._consumer.stop()

    async def _read(self) -> None:
        while True:
            fetched = await self._consumer.getmany(timeout_ms=_WAIT_MS)
            for records in fetched.values():
                self.records += [
                    Raw(one.topic, one.partition, one.offset, one.key or b"", one.value or b"", tuple(one.headers))
                    for one in records
                ]


def events_of(records: Iterable[Raw]) -> list[tuple[str, Event]]:
    """Return (key of the stream, event) once for every event; records that are not events are left out."""
    found: dict[str, tuple[str, Event]] = {}
    known = catalogue()
    for raw in records:
        try:
            envelope = Envelope.parse(raw.headers)
            if envelope.id not in found and known.known(envelope.type):
                found[envelope.id] = (envelope.subject, known.read(envelope.type, raw.value))
        except (EnvelopeInvalid, ValidationError):
            continue
    return list(found.values())

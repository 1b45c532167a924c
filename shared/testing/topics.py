"""Reading topics as any outsider may: every record from offset 0, on any broker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.messaging.parse import Raw

_PATIENCE_SECONDS: Final = 120.0
_POLL_MS: Final = 20


async def read_everything(
    bootstrap_servers: str, topics: Sequence[str], *, patience: float = _PATIENCE_SECONDS
) -> list[Raw]:
    """Return every record that the topics hold now, in order within each partition, of all partitions there are.

    Raises:
        KafkaError: the broker does not answer.
        TimeoutError: not everything came within so many seconds.
    """
    return (await _read(bootstrap_servers, topics, patience))[0]


async def read_and_cut(bootstrap_servers: str, topics: Sequence[str]) -> tuple[list[Raw], frozenset[str]]:
    """Return what `read_everything` does, and the topics from which records were deleted: retention may have."""
    return await _read(bootstrap_servers, topics, _PATIENCE_SECONDS)


async def _read(bootstrap_servers: str, topics: Sequence[str], patience: float) -> tuple[list[Raw], frozenset[str]]:
    # Without a group a consumer gets all partitions, and nobody else's are moved by it.
    consumer: Any = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap_servers,
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        fetch_max_wait_ms=_POLL_MS,
    )
    await consumer.start()
    try:
        async with asyncio.timeout(patience):
            partitions: list[TopicPartition] = sorted(consumer.assignment())
            begins: dict[TopicPartition, int] = await consumer.beginning_offsets(partitions)
            ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
            found: list[Raw] = []
            while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
                for records in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
                    found += [
                        Raw(one.topic, one.partition, one.offset, one.key or b"", one.value or b"", tuple(one.headers))
                        for one in records
                    ]
            return found, frozenset(partition.topic for partition, first in begins.items() if first)
    finally:
        await consumer.stop()

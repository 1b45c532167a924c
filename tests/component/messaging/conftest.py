from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.messaging.embedded import EmbeddedBroker
from shared.messaging.producer import OutgoingRecord, Producer

TOPIC = "complaints.intake.v1"
OTHER = "complaints.routing.v1"
PARTITIONS = {TOPIC: 4, OTHER: 4}


class Startable(Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


Started = TypeVar("Started", bound=Startable)


@pytest.fixture
def embedded() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker.start(PARTITIONS, partitions=4) as broker:
        yield broker


@pytest.fixture
async def producer(embedded: EmbeddedBroker) -> AsyncIterator[Producer]:
    async with started(Producer(embedded.bootstrap_servers, PARTITIONS)) as running:
        yield running


@asynccontextmanager
async def started(part: Started) -> AsyncIterator[Started]:
    await part.start()
    try:
        yield part
    finally:
        await part.stop()


def record(key: str, value: str | bytes, *, topic: str = TOPIC) -> OutgoingRecord:
    body = value if isinstance(value, bytes) else value.encode()
    return OutgoingRecord(topic, key.encode(), body, [("ce_id", b"%s:1" % key.encode())], 1_700_000_000_000)


async def everything(
    embedded: EmbeddedBroker, topic: str = TOPIC, partitions: int = 4
) -> list[ConsumerRecord[Any, Any]]:
    """All records that the broker has of a topic, in the order of each partition."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=embedded.bootstrap_servers, auto_offset_reset="earliest", fetch_max_wait_ms=10
    )
    async with started(consumer):
        places = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found: list[ConsumerRecord[Any, Any]] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=100)).values():
                found.extend(records)
        return found


async def until(condition: Callable[[], object], *, timeout_s: float = 10.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)

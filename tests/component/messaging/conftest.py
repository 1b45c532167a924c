from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.messaging.kafka.broker import TIMING, TIMING_EMBEDDED, Timing
from shared.messaging.kafka.embedded import EmbeddedBroker
from shared.messaging.kafka.producer import Producer
from shared.messaging.outgoing import OutgoingRecord
from tests.engine.choice import Engine

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


@dataclass(frozen=True)
class Cluster:
    """A broker with both topics, empty, and a group that nobody used before."""

    bootstrap_servers: str
    group: str
    timing: Timing
    embedded: EmbeddedBroker | None = None

    @property
    def faults(self) -> EmbeddedBroker:
        """The broker whose fault switches a test needs."""
        assert self.embedded is not None
        return self.embedded


embedded_only = pytest.mark.parametrize("cluster", ["embedded"], indirect=True)
"""For tests that need the embedded broker's fault switches; all others meet a real Kafka too."""


@pytest.fixture(params=["embedded", "kafka"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    if request.param == "embedded":
        broker = request.getfixturevalue("embedded")
        quick = TIMING_EMBEDDED._replace(session=1_500, heartbeat=500)
        yield Cluster(broker.bootstrap_servers, "routing", quick, broker)
        return
    engine: Engine = request.getfixturevalue("bare")
    engine.create_topics(PARTITIONS)
    yield Cluster(engine.bootstrap, f"routing-{uuid.uuid4()}", TIMING)


@pytest.fixture
async def producer(cluster: Cluster) -> AsyncIterator[Producer]:
    async with started(Producer(cluster.bootstrap_servers, PARTITIONS)) as running:
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


async def everything(cluster: Cluster, topic: str = TOPIC, partitions: int = 4) -> list[ConsumerRecord[Any, Any]]:
    """All records that the broker has of a topic, in the order of each partition."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=cluster.bootstrap_servers, auto_offset_reset="earliest", fetch_max_wait_ms=10
    )
    async with started(consumer):
        partitions = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[ConsumerRecord[Any, Any]] = []
        while any([await consumer.position(cluster) < ends[cluster] for cluster in partitions]):
            for records in (await consumer.getmany(timeout_ms=100)).values():
                found.extend(records)
        return found


async def until(condition: Callable[[], object], *, timeout_s: float = 10.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)

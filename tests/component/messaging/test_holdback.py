from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.messaging.kafka.embedded import EmbeddedBroker
from shared.messaging.kafka.holdback import Held, HoldBack
from shared.messaging.kafka.producer import Producer, partition_of
from shared.messaging.outgoing import OutgoingRecord

from .conftest import OTHER, PARTITIONS, TOPIC, everything, record, started, until

LIMIT = 100_000
KEY_OF_PARTITION = {partition_of(b"%d" % n, 4): str(n) for n in range(50)}


def noise(partition: int, size: int = 60_000, *, topic: str = TOPIC) -> list[OutgoingRecord]:
    """Bytes that do not compress: what is counted is what the broker stores."""
    return [record(KEY_OF_PARTITION[partition], os.urandom(size), topic=topic)]


@pytest.fixture
async def hold_back(embedded: EmbeddedBroker) -> AsyncIterator[HoldBack]:
    counting = HoldBack(embedded.bootstrap_servers, {TOPIC: ["routing", "review"], OTHER: []}, limit_bytes=LIMIT)
    yield counting
    await counting.stop()


@pytest.fixture
async def producer(embedded: EmbeddedBroker, hold_back: HoldBack) -> AsyncIterator[Producer]:
    sender = Producer(embedded.bootstrap_servers, PARTITIONS, hold_back=hold_back, hold_patience_s=0.15)
    async with started(sender):
        yield sender


@asynccontextmanager
async def member_of(embedded: EmbeddedBroker, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        TOPIC, bootstrap_servers=embedded.bootstrap_servers, group_id=group, enable_auto_commit=False
    )
    async with started(consumer):
        await until(consumer.assignment)
        yield consumer


async def commit(embedded: EmbeddedBroker, group: str, partition: int, offset: int) -> None:
    async with member_of(embedded, group) as consumer:
        await consumer.commit({TopicPartition(TOPIC, partition): offset})


class TestWhenReadersKeepUp:
    async def test_nothing_is_held(self, producer: Producer, hold_back: HoldBack) -> None:
        assert await producer.publish(noise(0)) == [True]
        assert hold_back.held == ()

    async def test_a_batch_larger_than_the_limit_passes_alone(self, producer: Producer) -> None:
        assert await producer.publish(noise(0, 2 * LIMIT)) == [True]


class TestWhenAReaderIsBehind:
    async def test_no_more_than_the_limit_is_sent_and_the_rest_is_reported_unsent(
        self, embedded: EmbeddedBroker, producer: Producer
    ) -> None:
        assert await producer.publish(noise(0)) == [True]
        assert await producer.publish(noise(0)) == [False]
        assert len(await everything(embedded)) == 1

    async def test_readiness_can_say_who_is_waited_for(
        self, embedded: EmbeddedBroker, producer: Producer, hold_back: HoldBack
    ) -> None:
        await producer.publish(noise(0))
        await commit(embedded, "routing", 0, 1)
        waiting = asyncio.create_task(hold_back.admit(TOPIC, 0, 60_000))
        await until(lambda: hold_back.held)
        assert hold_back.held == (Held(TOPIC, 0, "review"),)
        await commit(embedded, "review", 0, 1)
        assert await waiting
        assert hold_back.held == ()

    async def test_every_group_must_have_committed(self, embedded: EmbeddedBroker, producer: Producer) -> None:
        await producer.publish(noise(0))
        await commit(embedded, "routing", 0, 1)
        assert await producer.publish(noise(0)) == [False]
        await commit(embedded, "review", 0, 1)
        assert await producer.publish(noise(0)) == [True]

    async def test_the_other_partitions_flow(self, producer: Producer) -> None:
        await producer.publish(noise(0))
        assert await producer.publish([*noise(0), *noise(1), *noise(2)]) == [False, True, True]

    async def test_a_topic_that_nobody_reads_is_never_held(self, producer: Producer, hold_back: HoldBack) -> None:
        for _ in range(4):
            assert await producer.publish(noise(0, topic=OTHER)) == [True]
        assert hold_back.held == ()

    async def test_what_compresses_counts_as_what_the_broker_stores(self, producer: Producer) -> None:
        for _ in range(5):
            assert await producer.publish([record("c", b"x" * 60_000)]) == [True]

    async def test_giving_up_leaves_nothing_reserved(
        self, embedded: EmbeddedBroker, producer: Producer, hold_back: HoldBack
    ) -> None:
        await producer.publish(noise(0))
        waiting = asyncio.create_task(hold_back.admit(TOPIC, 0, 60_000))
        await until(lambda: hold_back.held)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert hold_back.held == ()
        for group in ("routing", "review"):
            await commit(embedded, group, 0, 1)
        assert await producer.publish(noise(0, LIMIT - 5_000)) == [True]


class TestWhenTheBrokerIsAway:
    async def test_it_goes_on_waiting_and_comes_back(
        self, embedded: EmbeddedBroker, producer: Producer, hold_back: HoldBack
    ) -> None:
        await producer.publish(noise(0))
        for group in ("routing", "review"):
            await commit(embedded, group, 0, 1)
        embedded.set_down(True)
        assert not await hold_back.admit(TOPIC, 0, 60_000, patience_s=0.3)
        embedded.set_down(False)
        assert await hold_back.admit(TOPIC, 0, 60_000, patience_s=5)


class TestSendsWhoseAnswerWasLost:
    async def test_take_up_room_too(self, hold_back: HoldBack) -> None:
        assert await hold_back.admit(TOPIC, 0, 30_000)
        hold_back.settle(TOPIC, 0, 30_000, stored=(0, 1, 30_000))
        assert await hold_back.admit(TOPIC, 0, 30_000)
        hold_back.settle(TOPIC, 0, 30_000, stored=(2, 1, 30_000))  # offset 1 was stored, but nobody was told
        assert not await hold_back.admit(TOPIC, 0, 30_000, patience_s=0.1)

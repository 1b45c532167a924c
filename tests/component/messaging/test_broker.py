from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream import AckPolicy

from shared.messaging.kafka import broker as messaging
from shared.messaging.kafka.broker import TIMING, Handler, make_broker, subscribe
from shared.messaging.kafka.embedded import API_FETCH, API_OFFSET_COMMIT
from shared.messaging.kafka.producer import Producer, partition_of
from shared.messaging.outgoing import OutgoingRecord

from .conftest import OTHER, TOPIC, Cluster, embedded_only, record, until

Batch = Sequence[ConsumerRecord[Any, Any]]
KEY_OF_PARTITION = {partition_of(b"%d" % n, 4): str(n) for n in range(50)}
REBALANCE_IN_PROGRESS = 27


class Seen:
    """A handler that keeps what it got and does as it is told."""

    def __init__(self, *, fail_calls: int = 0) -> None:
        self.batches: list[Batch] = []
        self.fail_calls = fail_calls
        self.may_return = asyncio.Event()
        self.may_return.set()

    async def __call__(self, records: Batch) -> None:
        self.batches.append(records)
        await self.may_return.wait()
        if self.fail_calls > 0:
            self.fail_calls -= 1
            message = "the store is away"
            raise ConnectionError(message)

    @property
    def values(self) -> list[bytes]:
        return [r.value for batch in self.batches for r in batch]

    @property
    def partitions(self) -> set[tuple[int, int]]:
        return {(r.partition, r.offset) for batch in self.batches for r in batch}


@asynccontextmanager
async def consuming(
    cluster: Cluster, handler: Handler, *topics: str, instance: str | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    broker = make_broker(cluster.bootstrap_servers, client_id="routing")
    subscriber = subscribe(
        broker, *(topics or (TOPIC,)), group=cluster.group, instance=instance, handler=handler, timing=cluster.timing
    )
    try:
        await broker.start()
        consumer = subscriber.consumer
        assert consumer is not None
        await until(consumer.assignment)
        yield consumer
    finally:
        await broker.stop()


async def committed(cluster: Cluster, topic: str = TOPIC) -> dict[int, int]:
    consumer = AIOKafkaConsumer(bootstrap_servers=cluster.bootstrap_servers, group_id=cluster.group)
    await consumer.start()
    try:
        found = {n: await consumer.committed(TopicPartition(topic, n)) for n in range(4)}
    finally:
        await consumer.stop()
    return {n: offset for n, offset in found.items() if offset is not None}


def spread(count: int, *, topic: str = TOPIC) -> list[OutgoingRecord]:
    """`count` records for each of the four partitions."""
    return [record(KEY_OF_PARTITION[n % 4], f"{n // 4}", topic=topic) for n in range(count * 4)]


class TestTheEffectiveConfiguration:
    async def test_of_the_consumer_is_the_one_that_loses_nothing(self, cluster: Cluster) -> None:
        async with consuming(cluster, Seen(), instance="0") as consumer:
            assert consumer._enable_auto_commit is False
            assert consumer._isolation_level == "read_committed"
            assert consumer._auto_offset_reset == "earliest"
            assert consumer._group_id == cluster.group
            assert consumer._group_instance_id == f"{cluster.group}-0"
            waits = (consumer._fetch_max_wait_ms, consumer._session_timeout_ms, consumer._heartbeat_interval_ms)
            assert waits == cluster.timing[1:], "how long a poll waits is not the client's to know"
            assert consumer._key_deserializer is None
            assert consumer._value_deserializer is None

    def test_of_the_broker_and_its_subscribers(self) -> None:
        broker = make_broker("localhost:9092", client_id="routing")
        subscriber = subscribe(broker, TOPIC, group="routing", instance="0", handler=Seen(), timing=TIMING)
        assert broker.config.broker_config.ack_policy is AckPolicy.NACK_ON_ERROR
        assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
        assert subscriber.max_records == 500
        assert broker.config.broker_config.consumer_only

    async def test_of_the_producer_is_the_one_that_loses_nothing(self, producer: Producer) -> None:
        kafka = producer.kafka
        assert kafka is not None
        assert kafka._sender._acks == -1
        assert kafka._txn_manager is not None
        assert kafka._txn_manager.has_pid()
        assert kafka._txn_manager.transactional_id is None
        assert kafka._compression_type == "lz4"


class TestWhenTheHandlerReturns:
    async def test_it_got_raw_records_of_several_partitions_in_one_call(
        self, cluster: Cluster, producer: Producer
    ) -> None:
        await producer.publish(spread(5))
        seen = Seen()
        async with consuming(cluster, seen):
            await until(lambda: len(seen.values) == 20)
        assert {r.partition for r in seen.batches[0]} == {0, 1, 2, 3}
        first = seen.batches[0][0]
        assert (first.topic, first.headers) == (TOPIC, (("ce_id", b"%s:1" % first.key),))
        assert isinstance(first.value, bytes)
        assert isinstance(first.timestamp, int)

    async def test_the_offsets_of_every_partition_are_committed(self, cluster: Cluster, producer: Producer) -> None:
        await producer.publish([*spread(5), *spread(3, topic=OTHER)])
        seen = Seen()
        async with consuming(cluster, seen, TOPIC, OTHER):
            await until(lambda: len(seen.values) == 32)
        assert await committed(cluster) == dict.fromkeys(range(4), 5)
        assert await committed(cluster, OTHER) == dict.fromkeys(range(4), 3)

    async def test_no_call_gets_more_than_500_records(self, cluster: Cluster, producer: Producer) -> None:
        await producer.publish(spread(300))
        seen = Seen()
        async with consuming(cluster, seen):
            await until(lambda: len(seen.values) == 1_200)
        assert max(len(batch) for batch in seen.batches) == 500

    async def test_nothing_is_committed_before(self, cluster: Cluster, producer: Producer) -> None:
        await producer.publish(spread(5))
        seen = Seen()
        seen.may_return.clear()
        async with consuming(cluster, seen):
            await until(lambda: seen.batches)
            assert await committed(cluster) == {}
            seen.may_return.set()

    async def test_a_restart_goes_on_where_it_was(self, cluster: Cluster, producer: Producer) -> None:
        await producer.publish(spread(5))
        seen, later = Seen(), Seen()
        async with consuming(cluster, seen):
            await until(lambda: len(seen.values) == 20)
        await producer.publish([record("c", "new")])
        async with consuming(cluster, later):
            await until(lambda: later.values)
        assert later.values == [b"new"]


class TestWhenTheHandlerRaises:
    async def test_the_records_of_every_partition_come_again_in_order(
        self, cluster: Cluster, producer: Producer
    ) -> None:
        await producer.publish(spread(5))
        seen = Seen(fail_calls=2)
        async with consuming(cluster, seen):
            await until(lambda: len(seen.batches) >= 3 and len(seen.values) >= 60)
        assert await committed(cluster) == dict.fromkeys(range(4), 5)
        by_partition: defaultdict[int, list[int]] = defaultdict(list)
        for batch in seen.batches[2:]:
            for got in batch:
                by_partition[got.partition].append(got.offset)
        assert by_partition == {partition: [0, 1, 2, 3, 4] for partition in range(4)}

    async def test_nothing_of_the_batch_is_committed(self, cluster: Cluster, producer: Producer) -> None:
        await producer.publish(spread(5))
        seen = Seen(fail_calls=1_000)
        async with consuming(cluster, seen):
            await until(lambda: len(seen.batches) == 2)
        assert await committed(cluster) == {}

    async def test_it_does_not_spin(self, cluster: Cluster, producer: Producer) -> None:
        await producer.publish(spread(1))
        seen = Seen(fail_calls=1_000)
        began = time.monotonic()
        async with consuming(cluster, seen):
            await until(lambda: len(seen.batches) == 3)
        assert time.monotonic() - began > 2 * messaging.REDELIVERY_PAUSE_S


class TestBytesThatNobodyExpects:
    async def test_a_header_that_is_no_text_reaches_the_handler(self, cluster: Cluster, producer: Producer) -> None:
        odd = OutgoingRecord(TOPIC, b"c", b"\xff\xfe", [("content-type", b"\xff\xfe")], 1)
        await producer.publish([odd, record("c", "next")])
        seen = Seen()
        async with consuming(cluster, seen):
            await until(lambda: len(seen.values) == 2)
        assert seen.values == [b"\xff\xfe", b"next"]
        assert seen.batches[0][0].headers == (("content-type", b"\xff\xfe"),)

    async def test_json_is_not_parsed_and_a_tombstone_stays_none(self, cluster: Cluster, producer: Producer) -> None:
        assert producer.kafka is not None
        await producer.kafka.send_and_wait(TOPIC, None, key=b"c")
        await producer.publish([OutgoingRecord(TOPIC, b"c", b'{"a": 1}', [("content-type", b"application/json")], 1)])
        seen = Seen()
        async with consuming(cluster, seen):
            await until(lambda: len(seen.values) == 2)
        assert seen.values == [None, b'{"a": 1}']


class TestWhenTheBrokerFalters:
    @embedded_only
    async def test_a_passing_error_on_fetch_or_commit_loses_nothing(self, cluster: Cluster, producer: Producer) -> None:
        not_leader, loading = 6, 14
        cluster.faults.fail_next(API_FETCH, not_leader, not_leader)
        cluster.faults.fail_next(API_OFFSET_COMMIT, loading)
        await producer.publish(spread(5))
        seen = Seen()
        async with consuming(cluster, seen):
            await until(lambda: len(seen.partitions) == 20)
        assert await committed(cluster) == dict.fromkeys(range(4), 5)

    @embedded_only
    async def test_a_commit_that_the_group_refuses_brings_the_records_again(
        self, cluster: Cluster, producer: Producer
    ) -> None:
        cluster.faults.fail_next(API_OFFSET_COMMIT, REBALANCE_IN_PROGRESS)
        await producer.publish(spread(5))
        seen = Seen()
        async with consuming(cluster, seen):
            await until(lambda: len(seen.partitions) == 20)
            await producer.publish(spread(1))
            await until(lambda: len(seen.partitions) == 24)
        assert await committed(cluster) == dict.fromkeys(range(4), 6)

    @embedded_only
    async def test_it_goes_on_when_the_broker_is_back(self, cluster: Cluster, producer: Producer) -> None:
        seen = Seen()
        async with consuming(cluster, seen):
            cluster.faults.set_down(True)
            await asyncio.sleep(0.3)
            cluster.faults.set_down(False)
            while not all(await producer.publish([record("c", "after")])):
                pass
            await until(lambda: seen.values, timeout_s=15)
        assert seen.values[0] == b"after"

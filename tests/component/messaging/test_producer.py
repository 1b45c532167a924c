from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from shared.messaging.kafka.connection import PartitionMismatch
from shared.messaging.kafka.embedded import API_PRODUCE
from shared.messaging.kafka.producer import Producer, RecordTooLarge, partition_of
from shared.messaging.outgoing import OutgoingRecord

from .conftest import OTHER, PARTITIONS, TOPIC, Cluster, embedded_only, everything, record, started, until

NOT_LEADER = 6
RECORD_TOO_LARGE = 10
KEY_OF_PARTITION = {partition_of(b"%d" % n, 4): str(n) for n in range(50)}


def one_batch(partition: int) -> list[OutgoingRecord]:
    return [record(KEY_OF_PARTITION[partition], f"{n}") for n in range(3)]


def several_batches(partition: int) -> list[OutgoingRecord]:
    """Three record batches: noise does not compress, and each record takes more than half a batch."""
    return [record(KEY_OF_PARTITION[partition], b"%d" % n + os.urandom(200_000)) for n in range(3)]


class TestPublishing:
    async def test_every_record_arrives_as_it_was_given(self, cluster: Cluster, producer: Producer) -> None:
        given = [record(f"c-{n % 7}", f"текст {n}") for n in range(100)]
        assert await producer.publish(given) == [True] * 100
        found = await everything(cluster)
        assert sorted((r.key, r.value, r.headers, r.timestamp) for r in found) == sorted(
            (g.key, g.value, tuple(g.headers), g.timestamp_ms) for g in given
        )

    async def test_the_records_of_a_key_share_a_partition_and_keep_their_order(
        self, cluster: Cluster, producer: Producer
    ) -> None:
        for start in range(0, 300, 60):
            await producer.publish([record(f"c-{n % 7}", f"{n}") for n in range(start, start + 60)])
        by_key: dict[bytes, list[ConsumerRecord[Any, Any]]] = {}
        for found in await everything(cluster):
            by_key.setdefault(found.key, []).append(found)
        for key, records in by_key.items():
            assert {r.partition for r in records} == {partition_of(key, 4)}
            assert [int(r.value) for r in records] == sorted(int(r.value) for r in records)

    async def test_a_record_larger_than_a_batch_gets_one_of_its_own(self, cluster: Cluster, producer: Producer) -> None:
        large = os.urandom(800_000)
        given = [record("c", "before"), record("c", large), record("c", "after")]
        assert await producer.publish(given) == [True] * 3
        assert [r.value for r in await everything(cluster)] == [b"before", large, b"after"]

    async def test_nothing_to_publish_is_fine(self, producer: Producer) -> None:
        assert await producer.publish([]) == []

    async def test_two_callers_at_once_do_not_mix_up_a_partition(self, cluster: Cluster, producer: Producer) -> None:
        await asyncio.gather(*(producer.publish(several_batches(0)) for _ in range(3)))
        assert [r.value[:1] for r in await everything(cluster)] == [b"0", b"1", b"2"] * 3


class TestWhenTheBrokerRefuses:
    @embedded_only
    async def test_the_rest_of_that_partition_is_not_sent(self, cluster: Cluster, producer: Producer) -> None:
        cluster.faults.fail_next(API_PRODUCE, RECORD_TOO_LARGE)
        assert await producer.publish(several_batches(0)) == [False, False, False]
        assert await everything(cluster) == []
        assert isinstance(producer.last_error, KafkaError)

    async def test_what_was_acknowledged_before_stays_acknowledged(self, producer: Producer) -> None:
        too_large = record(KEY_OF_PARTITION[0], os.urandom(950_000))
        given = [*one_batch(0), too_large, *one_batch(0)]
        assert await producer.publish(given) == [True, True, True, False, False, False, False]
        assert isinstance(producer.last_error, RecordTooLarge)

    async def test_the_other_partitions_are_sent(self, producer: Producer) -> None:
        too_large = record(KEY_OF_PARTITION[0], os.urandom(950_000))
        assert await producer.publish([too_large, *one_batch(1), *one_batch(0), *one_batch(2)]) == (
            [False] + [True] * 3 + [False] * 3 + [True] * 3
        )

    @embedded_only
    async def test_the_next_call_gets_through_with_a_new_producer_identity(
        self, cluster: Cluster, producer: Producer
    ) -> None:
        refused = producer.kafka
        cluster.faults.fail_next(API_PRODUCE, RECORD_TOO_LARGE)
        await producer.publish(one_batch(0))
        assert await producer.publish(one_batch(0)) == [True] * 3
        assert producer.kafka is not refused
        assert [r.value for r in await everything(cluster)] == [b"0", b"1", b"2"]

    @embedded_only
    async def test_a_passing_error_is_retried_in_order(self, cluster: Cluster, producer: Producer) -> None:
        cluster.faults.fail_next(API_PRODUCE, NOT_LEADER, NOT_LEADER)
        assert await producer.publish(several_batches(0)) == [True] * 3
        assert [r.value[:1] for r in await everything(cluster)] == [b"0", b"1", b"2"]


class TestWhenTheBrokerIsAway:
    @embedded_only
    async def test_a_send_without_an_answer_is_not_acknowledged(self, cluster: Cluster) -> None:
        async with started(Producer(cluster.bootstrap_servers, PARTITIONS, ack_timeout_s=0.3)) as producer:
            cluster.faults.set_down(True)
            assert await producer.publish([*one_batch(0), *one_batch(1)]) == [False] * 6
            assert isinstance(producer.last_error, TimeoutError)
            cluster.faults.set_down(False)

    @embedded_only
    async def test_sending_again_and_again_meanwhile_piles_nothing_up(self, cluster: Cluster) -> None:
        async with started(Producer(cluster.bootstrap_servers, PARTITIONS, ack_timeout_s=0.2)) as producer:
            cluster.faults.set_down(True)
            for _ in range(4):
                assert await producer.publish(one_batch(0)) == [False] * 3
            cluster.faults.set_down(False)
            await until(lambda: not producer._unanswered)
        assert [r.value for r in await everything(cluster)] == [b"0", b"1", b"2"]

    @embedded_only
    async def test_it_goes_on_in_order_when_the_broker_is_back(self, cluster: Cluster) -> None:
        async with started(Producer(cluster.bootstrap_servers, PARTITIONS, ack_timeout_s=0.3)) as producer:
            assert await producer.publish([record("c", "1")]) == [True]
            cluster.faults.set_down(True)
            assert await producer.publish([record("c", "2")]) == [False]
            cluster.faults.set_down(False)
            while await producer.publish([record("c", "2"), record("c", "3")]) != [True, True]:
                pass
        values = [r.value for r in await everything(cluster)]
        firsts = list(dict.fromkeys(values))
        assert firsts == [b"1", b"2", b"3"]

    @embedded_only
    async def test_it_stops_in_bounded_time_all_the_same(self, cluster: Cluster) -> None:
        producer = Producer(cluster.bootstrap_servers, PARTITIONS, ack_timeout_s=0.3)
        await producer.start()
        cluster.faults.set_down(True)
        await producer.publish([*one_batch(0), *one_batch(1)])
        began = time.monotonic()
        await producer.stop()
        assert time.monotonic() - began < 5

    @embedded_only
    async def test_a_slow_answer_is_only_slow(self, cluster: Cluster, producer: Producer) -> None:
        cluster.faults.set_rtt(300)
        assert await producer.publish([*one_batch(0), *one_batch(1)]) == [True] * 6
        cluster.faults.set_rtt(0)

    @embedded_only
    async def test_starting_fails_with_the_brokers_error(self, cluster: Cluster) -> None:
        cluster.faults.set_down(True)
        with pytest.raises(KafkaError):
            await Producer(cluster.bootstrap_servers, PARTITIONS, ack_timeout_s=1).start()

    async def test_a_stopped_producer_acknowledges_nothing(self, cluster: Cluster) -> None:
        producer = Producer(cluster.bootstrap_servers, PARTITIONS)
        await producer.start()
        await producer.stop()
        assert await producer.publish(one_batch(0)) == [False] * 3


class TestPartitions:
    async def test_another_number_than_configured_is_refused_at_start(self, cluster: Cluster) -> None:
        with pytest.raises(PartitionMismatch, match=f"{TOPIC} has 4 partitions, it should have 12"):
            await Producer(cluster.bootstrap_servers, {TOPIC: 12, OTHER: 4}).start()

    async def test_a_missing_topic_is_refused_at_start_and_not_created(self, cluster: Cluster) -> None:
        for _ in range(2):
            with pytest.raises(PartitionMismatch, match=r"complaints\.missing\.v1 is missing"):
                await Producer(cluster.bootstrap_servers, {"complaints.missing.v1": 4}).start()

    async def test_a_topic_that_was_not_configured_is_the_callers_mistake(self, producer: Producer) -> None:
        with pytest.raises(KeyError):
            await producer.publish([record("c", "1", topic="complaints.other.v1")])

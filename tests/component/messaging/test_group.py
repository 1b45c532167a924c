"""Several members of one group on a real Kafka: who has which partitions, and when that changes."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from shared.messaging.kafka.producer import Producer

from .conftest import Cluster, record, until
from .test_broker import Seen, consuming, spread

pytestmark = pytest.mark.parametrize("cluster", ["kafka"], indirect=True)


def mine(consumer: Any) -> set[int]:  # noqa: ANN401 - aiokafka's
    return {at.partition for at in consumer.assignment()}


class TestTwoMembersOfOneGroup:
    async def test_share_the_partitions_and_handle_every_record_once(
        self, cluster: Cluster, producer: Producer
    ) -> None:
        one, other = Seen(), Seen()
        async with consuming(cluster, one, instance="0") as first, consuming(cluster, other, instance="1") as second:
            await until(lambda: len(mine(first)) == len(mine(second)) == 2, timeout_s=20)
            assert mine(first) | mine(second) == {0, 1, 2, 3}
            await producer.publish(spread(5))
            await until(lambda: len(one.values) + len(other.values) == 20)
        assert one.partitions & other.partitions == set()
        assert {partition for partition, _ in one.partitions} == set(range(4)) - {n for n, _ in other.partitions}

    async def test_one_that_comes_back_under_its_name_moves_nothing(self, cluster: Cluster, producer: Producer) -> None:
        seen = Seen()
        async with AsyncExitStack() as stack, consuming(cluster, seen, instance="1") as stays:
            first = await stack.enter_async_context(consuming(cluster, Seen(), instance="0"))
            await until(lambda: len(mine(first)) == len(mine(stays)) == 2, timeout_s=20)
            had, kept, generation = mine(first), mine(stays), stays._coordinator.generation
            await stack.aclose()
            await producer.publish([record(f"{n}", "while it was away") for n in range(20)])
            later = Seen()
            async with consuming(cluster, later, instance="0") as again:
                assert mine(again) == had
                await until(lambda: len(seen.values) + len(later.values) == 20)
                await asyncio.sleep(1.5)  # a heartbeat, by which a member would hear of a change
                assert (mine(stays), stays._coordinator.generation) == (kept, generation)

    async def test_one_that_has_no_name_leaves_at_once(self, cluster: Cluster) -> None:
        async with AsyncExitStack() as stack, consuming(cluster, Seen()) as stays:
            first = await stack.enter_async_context(consuming(cluster, Seen()))
            await until(lambda: len(mine(first)) == len(mine(stays)) == 2, timeout_s=20)
            await stack.aclose()
            await until(lambda: mine(stays) == {0, 1, 2, 3}, timeout_s=5)

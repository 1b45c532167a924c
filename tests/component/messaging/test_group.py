"""Several members of one group on a real Kafka: who has which partitions, and when that changes."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from shared.messaging.kafka.producer import Producer

from .conftest import Place, record, until
from .test_broker import Seen, consuming, spread

pytestmark = pytest.mark.parametrize("place", ["kafka"], indirect=True)


def mine(consumer: Any) -> set[int]:  # noqa: ANN401 - aiokafka's
    return {at.partition for at in consumer.assignment()}


class TestTwoMembersOfOneGroup:
    async def test_share_the_partitions_and_handle_every_record_once(self, place: Place, producer: Producer) -> None:
        one, other = Seen(), Seen()
        async with consuming(place, one, instance="0") as first, consuming(place, other, instance="1") as second:
            await until(lambda: len(mine(first)) == len(mine(second)) == 2, timeout_s=20)
            assert mine(first) | mine(second) == {0, 1, 2, 3}
            await producer.publish(spread(5))
            await until(lambda: len(one.values) + len(other.values) == 20)
        assert one.places & other.places == set()
        assert {partition for partition, _ in one.places} == set(range(4)) - {n for n, _ in other.places}

    async def test_one_that_comes_back_under_its_name_moves_nothing(self, place: Place, producer: Producer) -> None:
        seen = Seen()
        async with AsyncExitStack() as stack, consuming(place, seen, instance="1") as stays:
            first = await stack.enter_async_context(consuming(place, Seen(), instance="0"))
            await until(lambda: len(mine(first)) == len(mine(stays)) == 2, timeout_s=20)
            had, kept, generation = mine(first), mine(stays), stays._coordinator.generation
            await stack.aclose()
            await producer.publish([record(f"{n}", "while it was away") for n in range(20)])
            later = Seen()
            async with consuming(place, later, instance="0") as again:
                assert mine(again) == had
                await until(lambda: len(seen.values) + len(later.values) == 20)
                await asyncio.sleep(1.5)  # a heartbeat, by which a member would hear of a change
                assert (mine(stays), stays._coordinator.generation) == (kept, generation)

    async def test_one_that_has_no_name_leaves_at_once(self, place: Place) -> None:
        async with AsyncExitStack() as stack, consuming(place, Seen()) as stays:
            first = await stack.enter_async_context(consuming(place, Seen()))
            await until(lambda: len(mine(first)) == len(mine(stays)) == 2, timeout_s=20)
            await stack.aclose()
            await until(lambda: mine(stays) == {0, 1, 2, 3}, timeout_s=5)

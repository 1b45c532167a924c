"""A consumer that rests while there is nothing to read, and is woken by who publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

from shared.messaging.kafka import resting as module
from shared.messaging.kafka.resting import Bell, resting, ring

HERE, TOPIC = "127.0.0.1:1", "complaints.intake.v1"
FIRST, SECOND = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)
RECORD = cast("ConsumerRecord[Any, Any]", object())


Read = Callable[["Consumer"], Coroutine[Any, Any, Sequence[ConsumerRecord[Any, Any]]]]


class Consumer:
    """What of aiokafka's consumer is needed, with what it has now and what is paused."""

    def __init__(self) -> None:
        self.owned = {FIRST, SECOND}
        self.paused = set[TopicPartition]()
        self.waiting: list[ConsumerRecord[Any, Any]] = []

    def assignment(self) -> set[TopicPartition]:
        return set(self.owned)

    def pause(self, *partitions: TopicPartition) -> None:
        self.paused |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        if not set(partitions) <= self.owned:
            raise IllegalStateError
        self.paused -= set(partitions)

    async def poll(self) -> tuple[ConsumerRecord[Any, Any], ...]:
        found, self.waiting = tuple(self.waiting), []
        return found


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


@pytest.fixture
def bell() -> Bell:
    return Bell(HERE, [TOPIC])


@pytest.fixture
def poll(bell: Bell) -> Read:
    return resting(lambda consumer: consumer.poll(), bell)


async def resting_on(consumer: Consumer) -> None:
    for _ in range(100):
        if consumer.paused:
            return
        await asyncio.sleep(0)
    raise AssertionError("the consumer does not rest")


class TestAPoll:
    async def test_that_finds_something_returns_it_at_once(self, consumer: Consumer, poll: Read) -> None:
        consumer.waiting.append(RECORD)
        assert await poll(consumer) == (RECORD,)
        assert not consumer.paused

    async def test_that_finds_nothing_fetches_nothing_until_something_is_published(
        self, consumer: Consumer, poll: Read
    ) -> None:
        async with asyncio.timeout(module.REST_SECONDS / 2):
            rest = asyncio.create_task(poll(consumer))
            await resting_on(consumer)
            assert consumer.paused == {FIRST, SECOND}
            ring(HERE, ["complaints.routing.v1"])
            ring("127.0.0.1:2", [TOPIC])
            await asyncio.sleep(0.01)
            assert not rest.done()
            ring(HERE, [TOPIC])
            assert await rest == ()
        assert not consumer.paused

    async def test_does_not_rest_on_what_was_published_while_it_looked(self, consumer: Consumer, bell: Bell) -> None:
        async def looks(_consumer: Consumer) -> tuple[()]:
            ring(HERE, [TOPIC])
            return ()

        async with asyncio.timeout(module.REST_SECONDS / 2):
            assert await resting(looks, bell)(consumer) == ()

    async def test_ends_its_rest_by_itself(
        self, consumer: Consumer, poll: Read, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "REST_SECONDS", 0.01)
        assert await poll(consumer) == ()
        assert not consumer.paused

    async def test_does_not_rest_before_it_has_partitions(self, consumer: Consumer, poll: Read) -> None:
        consumer.owned.clear()
        assert await poll(consumer) == ()

    async def test_resumes_what_a_rebalance_left_it(self, consumer: Consumer, poll: Read) -> None:
        rest = asyncio.create_task(poll(consumer))
        await resting_on(consumer)
        consumer.owned.discard(FIRST)
        ring(HERE, [TOPIC])
        await rest
        assert consumer.paused == {FIRST}

    async def test_that_is_cancelled_leaves_nothing_paused(self, consumer: Consumer, poll: Read) -> None:
        rest = asyncio.create_task(poll(consumer))
        await resting_on(consumer)
        rest.cancel()
        await asyncio.gather(rest, return_exceptions=True)
        assert not consumer.paused

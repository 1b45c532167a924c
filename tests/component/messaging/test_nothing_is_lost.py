"""The embedded broker keeps 5 MiB of a partition. Many times that goes through it, past a reader that is slow."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from aiokafka import ConsumerRecord

from shared.messaging.kafka.broker import TIMING_EMBEDDED, make_broker, subscribe
from shared.messaging.kafka.embedded import KEPT_BYTES_PER_PARTITION, EmbeddedBroker
from shared.messaging.kafka.holdback import HoldBack
from shared.messaging.kafka.producer import Producer
from shared.messaging.outgoing import OutgoingRecord

from .conftest import started

EVENT_BYTES = 600
CHUNK = 1_000
TOPICS = ("complaints.intake.v1", "complaints.routing.v1", "complaints.departments.v1")
NOISE = random.Random(20).randbytes(1_000_000)


def events(count: int, topics: Sequence[str], keys: int) -> list[OutgoingRecord]:
    """Events of `keys` complaints, numbered 1, 2, ... within each (topic, key); they hardly compress."""
    made: list[OutgoingRecord] = []
    last: defaultdict[tuple[str, int], int] = defaultdict(int)
    for n in range(count):
        topic, key = topics[n % len(topics)], n // len(topics) % keys
        last[topic, key] = number = last[topic, key] + 1
        start = n * 7919 % (len(NOISE) - EVENT_BYTES)
        value = b"%d|" % number + NOISE[start : start + EVENT_BYTES - 100]
        headers = [("ce_id", b"complaint-%d:%d" % (key, number)), ("ce_type", b"ComplaintRegistered.v1")]
        made.append(OutgoingRecord(topic, b"complaint-%d" % key, value, headers, 1_700_000_000_000))
    return made


class Reader:
    """Takes its time over each batch, and notes what came in which order."""

    def __init__(self, expected: Sequence[OutgoingRecord], pause_s: float) -> None:
        self.pause_s = pause_s
        self.numbers: defaultdict[tuple[str, bytes], list[int]] = defaultdict(list)
        self.last = {(sent.topic, sent.key): int(sent.value.split(b"|", 1)[0]) for sent in expected}
        self.waiting_for = dict(self.last)
        self.has_all_the_last = asyncio.Event()

    async def __call__(self, records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        await asyncio.sleep(self.pause_s)
        for got in records:
            stream = (got.topic, got.key)
            number = int(got.value.split(b"|", 1)[0])
            self.numbers[stream].append(number)
            if self.waiting_for.get(stream) == number:
                del self.waiting_for[stream]
        if not self.waiting_for:
            self.has_all_the_last.set()

    def lost(self) -> int:
        return sum(len(set(range(1, last + 1)).difference(self.numbers[at])) for at, last in self.last.items())

    def out_of_order(self) -> list[tuple[str, bytes]]:
        """Streams whose first occurrences are not ascending; a repeated send is no disorder."""
        firsts = {at: list(dict.fromkeys(numbers)) for at, numbers in self.numbers.items()}
        return [at for at, numbers in firsts.items() if numbers != sorted(numbers)]


async def publish_all(producer: Producer, sent: Sequence[OutgoingRecord]) -> None:
    for start in range(0, len(sent), CHUNK):
        unsent = sent[start : start + CHUNK]
        while unsent:
            acknowledged = await producer.publish(unsent)
            unsent = [each for each, done in zip(unsent, acknowledged, strict=True) if not done]


async def push(sent: Sequence[OutgoingRecord], *, groups: dict[str, Reader], held_back: bool) -> None:
    """Publish everything while each group reads, until each has seen the last event of every stream."""
    topics = sorted({each.topic for each in sent})
    async with AsyncExitStack() as stack:
        embedded = stack.enter_context(EmbeddedBroker.start(topics, partitions=4))
        hold_back = HoldBack(embedded.bootstrap_servers, dict.fromkeys(topics, tuple(groups))) if held_back else None
        if hold_back is not None:
            stack.push_async_callback(hold_back.stop)
        partitions = dict.fromkeys(topics, 4)
        producer = await stack.enter_async_context(
            started(Producer(embedded.bootstrap_servers, partitions, hold_back=hold_back))
        )
        for group, reader in groups.items():
            broker = make_broker(embedded.bootstrap_servers, client_id=group)
            subscribe(broker, *topics, group=group, instance=None, handler=reader, timing=TIMING_EMBEDDED)
            await stack.enter_async_context(started(broker))
        async with asyncio.timeout(120):
            await publish_all(producer, sent)
            for reader in groups.values():
                reader.pause_s = min(reader.pause_s, 0.01)
                await reader.has_all_the_last.wait()


class TestWhenAReaderIsSlowerThanTheBrokerKeeps:
    async def test_200000_events_go_through_without_a_loss_and_in_order(self) -> None:
        sent = events(200_000, TOPICS, keys=2_000)
        assert sum(len(each.value) for each in sent) > 1.5 * KEPT_BYTES_PER_PARTITION * 4 * len(TOPICS)
        slow, quick = Reader(sent, pause_s=0.02), Reader(sent, pause_s=0)
        await push(sent, groups={"review": slow, "routing": quick}, held_back=True)
        for reader in (slow, quick):
            assert reader.lost() == 0
            assert reader.out_of_order() == []
            assert sum(map(len, reader.numbers.values())) == len(sent)

    async def test_holding_back_loses_nothing(self) -> None:
        sent = events(30_000, TOPICS[:1], keys=2)
        reader = Reader(sent, pause_s=0.02)
        await push(sent, groups={"review": reader}, held_back=True)
        assert (reader.lost(), reader.out_of_order()) == (0, [])

    async def test_the_same_load_without_holding_back_loses_events(self) -> None:
        sent = events(30_000, TOPICS[:1], keys=2)
        reader = Reader(sent, pause_s=0.5)
        await push(sent, groups={"review": reader}, held_back=False)
        assert reader.lost() > 1_000

"""One life of the aiokafka producer: connect, hand over batches, close in bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

BATCH_BYTES: Final = 256 * 1024
"""Uncompressed; the embedded broker hands out one batch per partition and fetch, so small batches cost round trips."""

_REQUEST_TIMEOUT_MS: Final = 10_000


class PartitionMismatch(RuntimeError):
    """A topic is missing or has another number of partitions than configured: keys would change their partition."""


class ProducerConnection:
    """An idempotent aiokafka producer that retires after the first batch that was refused for good.

    A refused batch leaves a hole in the producer's sequence numbers, and a broker refuses everything behind a hole.
    Only a new producer identity gets on from there.
    """

    def __init__(self, kafka: AIOKafkaProducer) -> None:
        self.kafka: Any = kafka  # most of its methods carry no types
        self.retired = False
        self._answers: set[asyncio.Future[Any]] = set()

    @classmethod
    async def open(
        cls, bootstrap_servers: str, partitions: Mapping[str, int], *, client_id: str, timeout_s: float
    ) -> Self:
        """Connect, and compare the broker's topics with the expected numbers of partitions.

        Raises:
            PartitionMismatch: one differs; the message names all that do.
            aiokafka.errors.KafkaError, TimeoutError: the broker cannot be reached.
        """
        kafka = AIOKafkaProducer(
            bootstrap_servers=bootstrap_servers,
            client_id=client_id,
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
        )
        connection = cls(kafka)
        try:
            async with asyncio.timeout(timeout_s):
                await kafka.start()
                await connection._check(partitions)
        except BaseException:
            await kafka.stop()
            raise
        return connection

    async def _check(self, expected: Mapping[str, int]) -> None:
        # All topics at once: asking for one by name would create it on a broker that creates topics by itself.
        metadata = await self.kafka.client.fetch_all_metadata()
        wrong: list[str] = []
        for topic, partitions in sorted(expected.items()):
            found = len(metadata.partitions_for_topic(topic) or ())
            if found == 0:
                wrong.append(f"topic {topic} is missing, it should have {partitions} partitions")
            elif found != partitions:
                wrong.append(f"topic {topic} has {found} partitions, it should have {partitions}")
        if wrong:
            raise PartitionMismatch("; ".join(wrong))
        # Now, so that the first send to a topic needs nothing more from a broker that may be away by then.
        await self.kafka.client.set_topics(expected)

    async def send(
        self, batch: BatchBuilder, at: TopicPartition, when_answered: Callable[[asyncio.Future[Any]], None]
    ) -> asyncio.Future[Any]:
        """Hand one batch over and return a future of the broker's answer.

        `when_answered` is called once with that answer, whatever it is.

        Raises:
            aiokafka.errors.KafkaError: nothing was handed over.
        """
        try:
            answer: asyncio.Future[Any] = await self.kafka.send_batch(batch, at.topic, partition=at.partition)
        except KafkaError as error:
            self.retired = self.retired or not error.retriable
            raise
        self._answers.add(answer)
        answer.add_done_callback(self._on_answer)
        answer.add_done_callback(when_answered)
        return answer

    def _on_answer(self, answer: asyncio.Future[Any]) -> None:
        self._answers.discard(answer)
        if answer.cancelled() or answer.exception() is not None:
            self.retired = True

    async def close(self, timeout_s: float) -> None:
        """Wait for what is in progress, at most `timeout_s` seconds, and disconnect; what is left is cancelled."""
        stopping = asyncio.create_task(self.kafka.stop())
        await asyncio.wait([stopping], timeout=timeout_s)
        if not stopping.done():
            # An idempotent producer retries forever, and its own stop() waits for that. It has no public way out.
            sender = self.kafka._sender.sender_task  # noqa: SLF001
            if sender is not None:
                sender.cancel()
        await stopping
        for answer in tuple(self._answers):
            answer.cancel()
        # Its flush, which nobody awaits any more, ends once it has seen the cancelled answers.
        await asyncio.sleep(0)
        await asyncio.sleep(0)

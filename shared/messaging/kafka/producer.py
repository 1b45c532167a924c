"""The one producer of a process: whole record batches per partition, in order, acknowledged by all replicas or not.

Order: aiokafka keeps one request per partition in flight and puts a batch it retries back at the front, so retries keep
order. But a batch that fails for good does not stop the ones queued behind it. Therefore one batch of a partition is
handed over at a time, and the next only after its acknowledgement; batches are large, so that costs little.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, ProducerClosed
from aiokafka.partitioner import murmur2  # pyright: ignore[reportUnknownVariableType]
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.contracts.envelope import MAX_RECORD_BYTES
from shared.messaging.kafka.connection import PartitionMismatch, ProducerConnection
from shared.messaging.kafka.holdback import HoldBack
from shared.messaging.kafka.resting import ring
from shared.messaging.outgoing import OutgoingRecord

LOGGER: Final = logging.getLogger(__name__)

_POSITIVE: Final = 0x7FFFFFFF


class RecordTooLarge(ValueError):
    """The record can never be sent; it and what follows it on its partition stay where they are."""


@lru_cache(maxsize=65_536)
def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key, as Kafka's own clients choose it (murmur2)."""
    return (int(murmur2(key)) & _POSITIVE) % partitions


class Producer:
    """Publishes records to topics whose number of partitions is known beforehand.

    `partitions` maps every topic that may be published to onto its number of partitions. `hold_back` is for brokers
    with limited memory. After `ack_timeout_s` without an answer a send counts as unknown, which is reported as not
    acknowledged; nothing more is handed over for that partition until the answer comes.
    `hold_patience_s` bounds how long one call waits for slow readers before it reports the rest as not sent.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        partitions: Mapping[str, int],
        *,
        client_id: str = "throughline",
        hold_back: HoldBack | None = None,
        ack_timeout_s: float = 10.0,
        hold_patience_s: float = 1.0,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._partitions = dict(partitions)
        self._client_id = client_id
        self._hold_back = hold_back
        self._ack_timeout_s = ack_timeout_s
        self._hold_patience_s = hold_patience_s
        self._connection: ProducerConnection | None = None
        self._renewing = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()
        self._locks: defaultdict[TopicPartition, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._unanswered: dict[TopicPartition, asyncio.Future[Any]] = {}
        self.last_error: Exception | None = None

    @property
    def kafka(self) -> AIOKafkaProducer | None:
        """Return the running aiokafka producer: to read its effective settings, not to send past this class."""
        return self._connection.kafka if self._connection else None

    async def start(self) -> None:
        """Connect and compare the topics with what is configured.

        Raises:
            PartitionMismatch: a topic is missing or has another number of partitions.
            aiokafka.errors.KafkaError, TimeoutError: the broker cannot be reached.
        """
        self._connection = await self._open()

    async def stop(self) -> None:
        """Send what is in progress, for at most `ack_timeout_s` seconds, and close."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close(self._ack_timeout_s)
        await asyncio.gather(*self._closing)

    async def _open(self) -> ProducerConnection:
        return await ProducerConnection.open(
            self._bootstrap_servers, self._partitions, client_id=self._client_id, timeout_s=self._ack_timeout_s
        )

    async def publish(self, records: Sequence[OutgoingRecord]) -> list[bool]:
        """Send the records; return for each, in the order given, whether the broker acknowledged it.

        Within one partition the first failure ends the sending: True is never followed by a gap. A failure of
        the broker is not raised: it is logged and kept in `last_error`; what was not acknowledged must be sent again.

        Raises:
            KeyError: a record names a topic that is not configured.
        """
        acknowledged = [False] * len(records)
        by_partition: defaultdict[TopicPartition, list[int]] = defaultdict(list)
        for index, record in enumerate(records):
            partition = partition_of(record.key, self._partitions[record.topic])
            by_partition[TopicPartition(record.topic, partition)].append(index)
        await asyncio.gather(
            *(
                self._publish_to(at, [records[i] for i in wanted], wanted, acknowledged)
                for at, wanted in by_partition.items()
            )
        )
        return acknowledged

    async def _publish_to(
        self, at: TopicPartition, records: list[OutgoingRecord], indexes: list[int], acknowledged: list[bool]
    ) -> None:
        lock = self._locks[at]
        try:
            async with asyncio.timeout(self._ack_timeout_s):
                await lock.acquire()
        except TimeoutError as error:
            self._note(at, error)
            return
        sent = 0
        try:
            while sent < len(records):
                count = await self._send_one_batch(at, records[sent:])
                if count == 0:
                    return
                for index in indexes[sent : sent + count]:
                    acknowledged[index] = True
                sent += count
                ring(self._bootstrap_servers, [at.topic])
        except (KafkaError, OSError, TimeoutError, PartitionMismatch, RecordTooLarge, AssertionError) as error:
            # AssertionError is aiokafka's way to say that its metadata lacks the partition just now.
            self._note(at, error)
        finally:
            lock.release()

    async def _send_one_batch(self, at: TopicPartition, records: Sequence[OutgoingRecord]) -> int:
        """Return how many records were acknowledged: as many as fitted into one batch, or none."""
        await self._wait_for_answer(at)
        connection = await self._usable_connection()
        batch, count = _fill_batch(connection, records)
        reserved, hold_back = int(batch.size()), self._hold_back
        if hold_back is not None and not await hold_back.admit(
            at.topic, at.partition, reserved, patience_s=self._hold_patience_s
        ):
            return 0

        def when_answered(answer: asyncio.Future[Any]) -> None:
            if self._unanswered.get(at) is answer:
                del self._unanswered[at]
            if hold_back is None:
                return
            if answer.cancelled() or answer.exception() is not None:
                hold_back.release(at.topic, at.partition, reserved)
            else:
                stored = (int(answer.result().offset), count, int(batch.size()))
                hold_back.settle(at.topic, at.partition, reserved, stored=stored)

        try:
            async with asyncio.timeout(self._ack_timeout_s):
                self._unanswered[at] = await connection.send(batch, at, when_answered)
        except BaseException:
            if hold_back is not None:
                hold_back.release(at.topic, at.partition, reserved)
            raise
        await self._wait_for_answer(at)
        return count

    async def _wait_for_answer(self, at: TopicPartition) -> None:
        answer = self._unanswered.get(at)
        if answer is None:
            return
        # Not wait_for: the batch cannot be called back, so its answer must outlive this wait.
        await asyncio.wait([answer], timeout=self._ack_timeout_s)
        if not answer.done() or answer.cancelled():
            message = f"no answer from the broker within {self._ack_timeout_s} s"
            raise TimeoutError(message)
        answer.result()

    async def _usable_connection(self) -> ProducerConnection:
        async with self._renewing:
            connection = self._connection
            if connection is None:
                message = "the producer is not started, or stopped"
                raise ProducerClosed(message)
            if connection.retired:
                LOGGER.warning("the producer is renewed after %r", self.last_error)
                fresh = await self._open()
                self._connection = fresh
                # What the old one still has under way on other partitions is waited for there, partition by partition.
                closing = asyncio.create_task(connection.close(self._ack_timeout_s))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
                return fresh
            return connection

    def _note(self, at: TopicPartition, error: Exception) -> None:
        self.last_error = error
        LOGGER.warning("%s [%s]: some records were not sent: %r", at.topic, at.partition, error)


def _fill_batch(connection: ProducerConnection, records: Sequence[OutgoingRecord]) -> tuple[BatchBuilder, int]:
    """Return a batch of the first records, and how many fitted into it."""
    batch: BatchBuilder = connection.kafka.create_batch()
    for count, record in enumerate(records):
        # Headers and key are a few hundred bytes; adding them up for every record would cost more than it is worth.
        size = len(record.value)
        if size > MAX_RECORD_BYTES:
            if count:
                return batch, count
            message = f"a record of {size} bytes for {record.topic} cannot be sent; the limit is {MAX_RECORD_BYTES}"
            raise RecordTooLarge(message)
        added = batch.append(  # pyright: ignore[reportUnknownMemberType]
            timestamp=record.timestamp_ms, key=record.key, value=record.value, headers=list(record.headers)
        )
        if added is None:
            return batch, count
    return batch, len(records)

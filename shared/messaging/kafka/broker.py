"""FastStream, set up so that it loses nothing: batches of untouched records, offsets committed after the handler."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.message import StreamMessage

from shared.messaging.kafka.resting import Bell, resting
from shared.messaging.kafka.unreadable import careful

LOGGER: Final = logging.getLogger(__name__)

MAX_RECORDS: Final = 500


class Timing(NamedTuple):
    """How a consumer waits, all in milliseconds.

    Attributes:
        poll: how long a poll waits for records.
        fetch_wait: how long the broker may keep an empty fetch open.
        session: a member that has sent no heartbeat for this long loses its place in the group.
        heartbeat: how often a member sends one, and is told whether its group changes.
    """

    poll: int
    fetch_wait: int
    session: int
    heartbeat: int


TIMING: Final = Timing(poll=500, fetch_wait=500, session=6_000, heartbeat=1_000)
"""For a real broker. It answers a fetch as soon as there is a record, and accepts no session under 6 s by default
(`group.min.session.timeout.ms`): a killed member's partitions have another owner after 6 to 7 s."""

TIMING_EMBEDDED: Final = Timing(poll=20, fetch_wait=4, session=10_000, heartbeat=3_000)
"""The embedded broker answers an empty fetch only when the wait has passed, even if a record arrives meanwhile: so the
wait is short, and a consumer that finds nothing rests until something is published (`resting`).

Its only members live in one process: nobody else waits for their partitions, and one that was busy should stay in its
group."""

REDELIVERY_PAUSE_S: Final = 0.2

_FASTSTREAM_LOGGER: Final = logging.getLogger(f"{__name__}.faststream")
# It warns at each start that a consuming broker creates no topics, which is what we want of it.
_FASTSTREAM_LOGGER.addFilter(lambda line: "Topic creation is skipped" not in line.getMessage())

Records = tuple[ConsumerRecord[Any, Any], ...]
Handler = Callable[[Sequence[ConsumerRecord[Any, Any]]], Awaitable[None]]
"""Receives the records of one poll, of several partitions, in order within each; keys and values are bytes or None."""


def make_broker(bootstrap_servers: str, *, client_id: str) -> KafkaBroker:
    """Return a broker for consuming only; what is sent goes through `shared.messaging.kafka.producer`.

    Nothing is connected until its `start()`. Give it subscribers by `subscribe`.
    """
    return KafkaBroker(
        bootstrap_servers,
        client_id=client_id,
        consumer_only=True,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_decode_nothing,
        apply_types=False,
        logger=_FASTSTREAM_LOGGER,
        log_level=logging.DEBUG,
    )


def subscribe(
    broker: KafkaBroker,
    *topics: str,
    group: str,
    instance: str | None,
    handler: Handler,
    timing: Timing,
    polled: Callable[[], None] = lambda: None,
    bell: Bell | None = None,
) -> BatchSubscriber:
    """Consume these topics in `group`, at most `MAX_RECORDS` records per call of `handler`.

    Offsets are committed when the handler returns. When it raises, every partition of the batch is rewound and the
    records are delivered again after `REDELIVERY_PAUSE_S` seconds, without limit: parking what cannot be processed is
    up to the handler. Call the broker's `stop()` even if its `start()` raised, or what was opened stays open.

    `polled` is called before each poll; the time of the last call tells a consumer that hangs from an idle one. With a
    `bell` the consumer rests while there is nothing to read.

    `instance` is this member's permanent name in the group (static membership): after a restart under the same name it
    has its partitions again without a rebalance. With None the member leaves when it stops. The embedded broker knows
    no static members; there every rebalance, and so every restart, takes `timing.session` less one second.
    """

    async def parse(records: Records) -> StreamMessage[Any]:
        # FastStream's parser decodes all headers as UTF-8; a batch that it cannot parse is not rewound, and so is lost.
        return _Batch(raw_message=records, body=records, consumer=subscriber.consumer)

    subscriber: BatchSubscriber = broker.subscriber(
        *topics,
        batch=True,
        group_id=group,
        group_instance_id=None if instance is None else f"{group}-{instance}",
        max_records=MAX_RECORDS,
        fetch_max_wait_ms=timing.fetch_wait,
        session_timeout_ms=timing.session,
        heartbeat_interval_ms=timing.heartbeat,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        parser=parse,
        decoder=_decode_nothing,
        no_reply=True,
    )

    async def deliver(records: Records) -> None:
        try:
            await handler(records)
        except Exception:
            # Without a pause, a handler that fails at once would spin on the same batch.
            await asyncio.sleep(REDELIVERY_PAUSE_S)
            raise

    subscriber(deliver)

    async def poll(consumer: Any) -> Records:  # noqa: ANN401 - aiokafka's, untyped
        # FastStream's own poll sleeps after it found nothing, in which a record would wait.
        found = await consumer.getmany(timeout_ms=timing.poll, max_records=MAX_RECORDS)
        return tuple(record for records in found.values() for record in records)

    # FastStream has no hook between the client's poll and the handler.
    kept = careful(poll, polled)
    subscriber.get_msg = kept if bell is None else resting(kept, bell)  # type: ignore[assignment]
    return subscriber


async def _decode_nothing(message: StreamMessage[Any]) -> Any:  # noqa: ANN401 - FastStream's own signature
    return message.raw_message


class _Batch(KafkaMessage):
    """The records of one poll, acknowledged or rewound as a whole.

    FastStream's own message commits whatever position the consumer has, and stops rewinding at the first partition
    that was taken away meanwhile, which skips the records of the partitions after it. This one does neither.
    """

    raw_message: Records
    consumer: Any  # aiokafka's, whose methods carry no types

    def __init__(self, *, consumer: Any, **fields: Any) -> None:  # noqa: ANN401 - FastStream's own signature
        super().__init__(consumer=consumer, **fields)
        self.committed = None

    async def ack(self) -> None:
        if self.committed is None:
            ends = self._offsets(self.raw_message)
            if ends:
                await self._commit({at: offset + 1 for at, offset in ends.items()})
        await super().ack()

    async def _commit(self, offsets: dict[TopicPartition, int]) -> None:
        try:
            await self.consumer.commit(offsets)
        except KafkaError as error:
            # The group moved on without us; whoever has these partitions now gets the records again.
            LOGGER.warning("offsets were not committed, the records will be delivered again: %r", error)

    async def nack(self) -> None:
        if self.committed is None:
            for at, offset in self._offsets(reversed(self.raw_message)).items():
                self.consumer.seek(at, offset)
        await super().nack()

    def _offsets(self, records: Iterable[ConsumerRecord[Any, Any]]) -> dict[TopicPartition, int]:
        """Return the offset of the last of `records` per partition, of those that are still ours."""
        # Plain pairs, as one TopicPartition per record would cost a tenth of the whole consuming.
        last = {(record.topic, record.partition): record.offset for record in records}
        ours = self.consumer.assignment()
        return {at: offset for pair, offset in last.items() if (at := TopicPartition(*pair)) in ours}

    async def reject(self) -> None:
        """Rewind: no record is dropped here."""
        await self.nack()

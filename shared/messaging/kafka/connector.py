"""A service's connection to Kafka: kept up for as long as the service runs, however often the broker goes away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from typing import Any, Final, Protocol

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from shared.eventsourcing.definition import Definition
from shared.messaging.kafka.broker import TIMING, TIMING_EMBEDDED, make_broker, subscribe
from shared.messaging.kafka.connection import PartitionMismatch
from shared.messaging.kafka.holdback import HoldBack
from shared.messaging.kafka.offsets import Offsets
from shared.messaging.kafka.producer import Producer
from shared.messaging.kafka.resting import Bell
from shared.messaging.outgoing import OutgoingRecord
from shared.messaging.parse import Raw
from shared.messaging.processor import Processor

_RETRY_SECONDS: Final = (0.2, 1.0, 3.0)
_ANSWER_SECONDS: Final = 2.0
log = logging.getLogger(__name__)


class KafkaSettings(Protocol):
    """What of a service's settings is about Kafka; see `shared.hosting.settings`."""

    broker: str
    instance: str
    partitions: int
    embedded: bool
    readers: dict[str, tuple[str, ...]]


class KafkaConnector:
    """Produces and consumes for one service. `why_not` says what is missing, empty when both are up.

    `refused` says which topics are missing or have another number of partitions, empty when all are as they should be.
    """

    def __init__(self, definition: Definition, settings: KafkaSettings) -> None:
        self._name = definition.name
        self._settings = settings
        self._topics = tuple(definition.sources)
        self._hold_back = HoldBack(settings.broker, settings.readers) if settings.embedded else None
        # Those it reads too: equal numbers everywhere keep a complaint with one member of each group.
        partitions = dict.fromkeys((*definition.topics, *self._topics), settings.partitions)
        self._producer = Producer(
            settings.broker, partitions, client_id=f"throughline-{definition.name}", hold_back=self._hold_back
        )
        self._offsets = Offsets(settings.broker)
        self._broker: KafkaBroker | None = None
        self._consumer: Any = None  # aiokafka types its methods only in part
        self._producing = False
        self._polled: float | None = None
        self.why_not = "not connected yet"
        self.refused = ""

    async def publish(self, records: Sequence[OutgoingRecord]) -> list[bool]:
        """Send what can be sent; nothing while the broker was never reached."""
        if not self._producing:
            return [False] * len(records)
        return await self._producer.publish(records)

    async def run(self, processor: Processor) -> None:
        """Connect, and keep trying while the broker is away; returns when both ways are up."""
        tries = 0
        while True:
            try:
                if not self._producing:
                    await self._producer.start()
                    self._producing, self.refused = True, ""
                await self._consume(processor)
            except Exception as error:  # noqa: BLE001 - whatever the client raises, the broker is not there yet
                self.refused = str(error) if isinstance(error, PartitionMismatch) else ""
                self.why_not = self.refused or f"broker {self._settings.broker}: {error!r}"
                log.warning("%s waits for the broker: %s", self._name, self.refused or repr(error))
                await asyncio.sleep(_RETRY_SECONDS[min(tries, len(_RETRY_SECONDS) - 1)])
                tries += 1
            else:
                self.why_not = ""
                return

    async def _consume(self, processor: Processor) -> None:
        broker = make_broker(self._settings.broker, client_id=f"throughline-{self._name}")

        async def handle(records: Sequence[ConsumerRecord[Any, Any]]) -> None:
            await processor.handle([_raw(record) for record in records])

        subscriber = subscribe(
            broker,
            *self._topics,
            group=self._name,
            instance=self._settings.instance or None,
            handler=handle,
            timing=TIMING_EMBEDDED if self._settings.embedded else TIMING,
            polled=self._asked,
            bell=Bell(self._settings.broker, self._topics) if self._settings.embedded else None,
        )
        try:
            await broker.start()
        except BaseException:
            with contextlib.suppress(Exception):
                await broker.stop()
            raise
        self._broker, self._consumer = broker, subscriber.consumer

    def _asked(self) -> None:
        self._polled = time.monotonic()

    @property
    def poll_age(self) -> float | None:
        """Seconds since the consumer last asked for records; None before it first did.

        While a batch is being applied nobody asks, so this grows where that hangs.
        """
        return None if self._polled is None else time.monotonic() - self._polled

    async def lag(self) -> int:
        """Return how many records the service has not committed yet, whichever of its instances has them.

        1 where the broker does not say: then nobody knows that nothing is left.
        """
        consumer: Any = self._consumer
        if consumer is None:
            return 1
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                there = {topic: consumer.partitions_for_topic(topic) or () for topic in self._topics}
                partitions = [TopicPartition(topic, number) for topic, numbers in there.items() for number in numbers]
                ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
                done = await self._offsets.committed(self._name, partitions)
        except (KafkaError, OSError, TimeoutError):
            return 1
        return sum(max(0, end - done.get(at, 0)) for at, end in ends.items())

    async def silence(self) -> str:
        """Ask the broker something small; returns why there was no answer within seconds, empty where there was."""
        consumer: Any = self._consumer
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                if consumer is not None:
                    await consumer.topics()
        except (KafkaError, OSError, TimeoutError) as error:
            return f"{self._settings.broker} does not answer: {error!r}"
        return ""

    async def stop(self) -> None:
        """Leave the group, then send what is under way."""
        self.why_not = "stopping"
        if self._broker is not None:
            await self._broker.stop()
            self._broker = self._consumer = None
        if self._producing:
            self._producing = False
            await self._producer.stop()
        await self._offsets.stop()
        if self._hold_back is not None:
            await self._hold_back.stop()

    @property
    def last_error(self) -> Exception | None:
        """What the last failed send met."""
        return self._producer.last_error


def _raw(record: ConsumerRecord[Any, Any]) -> Raw:
    return Raw(record.topic, record.partition, record.offset, record.key or b"", record.value or b"", record.headers)

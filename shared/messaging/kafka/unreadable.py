"""Records that the Kafka client itself cannot read, e.g. because a header name is not UTF-8.

Such a record ends the client's poll with the same error every time, and what the poll had already taken from other
partitions is lost. Here the partitions are rewound and read one by one, and an unreadable record is replaced by one
without key, value and headers, which the processor finds broken and parks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError

LOGGER: Final = logging.getLogger(__name__)

Poll = Callable[[Any], Coroutine[Any, Any, tuple[ConsumerRecord[Any, Any], ...]]]
"""Takes the consumer, returns the records of one poll."""

_MOST_RECORDS: Final = 500
_READ_MS: Final = 200


def careful(poll: Poll, before: Callable[[], None] = lambda: None) -> Poll:
    """Return a poll that loses nothing when it fails and gets past what cannot be read.

    Args:
        before: called at each poll.

    Raises:
        aiokafka.errors.KafkaError: as `poll` does; every partition stands where its offset was committed.
    """

    async def polled(consumer: Any) -> tuple[ConsumerRecord[Any, Any], ...]:  # noqa: ANN401 - aiokafka's, untyped
        before()
        try:
            return await poll(consumer)
        except ConsumerStoppedError:
            raise
        except KafkaError:
            await _rewind(consumer)
            raise
        except Exception as error:  # noqa: BLE001 - whatever the client's parser raises
            LOGGER.warning("a record cannot be read: %r", error)
            await _rewind(consumer)
            return await _one_partition(consumer)

    return polled


async def _rewind(consumer: Any) -> None:  # noqa: ANN401 - aiokafka's, untyped
    """Every batch is committed before the next poll, so the committed offset is where to go on."""
    for at in consumer.assignment():
        offset = await consumer.committed(at)
        if offset is None:
            await consumer.seek_to_beginning(at)
        else:
            consumer.seek(at, offset)


async def _one_partition(consumer: Any) -> tuple[ConsumerRecord[Any, Any], ...]:  # noqa: ANN401 - aiokafka's, untyped
    """Return the next records of the first partition that has any, the first unreadable one replaced."""
    for at in sorted(consumer.assignment()):
        records: list[ConsumerRecord[Any, Any]] = []
        try:
            while len(records) < _MOST_RECORDS:
                got = await consumer.getmany(at, timeout_ms=_READ_MS, max_records=1)
                if not got:
                    break
                records += got[at]
        except KafkaError:
            raise
        except Exception:  # noqa: BLE001 - this is the one
            offset = await consumer.position(at)
            records.append(_stand_in(at, offset))
            consumer.seek(at, offset + 1)
        if records:
            return tuple(records)
    return ()


def _stand_in(at: TopicPartition, offset: int) -> ConsumerRecord[Any, Any]:
    return ConsumerRecord(
        topic=at.topic,
        partition=at.partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=None,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=(),
    )

"""What the measured paths handle: events of one toy aggregate per complaint, on a broker in a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from shared.contracts import topics
from shared.contracts.envelope import Envelope
from shared.contracts.routing import StepConfirmed
from shared.messaging.kafka.embedded import EmbeddedBroker
from shared.messaging.kafka.producer import Producer
from shared.messaging.outgoing import OutgoingRecord

PARTITIONS = 12
PER_COMPLAINT = 4
IN, OUT = topics.ROUTING, topics.DEPARTMENTS


def _broker(pipe: Connection) -> None:
    with EmbeddedBroker.start([IN, OUT], partitions=PARTITIONS) as broker:
        pipe.send(broker.bootstrap_servers)
        pipe.recv()


@contextmanager
def broker() -> Iterator[str]:
    """Run a broker outside the measured process; yields its bootstrap servers."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_broker, args=(there,))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("stop")
        process.join()


def records(count: int) -> list[OutgoingRecord]:
    """Return so many events, `PER_COMPLAINT` of each complaint, about 300 bytes each with their headers."""
    at = datetime.now(UTC)
    made: list[OutgoingRecord] = []
    for seq in range(1, PER_COMPLAINT + 1):
        for number in range(count // PER_COMPLAINT):
            key = f"complaint-{number:08d}"
            event = StepConfirmed(at=at, by="carrier", step="last-mile", department="carrier")
            envelope = Envelope(
                id=f"triage/{key}:{seq}",
                source="/routing",
                type=StepConfirmed.type_name(),
                time=at.isoformat(),
                subject=key,
                sequence=seq,
                causation="command:bench",
                correlation=key,
            )
            value = event.model_dump_json().encode()
            made.append(OutgoingRecord(IN, key.encode(), value, envelope.headers(), int(at.timestamp() * 1000)))
    return made


async def fill(bootstrap: str, count: int) -> None:
    """Publish the events before anybody measures."""
    producer = Producer(bootstrap, {IN: PARTITIONS})
    await producer.start()
    acks = await producer.publish(records(count))
    await producer.stop()
    assert all(acks), "the broker refused events"


def filled(bootstrap: str, count: int) -> None:
    """Like `fill`, from synchronous code."""
    asyncio.run(fill(bootstrap, count))

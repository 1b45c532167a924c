"""One record that no service can read, put on a topic on purpose: it has to be parked, and nothing else has to wait."""

from __future__ import annotations

from typing import Any, Final

from aiokafka import AIOKafkaProducer

from services import readers
from shared.contracts import topics

TOPIC: Final = topics.DEPARTMENTS
KEY: Final = "a-broken-record"
_BYTES: Final = b"\x00\xff this is no event"

Place = tuple[str, str, int, int]
"""Service, topic, partition, offset."""


async def put_broken_record(bootstrap_servers: str) -> list[Place]:
    """Publish it; returns where every service that reads the topic must have parked it."""
    producer: Any = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        sent = await producer.send_and_wait(TOPIC, _BYTES, key=KEY.encode())
    finally:
        await producer.stop()
    return [(service, TOPIC, int(sent.partition), int(sent.offset)) for service in readers()[TOPIC]]

"""Records that no reader can read, and copies of records that all have read, put on the topics by somebody else."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from services import readers
from shared.messaging.parse import Raw
from shared.testing.simulator.poison import broken
from tests.chaos.cluster import Position


async def put_poison(bootstrap: str, keys: Sequence[str], rng: random.Random) -> list[Position]:
    """Publish a broken record per key on some topic; returns where each reader must have parked it."""
    topics = [topic for topic, found in readers().items() if found]
    places: list[Position] = []
    producer: Any = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        for key in keys:
            topic = rng.choice(topics)
            value, headers = broken(rng, key)
            sent = await producer.send_and_wait(topic, value, key=key.encode(), headers=headers)
            places += [(reader, topic, int(sent.partition), int(sent.offset)) for reader in readers()[topic]]
    finally:
        await producer.stop()
    return places


async def put_again(bootstrap: str, records: Sequence[Raw]) -> None:
    """Publish copies, byte for byte, each on its partition."""
    producer: Any = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        for raw in records:
            await producer.send_and_wait(
                raw.topic, raw.value, key=raw.key, headers=list(raw.headers), partition=raw.partition
            )
    finally:
        await producer.stop()

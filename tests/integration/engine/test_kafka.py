import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka import KafkaException

from shared.messaging.kafka.producer import Producer
from shared.messaging.outgoing import OutgoingRecord
from tests.engine.choice import Engine
from tests.engine.kafka import Kafka

TOPIC = "kept-on-disk"


@pytest.fixture
def kafka(real: Engine) -> Kafka:
    if real.broker.kafka is None:
        pytest.skip(reason=f"the {real.kind} engine is not ours to kill: only the local one is")
    return real.broker.kafka


async def stored(kafka: Kafka) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap)
    await consumer.start()
    try:
        return sum((await consumer.end_offsets([TopicPartition(TOPIC, n) for n in range(4)])).values())
    finally:
        await consumer.stop()


def records(count: int) -> list[OutgoingRecord]:
    return [OutgoingRecord(TOPIC, b"%d" % n, b"x" * 200, (), 1) for n in range(count)]


async def test_kill9_keeps_what_it_acknowledged_and_a_producer_goes_on_afterwards(real: Engine, kafka: Kafka) -> None:
    real.create_topics({TOPIC: 4})
    address, before = kafka.bootstrap, kafka.pid
    producer = Producer(kafka.bootstrap, {TOPIC: 4})
    await producer.start()
    try:
        assert all(await producer.publish(records(2_000)))
        kafka.kill()
        await asyncio.to_thread(kafka.start_again)
        assert (kafka.bootstrap, kafka.pid != before) == (address, True)
        assert await stored(kafka) == 2_000
        async with asyncio.timeout(60):
            while not all(await producer.publish(records(1))):
                pass
    finally:
        await producer.stop()
    assert await stored(kafka) >= 2_001
    real.delete_topics([TOPIC])


async def test_suspended_it_answers_nothing_and_resumed_it_does(real: Engine, kafka: Kafka) -> None:
    kafka.suspend()
    try:
        with pytest.raises(KafkaException):
            await asyncio.to_thread(real.admin.list_topics, timeout=1.0)
    finally:
        kafka.resume()
    assert len((await asyncio.to_thread(real.admin.list_topics, timeout=30.0)).brokers) == 1

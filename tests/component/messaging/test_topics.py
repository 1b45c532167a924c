"""Reading topics from offset 0, of as many partitions as there are."""

from __future__ import annotations

from aiokafka import AIOKafkaProducer

from shared.messaging.kafka.embedded import EmbeddedBroker
from shared.testing.topics import read_and_cut, read_everything


async def test_all_records_of_all_partitions_come_in_order_and_nothing_is_needed_to_know_how_many_there_are() -> None:
    with EmbeddedBroker.start() as broker:
        broker.create_topics(["seven"], partitions=7)
        broker.create_topics(["empty"], partitions=2)
        kafka = AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers)
        await kafka.start()
        try:
            for number in range(70):
                await kafka.send("seven", b"%d" % number, partition=number % 7, headers=[("n", b"%d" % number)])
            await kafka.flush()
        finally:
            await kafka.stop()
        found = await read_everything(broker.bootstrap_servers, ["seven", "empty"])
        assert len(found) == 70
        for partition in range(7):
            mine = [raw for raw in found if raw.partition == partition]
            assert [raw.offset for raw in mine] == list(range(10))
            assert [raw.value for raw in mine] == [b"%d" % number for number in range(partition, 70, 7)]
        assert found[0].headers == (("n", found[0].value),)
        again, cut = await read_and_cut(broker.bootstrap_servers, ["seven"])
        assert (sorted(again), cut) == (sorted(found), frozenset())
        assert await read_everything(broker.bootstrap_servers, ["empty"]) == []

"""A record that the Kafka client itself cannot read is on a topic."""

from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from services.routing import main
from shared.contracts.topics import INTAKE, PARTITIONS_EMBEDDED
from shared.messaging.kafka.producer import partition_of
from shared.testing.harness import Stage, staged
from tests.component.says import NOW, registered
from tests.component.stages import names, new_id
from throughline.app.clock import SteppedClock


class _NoText(str):
    """A header name that is written as bytes which are no UTF-8."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


async def _write_unreadable(stage: Stage, partition: int, copies: int = 1) -> None:
    producer: Any = AIOKafkaProducer(bootstrap_servers=stage.broker.bootstrap_servers)
    await producer.start()
    batch = producer.create_batch()
    # The client's fast builder takes text only; its slow twin writes what it is given.
    batch._builder = _DefaultRecordBatchBuilderPy(
        magic=2,
        compression_type=0,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=100_000,
    )
    for _ in range(copies):
        batch.append(timestamp=0, key=b"k", value=b"{}", headers=[(_NoText("x"), b"y")])
    batch.close()
    await (await producer.send_batch(batch, INTAKE, partition=partition))
    await producer.stop()


async def test_it_is_parked_and_every_complaint_flows(tmp_path: Path) -> None:
    async with staged(main, tmp_path, SteppedClock(NOW)) as stage:
        every = [new_id() for _ in range(60)]
        stuck = partition_of(every[0].encode(), PARTITIONS_EMBEDDED)
        await stage.publish([stage.record(about, registered(about)) for about in every[:30]])
        await _write_unreadable(stage, stuck, copies=2)
        await stage.publish([stage.record(about, registered(about)) for about in every[30:]])
        published = await stage.published()
        assert sorted(one.key for one in published) == every
        assert set(names(published)) == {"ComplaintTriaged"}
        parked = await stage.service.store.parked_list()
        assert [(one.topic, one.partition) for one in parked] == [(INTAKE, stuck)] * 2
        assert parked[0].permanent

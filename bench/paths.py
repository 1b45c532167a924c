"""Three ways to handle the same events, each run in a process of its own: `python -m bench.paths NAME BOOTSTRAP COUNT`.

Prints {"cpu": seconds, "wall": seconds} from the first record to the last effect.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from faststream.kafka import KafkaBroker, KafkaMessage
from pydantic import BaseModel, TypeAdapter

from bench.load import IN, OUT, PARTITIONS
from shared.contracts.departments import RESOLUTIONS
from shared.contracts.routing import StepConfirmed
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.definition import Definition, Listen
from shared.hosting.service import Service
from shared.hosting.settings import ServiceSettings
from shared.store.sqlite import SqliteStore


class Stopwatch:
    """Processor and wall time between the first and the last of what is counted."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._start: tuple[float, float] | None = None
        self.done = asyncio.Event()
        self.result: dict[str, float] = {}

    def begin(self) -> None:
        if self._start is None:
            self._start = (time.process_time(), time.perf_counter())

    def count(self, how_many: int) -> None:
        self.begin()
        self._left -= how_many
        if self._left <= 0 and not self.done.is_set():
            assert self._start is not None
            cpu, wall = self._start
            self.result = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
            self.done.set()


async def _loop(bootstrap: str, count: int, *, answer: bool) -> dict[str, float]:
    watch = Stopwatch(count)
    consumer = AIOKafkaConsumer(
        IN, bootstrap_servers=bootstrap, group_id="raw", auto_offset_reset="earliest", enable_auto_commit=False
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=2)
    await producer.start()
    await consumer.start()
    while not watch.done.is_set():
        batches = await consumer.getmany(timeout_ms=100, max_records=500)
        if not batches:
            continue
        watch.begin()
        if answer:
            records = [record for batch in batches.values() for record in batch]
            sent = [
                await producer.send(OUT, record.value, record.key, headers=list(record.headers)) for record in records
            ]
            await asyncio.gather(*sent)
        await consumer.commit()
        watch.count(sum(len(batch) for batch in batches.values()))
    await consumer.stop()
    await producer.stop()
    return watch.result


async def consume(bootstrap: str, count: int) -> dict[str, float]:
    """aiokafka's batch loop: fetch, commit the offsets. No logic, no effect."""
    return await _loop(bootstrap, count, answer=False)


async def raw(bootstrap: str, count: int) -> dict[str, float]:
    """aiokafka's batch loop with the same traffic and no logic: fetch, send each record on, commit the offsets."""
    return await _loop(bootstrap, count, answer=True)


async def tutorial(bootstrap: str, count: int) -> dict[str, float]:
    """What the tutorials show: one message, one validated model, one durable insert, one awaited publish."""
    watch = Stopwatch(count)
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "tutorial.db")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE handled (id TEXT PRIMARY KEY, body TEXT)")
        broker = KafkaBroker(bootstrap, logger=None)

        @broker.subscriber(IN, group_id="tutorial", auto_offset_reset="earliest")
        async def handle(event: StepConfirmed, message: KafkaMessage) -> None:
            watch.begin()
            database.execute("INSERT INTO handled VALUES (?, ?)", (message.headers["ce_id"], event.model_dump_json()))
            database.commit()
            await broker.publish(event, OUT, key=b"key")
            watch.count(1)

        await broker.start()
        await watch.done.wait()
        await broker.stop()
        database.close()
    return watch.result


class Counted(BaseModel):
    """The toy state."""

    seen: int = 0


def toy() -> Definition:
    """Return a service that answers every event with one of its own."""

    def decide(_state: Counted, command: datetime) -> list[StepConfirmed]:
        return [StepConfirmed(at=command, by="carrier", step="last-mile", department="carrier")]

    decider: Decider[Counted, datetime] = Decider(
        stream=RESOLUTIONS,
        initial=Counted(),
        decide=decide,
        evolve=lambda state, _event: Counted(seen=state.seen + 1),
        is_terminal=lambda _state: False,
        state=TypeAdapter(Counted),
        index=lambda _state: {"status": "open"},
        next_due=lambda _state: None,
    )
    listen: Listen[StepConfirmed] = Listen(StepConfirmed, lambda incoming: incoming.now)
    return Definition("departments", [RESOLUTIONS], [listen], deciders=[decider])


async def full(bootstrap: str, count: int) -> dict[str, float]:
    """The runtime: consume, de-duplicate, decide, commit, publish, mark, offsets."""
    gc.set_threshold(50_000, 20, 50)
    watch = Stopwatch(count)
    with tempfile.TemporaryDirectory() as folder:
        settings = ServiceSettings(broker=bootstrap, store="", partitions=PARTITIONS)
        service = Service(toy(), settings, SqliteStore(Path(folder) / "full.db"), lambda _service: [])
        handle = service.processor.handle

        async def first(raws: object) -> None:
            watch.begin()
            await handle(raws)  # type: ignore[arg-type]

        service.processor.handle = first  # type: ignore[method-assign,assignment]
        await service.start()
        while service.store and not watch.done.is_set():
            await asyncio.sleep(0.005)
            if service.processor.handled >= count and service.relay.queued == 0:
                watch.count(count)
        await service.stop()
    return watch.result


PATHS: dict[str, Callable[[str, int], Awaitable[dict[str, float]]]] = {
    "consume": consume,
    "raw": raw,
    "tutorial": tutorial,
    "full": full,
}

if __name__ == "__main__":
    logging.disable(logging.WARNING)
    name, servers, number = sys.argv[1:]
    print(json.dumps(asyncio.run(PATHS[name](servers, int(number)))))  # type: ignore[arg-type]

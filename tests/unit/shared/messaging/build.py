"""One small service on a memory store in virtual time, and the records it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, Self

from shared.contracts import intake
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.topics import INTAKE
from shared.eventsourcing.definition import Definition
from shared.eventsourcing.engine import Engine, Saved
from shared.eventsourcing.execute import Executor
from shared.eventsourcing.timers import Timers
from shared.messaging.antientropy import AntiEntropy
from shared.messaging.outgoing import OutgoingRecord
from shared.messaging.parking import Parking
from shared.messaging.parse import Raw, Reader
from shared.messaging.processor import Processor, coordinates
from shared.messaging.relay import Relay
from shared.messaging.sources import Source
from shared.store.memory import Faults, MemoryData, MemoryStore, Moment
from shared.store.port import StoreUnavailable
from shared.testing.simulator.loop import SimLoop
from shared.testing.simulator.process import EPOCH, SimClock, SimIds
from shared.testing.simulator.toys import definitions
from shared.testing.simulator.toys.commands import Check

PATIENCE: Final = timedelta(seconds=100)
NOON: Final = datetime(2024, 3, 10, 12, tzinfo=UTC)
assert NOON == EPOCH


def virtual(story: Callable[[], Coroutine[Any, Any, None]], seed: int = 0) -> None:
    """Tell a story in virtual time."""
    SimLoop(Random(seed)).run(story())


class Wire:
    """Where records go.

    `refuse` and `silent` name records, as `<id>@<topic>`, that are not taken or not acknowledged.
    """

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.refuse: set[str] = set()
        self.silent: set[str] = set()
        self.calls = 0

    async def publish(self, records: Sequence[OutgoingRecord]) -> list[bool]:
        """Send; nothing after the first failure of a topic."""
        self.calls += 1
        await asyncio.sleep(0)
        acknowledged: list[bool] = []
        failed: set[str] = set()
        for record in records:
            name = f"{Envelope.parse(record.headers).id}@{record.topic}"
            if name in self.refuse or record.topic in failed:
                failed.add(record.topic)
                acknowledged.append(False)
                continue
            self.sent.append(name)
            acknowledged.append(name not in self.silent)
        return acknowledged


class Fuse:
    """Makes decisions fail so many times, each with a new error of the kind."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self.error: Callable[[str], Exception] = RuntimeError
        self.seen: list[str] = []

    def __call__(self, command: object) -> None:
        """Called before each decision."""
        name = type(command).__name__
        self.seen.append(name)
        if self.left.get(name, 0):
            self.left[name] -= 1
            raise self.error(f"{name} fails")


class Rig:
    """The parts of one service; only the engine runs by itself."""

    def __init__(
        self,
        service: str = "departments",
        data: MemoryData | None = None,
        *,
        sources: Mapping[str, Source] | None = None,
        skew: timedelta = timedelta(0),
        fuse: Check | None = None,
        definition: Definition | None = None,
    ) -> None:
        self.fuse = Fuse()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimLoop)
        self.definition: Definition = definition or definitions(fuse or self.fuse, PATIENCE)[service]
        self.data = data or MemoryData()
        self.clock = SimClock(loop, skew)
        self.store = MemoryStore(self.data)
        self.wire = Wire()
        self.saved: list[Saved] = []
        self.engine = Engine(self.definition, self.store, self.clock, self._saved)
        self.relay = Relay(f"/{service}", self.store, self.wire, self.clock, repair=self.engine.refresh)
        self.timers = Timers(self.definition, self.engine, self.store, self.clock)
        self.reader = Reader(self.definition)
        self.sources = sources or {}
        self.processor = Processor(self.reader, self.engine, self.store, self.clock, self.sources)
        self.parking = Parking(self.reader, self.engine, self.processor, self.store, self.clock)
        self.antientropy = AntiEntropy(
            self.definition, self.reader, self.processor, self.store, self.clock, self.sources
        )
        self.execute = Executor(self.engine, SimIds(Random(1)))
        self._tasks: list[asyncio.Task[None]] = []

    async def _saved(self, saved: Saved) -> None:
        self.saved.append(saved)
        await self.relay.offer(saved)
        self.timers.saved(saved)

    async def __aenter__(self) -> Self:
        await self.store.open()
        self.run(self.engine.run())
        return self

    async def __aexit__(self, *_error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def run(self, part: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let a part run until the story ends."""
        task = asyncio.ensure_future(part)
        self._tasks.append(task)
        return task

    def events(self, stream: str) -> list[str]:
        """Return the types in a stream's log, copies left out."""
        seen = {record.id: record.type for c in self.data.log if c.stream == stream for record in c.records}
        return [name.removesuffix(".v1") for name in seen.values()]

    def parked(self) -> list[tuple[str, str, bool]]:
        """Return id, reason and whether a person must act, in order."""
        records = sorted(self.data.parked.values(), key=lambda one: (one.key, one.position))
        return [(record.id, record.reason, record.permanent) for record in records]


def path_of(raw: Raw) -> str:
    """The id under which a record without a readable name is parked."""
    return f"{raw.topic}/{coordinates(raw)}"


def record(event: Event, seq: int, key: str = "c1", *, offset: int | None = None, topic: str = INTAKE) -> Raw:
    """An event of intake as the broker brings it."""
    envelope = Envelope(f"complaint/{key}:{seq}", "/intake", event.type_name(), NOON.isoformat(), key, seq, "command:x")
    value = event.model_dump_json().encode()
    return Raw(topic, 0, seq - 1 if offset is None else offset, key.encode(), value, tuple(envelope.headers()))


def broken(offset: int, key: str = "c1") -> Raw:
    """Bytes that mean nothing."""
    return Raw(INTAKE, 0, offset, key.encode(), b"\xff\xfe", ())


def registered(seq: int = 1, key: str = "c1") -> Raw:
    """The first event of a complaint."""
    event = intake.ComplaintRegistered(at=NOON, by="customer", complaint=key, channel="web", received_at=NOON, text="")
    return record(event, seq, key)


def acknowledged(seq: int = 2, key: str = "c1") -> Raw:
    """The second."""
    return record(intake.ComplaintAcknowledged(at=NOON, by="care", kind="personal", who="care", next="call"), seq, key)


def missed(seq: int, key: str = "c1") -> Raw:
    """Another event that departments hears as it hears an acknowledgement."""
    return record(intake.AcknowledgementMissed(at=NOON, by="system", due=NOON), seq, key)


def answered(seq: int, key: str = "c1") -> Raw:
    """The answer went out."""
    return record(intake.AnswerSent(at=NOON, by="system", stage=1, text="", covers=()), seq, key)


def closed(seq: int, key: str = "c1") -> Raw:
    """The end of a complaint."""
    return record(intake.ComplaintClosed(at=NOON, by="system", learning_code="parcel"), seq, key)


def fails_once(call: str, moment: Moment) -> Faults:
    """A store that fails the first such call at that moment."""
    struck: list[str] = []

    async def faults(name: str, when: Moment) -> None:
        if (name, when) == (call, moment) and not struck:
            struck.append(name)
            raise StoreUnavailable(name)

    return faults


async def wait(seconds: float) -> None:
    """Let virtual time pass."""
    await asyncio.sleep(seconds)

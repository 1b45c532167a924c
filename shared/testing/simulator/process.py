"""One process of one service: the real runtime on simulated ports. It can be killed between any two awaits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from shared.eventsourcing.definition import Definition
from shared.eventsourcing.engine import Engine, Saved
from shared.eventsourcing.execute import Executor
from shared.eventsourcing.timers import Timers
from shared.messaging.antientropy import AntiEntropy
from shared.messaging.parking import Parking
from shared.messaging.parse import Raw, Reader
from shared.messaging.processor import Processor
from shared.messaging.rebuild import drop_rows
from shared.messaging.relay import Relay
from shared.messaging.sources import Copy, Head, Source, SourceUnavailable, StoreSource, Want
from shared.store.memory import MemoryData, MemoryStore
from shared.store.port import Commit, StoreUnavailable
from shared.testing.simulator.broker import Member, SimBroker, SimPublisher
from shared.testing.simulator.loop import SimLoop
from shared.testing.simulator.weather import Weather
from shared.verification import Fired
from shared.verification.clocks import BY_CLOCK, ran_out
from shared.verification.evidence import logged_in

EPOCH: Final = datetime(2024, 3, 10, 12, tzinfo=UTC)
SWEEP_SECONDS: Final = 25.0
LOOK_SECONDS: Final = 25.0
COMPARE_SECONDS: Final = 45.0
_MOST_PER_POLL: Final = 8
_LONGEST_POLL_SECONDS: Final = 0.5
_REDELIVERY_PAUSE_SECONDS: Final = 0.2
_RESTART_SECONDS: Final = 1.0


class SimClock:
    """Virtual time, as a machine shows it whose clock is wrong by `skew`."""

    def __init__(self, loop: SimLoop, skew: timedelta) -> None:
        self._loop = loop
        self._start = EPOCH + skew

    def now(self) -> datetime:
        """Return the instant."""
        return self._start + timedelta(seconds=self._loop.time())

    async def sleep(self, seconds: float) -> None:
        """Sleep in virtual time."""
        await asyncio.sleep(seconds)


class SimIds:
    """Ids from the seed."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def new(self) -> str:
        """Return an id that nobody had before."""
        return f"{self._rng.getrandbits(64):016x}"

    def derived(self, name: str) -> str:
        """Return the id that always belongs to this name."""
        return f"of-{name}"


class SimSource:
    """Another service's log, which does not always answer (`shared.messaging.sources.Source`)."""

    def __init__(self, service: str, store: MemoryStore, weather: Weather) -> None:
        self._service = service
        self._source = StoreSource(f"/{service}", store)
        self._weather = weather

    async def pull(self, wants: Sequence[Want]) -> list[Copy]:
        """Return the wanted events."""
        self._answer()
        return await self._source.pull(wants)

    async def heads(self, after: int, limit: int = 1_000) -> list[Head]:
        """Return heads in log order."""
        self._answer()
        return await self._source.heads(after, limit)

    def _answer(self) -> None:
        if not self._weather.source_answers(self._service):
            raise SourceUnavailable(self._service)


@dataclass(frozen=True, slots=True)
class Ports:
    """What a process is given from outside."""

    loop: SimLoop
    rng: Random
    broker: SimBroker
    weather: Weather
    data: MemoryData
    sources: Mapping[str, Source]
    skew: timedelta
    note: Callable[[str], None]


class Process:
    """Runs one service from `start` until `kill`.

    Attributes:
        zombie: a successor has started, but this one does not know.
        broken: what escaped from a part of the runtime, which in a sound one nothing does.
        fired: the clocks that ran out here, with true instants.
    """

    def __init__(self, name: str, definition: Definition, ports: Ports) -> None:
        self.name = name
        self.definition = definition
        self._ports = ports
        self._tasks: list[asyncio.Task[Any]] = []
        self._member: Member | None = None
        self.zombie = False
        self.broken: list[str] = []
        self.fired: list[Fired] = []
        clock = SimClock(ports.loop, ports.skew)
        self.store = MemoryStore(ports.data, ports.weather.at_store)
        self.engine = Engine(definition, self.store, clock, self._saved)
        publisher = SimPublisher(ports.broker, ports.weather)
        source = f"/{definition.name}"
        self.relay = Relay(
            source, self.store, publisher, clock, repair=self.engine.refresh, sweep_seconds=SWEEP_SECONDS
        )
        self.timers = Timers(definition, self.engine, self.store, clock)
        self.reader = Reader(definition)
        self.processor = Processor(self.reader, self.engine, self.store, clock, ports.sources)
        self.parking = Parking(self.reader, self.engine, self.processor, self.store, clock, look_seconds=LOOK_SECONDS)
        self.antientropy = AntiEntropy(
            definition, self.reader, self.processor, self.store, clock, ports.sources, every_seconds=COMPARE_SECONDS
        )
        self.execute = Executor(self.engine, SimIds(ports.rng))
        self.clock = clock

    async def _saved(self, saved: Saved) -> None:
        self._watch_clocks(saved.commits)
        await self.relay.offer(saved)
        self.timers.saved(saved)

    def _watch_clocks(self, commits: Sequence[Commit]) -> None:
        """Note at which true instant a clock ran out, whatever this process's clock shows."""
        now = EPOCH + timedelta(seconds=self._ports.loop.time())
        for commit in commits:
            if not any(record.cause.startswith(BY_CLOCK) for record in commit.records):
                continue
            for logged in logged_in(self.definition, self._until(commit)):
                clock = ran_out(logged)
                if clock is not None and logged.commit.id == commit.id and logged.record.cause.startswith(BY_CLOCK):
                    self.fired.append(replace(clock, actual=now))

    def _until(self, commit: Commit) -> list[Commit]:
        """Return a stream's commits up to one."""
        data = self._ports.data
        places = sorted(data.streams[commit.stream].items())
        return [data.at(at) for number, at in places if number <= commit.number]

    def start(self) -> None:
        """Begin to run."""
        self.spawn(self._boot())

    async def rebuild(self) -> None:
        """Build the rows anew, as an operator asks for it; it is asked again where the store is away."""
        while True:
            try:
                return await drop_rows(self.definition, self.antientropy, self.store)
            except StoreUnavailable:
                await asyncio.sleep(_RESTART_SECONDS)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run work that dies with this process."""
        task = asyncio.ensure_future(work)
        self._tasks.append(task)
        return task

    def kill(self) -> None:
        """End at once: every task stops at the await where it is, and whatever was in memory is gone."""
        self.fence()
        for task in self._tasks:
            task.cancel()

    def survivors(self) -> list[str]:
        """Return which tasks of a killed process still run: their cancellation was swallowed."""
        return [f"{self.name}: {task.get_coro()} survives its end" for task in self._tasks if not task.done()]

    def fence(self) -> None:
        """Let the group take this member's partitions away without telling it."""
        if self._member is not None:
            self._ports.broker.leave(self._member)

    async def _boot(self) -> None:
        while True:
            try:
                await self.store.open()
                break
            except StoreUnavailable:
                await asyncio.sleep(_RESTART_SECONDS)
        parts: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = (
            self.engine.run,
            self.relay.run,
            self._consume,
            self.timers.run,
            self.parking.run,
            *((self.antientropy.run,) if self._ports.sources else ()),
        )
        for run in parts:
            self.spawn(self._supervise(run))

    async def _supervise(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - this is where it shows
                self.broken.append(f"{self.name}: {run.__qualname__} broke with {error!r}")
                self._ports.note(self.broken[-1])
                await asyncio.sleep(_RESTART_SECONDS)

    async def _consume(self) -> None:
        """As `shared.messaging.kafka.broker` does: commit when the handler returned, rewind when it raised."""
        member = self._member = self._ports.broker.join(self.definition.name, self.definition.sources)
        while True:
            batch = member.poll(1 + int(self._ports.rng.random() * _MOST_PER_POLL))
            if not batch:
                member.wake.clear()
                await member.wake.wait()
                await asyncio.sleep(self._ports.rng.random() * _LONGEST_POLL_SECONDS)
                continue
            await self.deliver(member, batch)

    async def deliver(self, member: Member, batch: Sequence[Raw]) -> None:
        """Hand over one batch; its offsets are committed only when it was handled."""
        try:
            await self.processor.handle(batch)
        except Exception as error:  # noqa: BLE001 - as the broker's own net does
            self._ports.note(f"{self.name} hands a batch back: {error!r}")
            await asyncio.sleep(_REDELIVERY_PAUSE_SECONDS)
            member.rewind(batch)
        else:
            member.commit(batch)

"""Small services on a simulated broker and stores in memory, where one thing goes wrong at one chosen moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import Any, Final, Self

from shared.contracts.topics import INTAKE
from shared.eventsourcing.calls import Call, Outcome
from shared.eventsourcing.definition import Definition
from shared.messaging.parse import Raw
from shared.store.memory import Faults, MemoryData, Moment
from shared.store.port import StoreUnavailable
from shared.testing.simulator.broker import SimBroker
from shared.testing.simulator.loop import SimLoop
from shared.testing.simulator.process import EPOCH, Ports, Process
from shared.testing.simulator.toys import Register, definitions
from shared.testing.simulator.weather import Rates, Weather

PATIENCE: Final = timedelta(seconds=100)
REGISTERED: Final = ["ComplaintRegistered"]
OPENED: Final = ["DepartmentInvited", "DepartmentInvited"]
SEEDS: Final = range(25)
"""A directed test holds in any order of events; these are some."""


def in_any_order(story: Callable[[Scene], Coroutine[Any, Any, None]], seeds: Iterable[int] = SEEDS) -> None:
    """Tell a story in virtual time, once per order of events."""

    async def one_run(seed: int) -> None:
        with Scene(Random(seed)) as scene:
            await story(scene)

    for seed in seeds:
        SimLoop(Random(seed)).run(one_run(seed))


class Scene:
    """A broker, one store per service, and the processes that a story starts and kills. Nothing fails by itself."""

    def __init__(self, rng: Random) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimLoop)
        self._loop = loop
        self._rng = rng
        self.weather = Weather(rng, Rates.draw(rng, losing=False), note=self._note)
        self.weather.calm = True
        self.broker = SimBroker(rng)
        self.definitions: dict[str, Definition] = definitions(self.weather.decide, PATIENCE)
        self.data = {name: MemoryData() for name in self.definitions}
        self.processes: list[Process] = []
        self.notes: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for process in self.processes:
            process.kill()

    def _note(self, what: str) -> None:
        self.notes.append(what)

    def start(self, service: str, *, skew: timedelta = timedelta(0)) -> Process:
        """Start a process of a service."""
        ports = Ports(
            loop=self._loop,
            rng=self._rng,
            broker=self.broker,
            weather=self.weather,
            data=self.data[service],
            sources={},
            skew=skew,
            note=self._note,
        )
        process = Process(f"{service}-{len(self.processes) + 1}", self.definitions[service], ports)
        self.processes.append(process)
        process.start()
        return process

    async def register(self, process: Process, key: str = "c1") -> Outcome | None:
        """Register a complaint as a customer would; None where no answer comes."""
        command = Register(key, EPOCH, EPOCH + PATIENCE)
        task = process.spawn(process.execute(Call("complaint", key, command, command_id=f"register {key}")))
        await asyncio.wait([task])
        if task.cancelled() or isinstance(task.exception(), StoreUnavailable):
            return None
        return task.result()

    def send(self, raw: Raw) -> Raw:
        """Put a record on its topic."""
        return self.broker.append(raw.topic, raw.key, raw.value, raw.headers)

    def events(self, stream: str) -> list[str]:
        """Return the types in a stream's log, copies left out."""
        seen = {r.id: r.type for data in self.data.values() for c in data.log if c.stream == stream for r in c.records}
        return [name.removesuffix(".v1") for name in seen.values()]

    def on_topic(self, topic: str = INTAKE) -> list[Raw]:
        """Return the records of a topic in order."""
        return [raw for raw in self.broker.records() if raw.topic == topic]

    def lag(self, service: str) -> int:
        """Return how many records a service has not committed."""
        return self.broker.lag(service, self.definitions[service].sources)


async def wait(seconds: float) -> None:
    """Let virtual time pass."""
    await asyncio.sleep(seconds)


def kills(process: Process, call: str, moment: Moment) -> Faults:
    """A store that is the last thing its process sees: it is killed in that call, at that moment."""

    async def faults(name: str, when: Moment) -> None:
        if (name, when) == (call, moment):
            process.kill()
            await asyncio.sleep(0)

    return faults


def stops(call: str, moment: Moment, until: asyncio.Event) -> Faults:
    """A store that stops the first such call until it is told to go on: the process stands still there."""
    struck: list[str] = []

    async def faults(name: str, when: Moment) -> None:
        if (name, when) == (call, moment) and not struck:
            struck.append(name)
            await until.wait()

    return faults


def away(call_count: list[str] | None = None) -> Faults:
    """A store that is not there."""

    async def faults(name: str, _when: Moment) -> None:
        if call_count is not None:
            call_count.append(name)
        raise StoreUnavailable(name)

    return faults


def same(records: Sequence[Raw]) -> bool:
    """Whether records are copies of one another, byte for byte."""
    return len({(raw.key, raw.value, tuple(raw.headers)) for raw in records}) == 1

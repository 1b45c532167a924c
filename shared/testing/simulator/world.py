"""One simulation: a few complaints, a seed's faults, then calm until everything has drained, then the check."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from shared.messaging.sources import by_topic
from shared.store.memory import MemoryData, MemoryStore
from shared.testing.simulator.broker import SimBroker
from shared.testing.simulator.loop import SimLoop
from shared.testing.simulator.people import People
from shared.testing.simulator.plan import AS_DRAWN, Plan, Trouble, Variation
from shared.testing.simulator.poison import broken
from shared.testing.simulator.process import COMPARE_SECONDS, EPOCH, Ports, Process, SimSource
from shared.testing.simulator.toys import definitions
from shared.testing.simulator.weather import Rates, Weather
from shared.verification import Evidence, Finding, Request, Stored, check
from shared.verification.live import everything_drained

LONGEST_DRAIN_SECONDS: Final = 1200.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a seed came to.

    Attributes:
        seed: replays it.
        findings: per invariant.
        broken: what escaped from the runtime's parts.
        schedule: the faults as they struck, with virtual seconds.
        steps: how many callbacks ran.
        seconds: of virtual time.
        variation: what was changed about the seed.
        parts: the names of what the seed drew to go wrong.
    """

    seed: int
    findings: Mapping[str, Finding]
    broken: tuple[str, ...]
    schedule: tuple[str, ...]
    steps: int
    seconds: float
    variation: Variation = AS_DRAWN
    parts: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.broken and all(finding.ok for finding in self.findings.values())


class World:
    """Everything outside the processes: stores, broker, weather, clients, and who ends and starts processes."""

    def __init__(self, seed: int, variation: Variation = AS_DRAWN) -> None:
        drawing = Random(seed)  # noqa: S311 - a seed must replay
        plan = Plan.draw(drawing)
        rates = Rates.draw(drawing, losing=plan.sources)
        self.parts = (*plan.parts(), *rates.parts())
        if variation.keep is not None:
            plan, rates = plan.only(variation.keep), rates.only(variation.keep)
        # Another stream: what is left out of the plan does not shift what is drawn for the rest.
        self.rng = rng = Random(f"{seed}/{variation.shake}")  # noqa: S311 - the same
        self.loop = SimLoop(rng)
        self.plan = plan
        self.weather = Weather(rng, rates, note=self.note, time=self.loop.time)
        self.weather.fuses = dict(self.plan.fuses)
        self.broker = SimBroker(rng)
        everyone = definitions(self.weather.decide, timedelta(seconds=self.plan.patience))
        self.definitions = {name: everyone[name] for name in self.plan.services}
        self.data = {name: MemoryData() for name in self.definitions}
        self.alive: dict[str, list[Process]] = {name: [] for name in self.definitions}
        self.processes: list[Process] = []
        self.journal: list[Request] = []
        self.poison: set[tuple[str, str, int, int]] = set()
        self.final: Evidence | None = None
        self.given_up: set[tuple[str, str, int, int]] = set()
        self.schedule: list[tuple[float, str]] = []
        self.people = People(self)
        self._stores = {name: MemoryStore(data) for name, data in self.data.items()}

    def note(self, what: str) -> None:
        """Add a line to the schedule."""
        self.schedule.append((self.loop.time(), what))

    def start(self, service: str) -> Process:
        """Start one more process of a service."""
        others = {name: SimSource(name, store, self.weather) for name, store in self._stores.items()}
        skew = self.plan.skew(self.rng)
        process = Process(
            f"{service}-{len(self.processes) + 1}",
            self.definitions[service],
            Ports(
                loop=self.loop,
                rng=self.rng,
                broker=self.broker,
                weather=self.weather,
                data=self.data[service],
                sources=by_topic(self.definitions[service].sources, others) if self.plan.sources else {},
                skew=skew,
                note=self.note,
            ),
        )
        self.note(f"start {process.name}" + (f", clock wrong by {skew.total_seconds():.0f} s" if skew else ""))
        self.processes.append(process)
        self.alive[service].append(process)
        process.start()
        return process

    def end(self, process: Process) -> None:
        """Kill a process."""
        self.note(f"kill {process.name}")
        self.alive[process.definition.name].remove(process)
        process.kill()

    async def live(self) -> None:
        """Let it all happen."""
        for store in self._stores.values():
            await store.open()
        for service in self.definitions:
            for _ in range(2 if service == self.plan.replicated else 1):
                self.start(service)
        clients = [asyncio.ensure_future(self.people.customer(number)) for number in range(self.plan.complaints)]
        for trouble in self.plan.troubles:
            await asyncio.sleep(trouble.after)
            await self._strike(trouble)
        await asyncio.sleep(self.plan.rest)
        self._calm()
        await asyncio.wait(clients)
        if self.plan.person:
            await self.people.tidy_up()
        await self._drain()
        # Rows are built from what the sources tell, where they can be asked.
        if self.plan.rebuild and self.plan.sources:
            await self._rebuild()
            await self._drain()
        self._end_all()

    def _end_all(self) -> None:
        for processes in self.alive.values():
            for process in processes:
                process.kill()
        for process in self.processes:
            if process.engine.conflicts:
                self.note(f"{process.name} lost {process.engine.conflicts} compare-and-sets")

    async def _strike(self, trouble: Trouble) -> None:
        living = self.alive[trouble.service]
        match trouble.what:
            case "crash" if living:
                self.end(self.rng.choice(living))
            case "restart" if living:
                self.end(self.rng.choice(living))
                self.start(trouble.service)
            case "start":
                self.start(trouble.service)
            case "zombie" if living:
                zombie = self.rng.choice(living)
                self.note(f"{zombie.name} is a zombie")
                zombie.zombie = True
                zombie.fence()
                self.start(trouble.service)
            case "rebalance" if living:
                self.note(f"rebalance {trouble.service}")
                self.broker.rebalance(trouble.service)
            case "no store" | "no broker":
                self.weather.take_away(trouble.what, self.loop.time() + self.rng.random() * 6.0)
            case "poison":
                self._poison(trouble)
            case "retry":
                self.people.retry(trouble.service)
            case _:
                pass

    def _poison(self, trouble: Trouble) -> None:
        topic = self.definitions[trouble.service].topics[0]
        key = f"of-key-{self.rng.randrange(self.plan.complaints)}".encode()
        value, headers = broken(self.rng, key.decode())
        raw = self.broker.append(topic, key, value, headers)
        self.note(f"poison {topic} [{raw.partition}] at {raw.offset}")
        for name in self.definitions:
            if topic in self.definitions[name].sources:
                self.poison.add((name, raw.topic, raw.partition, raw.offset))

    def _calm(self) -> None:
        """The faults stop: zombies end, and each service has a process."""
        self.note("calm")
        self.weather.calm = True
        for service, living in self.alive.items():
            sound = [process for process in living if not process.zombie]
            for process in list(living):
                if process not in sound[-1:]:
                    self.end(process)
            if not sound:
                self.start(service)

    async def _rebuild(self) -> None:
        """Let the services that project build their rows anew, and kill them at some moment of it."""
        for service, living in self.alive.items():
            if living and living[0].definition.projectors:
                self.note(f"{living[0].name} builds its rows anew")
                living[0].spawn(living[0].rebuild())
                await asyncio.sleep(self.rng.random() * 0.02)
                self.end(living[0])
                self.start(service)
                living[0].spawn(living[0].rebuild())
        # Long enough for whoever compares the logs, so that what is counted a second time shows.
        await asyncio.sleep(2 * COMPARE_SECONDS)

    def now(self) -> datetime:
        """Return the true instant."""
        return EPOCH + timedelta(seconds=self.loop.time())

    async def _drain(self) -> None:
        """Wait until nothing is left to do, but not for ever."""
        end, pause = self.loop.time() + LONGEST_DRAIN_SECONDS, 2.0
        while self.loop.time() < end:
            await asyncio.sleep(pause)
            if self._quiet():
                return
            pause = min(pause * 1.5, 30.0)

    def _quiet(self) -> bool:
        """Whether nothing is left to do, the cheap questions first."""
        for name, data in self.data.items():
            if data.outbox or any(snapshot.next_due for snapshot in data.states.values()):
                return False
            if any(
                stream not in data.states or data.states[stream].number != max(numbers)
                for stream, numbers in data.streams.items()
            ):
                return False
            if self.broker.lag(name, self.definitions[name].sources):
                return False
        evidence = self.evidence()
        if not everything_drained(evidence).ok:
            return False
        self.final = evidence
        return True

    def evidence(self) -> Evidence:
        """Return what there is to check now. Seen from an hour later: whatever is still due then never comes."""
        return Evidence(
            journal=self.journal,
            observed=self.broker.records(),
            services={name: self._stored(name) for name in self.definitions},
            poison=frozenset(self.poison),
            given_up=frozenset(self.given_up),
            now=self.now() + timedelta(hours=1),
            fired=[clock for process in self.processes for clock in process.fired],
            skew=self.plan.most_skew,
        )

    def _stored(self, name: str) -> Stored:
        data = self.data[name]
        parked = tuple(data.parked.values())
        return Stored(self.definitions[name], data.log, data.states, parked, frozenset(data.outbox), passed=data.passed)


def run_seed(seed: int, variation: Variation = AS_DRAWN) -> Report:
    """Run one simulation and check it."""
    world = World(seed, variation)
    world.loop.run(world.live())
    return Report(
        seed=seed,
        findings=check(world.final or world.evidence()),
        broken=tuple(line for process in world.processes for line in (*process.broken, *process.survivors())),
        schedule=tuple(f"{at:8.3f} s  {what}" for at, what in world.schedule),
        steps=world.loop.steps,
        seconds=world.loop.time(),
        variation=variation,
        parts=world.parts,
    )

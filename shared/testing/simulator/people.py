"""The people of a simulation: customers, who hear or do not hear, and whoever looks after parked records."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final, Protocol

from shared.eventsourcing.calls import Call
from shared.store.memory import MemoryData
from shared.store.port import StoreUnavailable
from shared.testing.simulator.plan import Plan
from shared.testing.simulator.process import Process
from shared.testing.simulator.toys import Acknowledge, Register
from shared.testing.simulator.weather import Weather
from shared.verification import Request
from shared.verification.evidence import Position

_MOST_TRIES: Final = 4


class Surroundings(Protocol):
    """What of a world people see and touch; `shared.testing.simulator.world.World` is one."""

    rng: Random
    plan: Plan
    weather: Weather
    data: dict[str, MemoryData]
    alive: dict[str, list[Process]]
    journal: list[Request]
    poison: set[Position]
    given_up: set[Position]

    def now(self) -> datetime:
        """Return the true instant."""
        ...

    def note(self, what: str) -> None:
        """Write down what happens."""
        ...


class People:
    """What they do in one world."""

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self._rng = world.rng
        self._busy: set[asyncio.Future[None]] = set()

    async def customer(self, number: int) -> None:
        """Register until it is accepted, or give up; then maybe acknowledge."""
        key = f"key-{number}"
        tries = 0
        while True:
            await asyncio.sleep(self._rng.random() * 3.0)
            tries += 1
            request = await self._register(key)
            self._world.journal.append(request)
            impatient = self._rng.random() < 0.2
            if request.status == "accepted" and not (impatient and tries < 3):
                break
            if tries >= _MOST_TRIES and self._world.weather.calm:
                return
        if self._rng.random() < 0.5:
            await asyncio.sleep(self._rng.random() * 10.0)
            await self._call(Call("complaint", f"of-{key}", Acknowledge(self._world.now()), command_id=f"ack-{number}"))

    async def _register(self, key: str) -> Request:
        now = self._world.now()
        command = Register(f"of-{key}", now, now + timedelta(seconds=self._world.plan.acknowledge_within))
        return await self._call(Call("complaint", f"of-{key}", command, command_id=key))

    async def _call(self, call: Call) -> Request:
        """Call whichever process answers; its death, or a lost answer, leaves the customer not knowing."""
        world = self._world
        living = world.alive["intake"]
        if not living:
            return Request(call.command_id, "failed")
        process = self._rng.choice(living)
        task = process.spawn(process.execute(call))
        await asyncio.wait([task])
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or isinstance(error, StoreUnavailable):
            world.note(f"{call.command_id}: unknown")
            return Request(call.command_id, "unknown")
        if error is not None:
            world.note(f"{call.command_id}: {error!r}")
            return Request(call.command_id, "failed")
        if world.weather.answer_lost():
            world.note(f"{call.command_id}: answer lost")
            return Request(call.command_id, "unknown")
        return Request(call.command_id, "accepted", task.result().key)

    def retry(self, service: str) -> None:
        """Try again all that is parked; half the time two people do so at once."""
        ids = list(self._world.data[service].parked)
        living = self._world.alive[service]
        if not ids or not living:
            return
        people = [self._rng.choice(living) for _ in range(1 + (self._rng.random() < 0.5))]
        self._world.note(f"{' and '.join(p.name for p in people)}: a person retries {len(ids)} of {service}")
        for process in people:
            task = asyncio.ensure_future(self._ask(process, ids))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)

    async def _ask(self, process: Process, ids: Sequence[str]) -> None:
        task = process.spawn(process.parking.retry(ids))
        await asyncio.wait([task])
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, StoreUnavailable):
            process.broken.append(f"{process.name}: a person's retry broke with {error!r}")

    async def tidy_up(self) -> None:
        """Try again what is parked, then give up what was broken on purpose."""
        world = self._world
        await asyncio.sleep(2.0)
        for service in world.alive:
            self.retry(service)
        await asyncio.sleep(30.0)
        for service, living in world.alive.items():
            wanted = {(topic, partition, offset) for name, topic, partition, offset in world.poison if name == service}
            parked = [p for p in world.data[service].parked.values() if (p.topic, p.partition, p.offset) in wanted]
            if not parked or not living:
                continue
            world.note(f"a person skips {len(parked)} of {service}")
            await living[0].spawn(living[0].parking.skip([record.id for record in parked], "broken on purpose"))
            world.given_up |= {(service, record.topic, record.partition, record.offset) for record in parked}

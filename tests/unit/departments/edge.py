"""Departments' HTTP edge on the real engine and a store in memory."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from services.departments import DEFINITION
from services.departments.api import router
from services.departments.commands import ResolutionCommand
from services.departments.views.reads import Views
from shared.contracts.departments import KIND
from shared.eventsourcing.calls import Call, Outcome
from shared.eventsourcing.engine import Engine, Saved
from shared.eventsourcing.execute import Executor
from shared.eventsourcing.ports import RandomIds
from shared.store.memory import MemoryStore
from shared.web import problems
from tests.unit.departments.build import NOW, ORGANISATION, note_complaint, note_triage

NEW_LAMP = {
    "step": "packing",
    "kind": "remedy",
    "text": "A new lamp in a stronger box.",
    "remedy": {"remedy": "replace", "amount": "80.00"},
}
SCAN = {"step": "delivery", "kind": "prevention", "text": "Scan at the door."}


class StandingClock:
    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant

    async def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class Table:
    """Departments' HTTP edge on the real engine and a store in memory."""

    def __init__(self, execute: Executor, client: httpx.AsyncClient, clock: StandingClock) -> None:
        self.execute = execute
        self.client = client
        self.clock = clock

    async def command(self, complaint: str, *commands: ResolutionCommand) -> None:
        for command in commands:
            await self.execute(Call(KIND, complaint, command))

    async def open(self, complaint: str = "c1") -> None:
        await self.command(complaint, note_complaint(), note_triage("packing", "delivery"))

    async def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def kept(self) -> str:
        """Everything that the store keeps of c1: every event as it goes out, and the state that views read."""
        stream = f"{KIND}/c1"
        loaded = await VIEWS._store.load([stream])
        return f"{await VIEWS._store.log()} {loaded.snapshots[stream]}"

    async def try_(self, department: str, what: str, body: object = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(f"/departments/{department}/table/c1/{what}", json=body, headers=named)

    async def do(self, department: str, what: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401 - any JSON
        answer = await self.try_(department, what, body, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def contribute(self) -> tuple[str, str]:
        """Both join and contribute; returns the ids of the remedy and of the prevention."""
        ran = {"started": "2026-02-27T09:00:00Z", "ended": "2026-02-28T09:00:00Z", "waiting_seconds": 60}
        for department, step in (("warehouse", "packing"), ("last-mile", "delivery")):
            await self.do(department, "join")
            await self.do(department, "times", {"steps": [{"step": step, **ran}], "staff_minutes": 10})
        remedy = await self.do("warehouse", "propose", NEW_LAMP)
        prevention = await self.do("last-mile", "propose", SCAN)
        return remedy["proposal"], prevention["proposal"]


async def nobody(_saved: Saved) -> None:
    """Nothing is published in these tests."""


class Current:
    """What the app built once is wired to in this test: building routes takes longer than a test."""

    execute: Executor

    async def __call__(self, call: Call) -> Outcome:
        return await self.execute(call)

    async def many(self, calls: Sequence[Call]) -> list[Outcome | Exception]:
        return await self.execute.many(calls)


KNOWN = [department.id for department in ORGANISATION.departments]
CURRENT, CLOCK, VIEWS, APP = Current(), StandingClock(), Views(MemoryStore(), KNOWN), FastAPI()
problems.install(APP)
APP.include_router(router(CURRENT, VIEWS, CLOCK, RandomIds()))


@asynccontextmanager
async def laid_table() -> AsyncIterator[Table]:
    """Every test has a table of its own, with an empty store."""
    store = MemoryStore()
    await store.open()
    CLOCK.instant = NOW
    engine = Engine(DEFINITION.given(ORGANISATION), store, CLOCK, nobody)
    CURRENT.execute = Executor(engine, RandomIds())
    VIEWS._store = store
    running = asyncio.create_task(engine.run())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://departments") as client:
        yield Table(CURRENT.execute, client, CLOCK)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from services.intake import DEFINITION
from shared.eventsourcing.engine import Engine, Saved
from shared.eventsourcing.execute import Executor
from shared.eventsourcing.ports import RandomIds
from shared.store.memory import MemoryStore
from tests.unit.intake.build import ORGANISATION
from tests.unit.intake.web import APP, CURRENT, AwayVault, Intake, StandingClock


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    clock, store, vault = StandingClock(), MemoryStore(), AwayVault()

    async def saved(_saved: Saved) -> None:
        """Nobody listens."""

    await store.open()
    engine = Engine(DEFINITION.given(ORGANISATION), store, clock, saved)
    running = asyncio.create_task(engine.run())
    execute = Executor(engine, RandomIds())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=APP), base_url="http://intake") as web:
        CURRENT.append(Intake(web, store, vault, execute, clock))
        yield CURRENT[-1]
    CURRENT.clear()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

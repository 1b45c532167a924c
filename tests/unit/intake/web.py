"""Intake behind its HTTP edge, with a store and a vault in memory and a clock that stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import httpx
from fastapi import FastAPI

from services.intake.api import router
from services.intake.api.registration import Registrar
from services.intake.commands import ComplaintCommand, SendAnswer
from services.intake.views import Views
from shared.contracts.intake import ComplaintRegistered
from shared.eventsourcing.calls import Call, Outcome
from shared.eventsourcing.execute import Executor
from shared.eventsourcing.ports import RandomIds
from shared.privacy.vault import MemoryVault
from shared.store.memory import MemoryStore
from shared.store.port import StoreUnavailable
from shared.web import problems
from shared.web.limits import Limits
from tests.unit.intake.build import NOW, ORGANISATION, announce, prepare

TORN = {"channel": "web", "text": "The box was torn."}
MARIA = {
    "channel": "web",
    "text": 'I am "Maria Souza",\ncall +49 30 901820 😡',
    "customer": {"ref": "CUST-917", "name": "Maria Souza", "email": "maria@mail.example"},
    "points": ["Maria was not told"],
    "facts": {"note": "maria@mail.example wrote", "tel +49 30 901820": "rang"},
}


class StandingClock:
    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant

    async def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class AwayVault(MemoryVault):
    away = False

    async def put(self, items: Mapping[str, bytes]) -> None:
        if self.away:
            raise StoreUnavailable("the vault is away")
        await super().put(items)


@dataclass
class Intake:
    web: httpx.AsyncClient
    store: MemoryStore
    vault: AwayVault
    execute: Executor
    clock: StandingClock

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.web.post(path, json=body, headers=named)

    async def register(self, body: object = TORN, **headers: str) -> str:
        response = await self.post("/complaints", body, **headers)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def command(self, complaint: str, command: ComplaintCommand) -> None:
        await self.execute(Call("complaint", complaint, command))

    async def answered(self, body: object = TORN, **promises: datetime) -> str:
        complaint = await self.register(body)
        for command in (announce(), prepare(**promises), SendAnswer(now=NOW, by="system", stage=1)):
            await self.command(complaint, command)
        return complaint

    async def registered(self, complaint: str) -> ComplaintRegistered:
        commits = await self.store.history(f"complaint/{complaint}")
        return ComplaintRegistered.model_validate_json(commits[0].records[0].data)

    async def everything_published(self) -> bytes:
        log = await self.store.log()
        return b"\n".join(record.data for _, commit in log for record in commit.records)


class Behind:
    """One part of whatever intake the test has: building the web application takes longer than a test."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the part has
        return getattr(getattr(CURRENT[-1], self._part), name)

    async def __call__(self, call: Call) -> Outcome:
        return await CURRENT[-1].execute(call)


def web_application() -> FastAPI:
    execute, store, clock, vault = (cast("Any", Behind(part)) for part in ("execute", "store", "clock", "vault"))
    app = FastAPI()
    app.add_middleware(Limits)
    problems.install(app)
    app.include_router(router(execute, Views(store), clock, Registrar(ORGANISATION, b"key", clock, RandomIds()), vault))
    return app


CURRENT: list[Intake] = []
APP = web_application()

"""One running deployment for all tests that only speak HTTP to it, each with complaints of its own."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from throughline.app.deployment import Deployment, deployed
from throughline.app.folder import DataFolder

TORN = {"channel": "web", "text": "The parcel came late and the box was damaged.", "language": "en"}
_NUMBERS = itertools.count(1)


@dataclass
class Running:
    """The deployment, and a client that speaks to it as anyone would.

    `edge` is the same application without the sockets: hundreds of requests cost a quarter there.
    """

    deployment: Deployment
    web: httpx.AsyncClient
    edge: httpx.AsyncClient

    async def register(self, **more: object) -> str:
        """Register a complaint; what it is about is known everywhere when this returns."""
        answer = await self.web.post("/intake/complaints", json=TORN | more)
        assert answer.status_code == 201, answer.text
        await self.deployment.wait_until_idle()
        return str(answer.json()["id"])

    async def stored(self) -> dict[str, int]:
        """How far each service's log goes: equal before and after means that nothing was stored."""
        await self.deployment.wait_until_idle()
        return {name: await service.store.position() for name, service in self.deployment.services.items()}

    async def metrics(self, service: str) -> str:
        return (await self.web.get(f"/{service}/metrics")).text

    async def parked(self, service: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.web.get(f"/{service}/parked")).json()
        return found


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    # The server closes what idled for five seconds; the client must not be about to use it just then.
    kept = httpx.Limits(keepalive_expiry=1.0)
    async with (
        deployed(folder, "parcel-retailer") as deployment,
        httpx.AsyncClient(base_url=deployment.url, limits=kept) as web,
    ):
        inside = httpx.ASGITransport(deployment.app(), raise_app_exceptions=False)
        async with httpx.AsyncClient(base_url=deployment.url, transport=inside) as edge:
            yield Running(deployment, web, edge)


@pytest.fixture
def key() -> str:
    return f"key-{next(_NUMBERS)}"


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The answer as the problem document that it has to be (RFC 9457)."""
    assert answer.status_code == status, answer.text
    return problem_in(answer)


def problem_in(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found: dict[str, Any] = answer.json()
    assert set(found) >= {"type", "title", "status", "detail"}
    assert found["status"] == answer.status_code
    assert found["detail"]
    return found


__all__ = ["TORN", "Running", "problem", "problem_in"]

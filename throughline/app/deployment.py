"""All services in one process on the embedded broker, each with its own store, behind one port."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response

from services import NAMES, main_of, readers
from shared.contracts.topics import PARTITIONS_EMBEDDED
from shared.eventsourcing.ports import Clock
from shared.hosting.idle import Pending, wait_until_idle
from shared.hosting.ops.access import Probing
from shared.hosting.service import Service
from shared.messaging.kafka.embedded import EmbeddedBroker
from shared.organisation import from_path
from shared.web.problems import NOT_READY, problem
from throughline.app.folder import DataFolder
from throughline.app.serving import calm_collector, listen, serving, url_of

_READY_SECONDS: Final = 30.0
_STUCK_SECONDS: Final = 60.0


class NotReady(Exception):
    """The services did not become ready in time; the message says which and why."""


class Deployment:
    """The running whole. Use `deployed`.

    Attributes:
        url: where everything is served: ``<url>/<service>/…``.
    """

    def __init__(self, broker: EmbeddedBroker, services: Mapping[str, Service], url: str) -> None:
        self.broker = broker
        self.services = services
        self.url = url

    async def not_ready(self) -> dict[str, str]:
        """Return per service what is missing."""
        found = {name: await service.not_ready() for name, service in self.services.items()}
        return {f"{name} {what}": why for name, missing in found.items() for what, why in missing.items()}

    async def wait_ready(self, seconds: float = _READY_SECONDS) -> None:
        """Return when every service is ready.

        Raises:
            NotReady: after so many seconds.
        """
        async with asyncio.timeout(seconds) as limit:
            while missing := await self.not_ready():
                if limit.when() is not None and asyncio.get_running_loop().time() > (limit.when() or 0) - 0.2:
                    raise NotReady("; ".join(f"{what}: {why}" for what, why in missing.items()))
                await asyncio.sleep(0.02)

    async def wait_until_idle(self, *, stuck_seconds: float = _STUCK_SECONDS, within_seconds: float = math.inf) -> None:
        """Return when everything accepted so far has had all its effects, in every service.

        Raises:
            NotIdle: nothing has changed for `stuck_seconds`, or `within_seconds` are over.
        """

        async def look() -> Pending:
            found = await asyncio.gather(*(service.pending() for service in self.services.values()))
            return dict(zip(self.services, found, strict=True))

        await wait_until_idle(look, stuck_seconds=stuck_seconds, within_seconds=within_seconds)

    def app(self) -> FastAPI:
        """Return the one application: each service under its name, and the health of all."""
        app = FastAPI(title="Throughline", docs_url=None, redoc_url=None, openapi_url=None)

        @app.get("/")
        async def index(_asker: Probing) -> dict[str, str]:
            return {name: f"{self.url}/{name}/docs" for name in NAMES}

        @app.get("/livez")
        async def livez(_asker: Probing) -> dict[str, str]:
            return {"status": "alive"}

        @app.get("/readyz")
        async def readyz(_asker: Probing) -> Response:
            missing = await self.not_ready()
            if missing:
                return problem(NOT_READY, "; ".join(f"{k}: {v}" for k, v in missing.items()), missing=missing)
            return JSONResponse({"status": "ready", "services": list(NAMES)})

        for name, service in self.services.items():
            app.mount(f"/{name}", service.app)
        return app


@contextlib.asynccontextmanager
async def deployed(
    folder: DataFolder,
    organisation: str,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Clock | None = None,
) -> AsyncIterator[Deployment]:
    """Run everything on a data folder while the context lasts.

    Args:
        organisation: packaged name or path; remembered with a new folder.
        port: 0 lets the system choose.

    Raises:
        FolderInUse, FolderMismatch, OrganisationInvalid, EmbeddedBrokerUnavailable, NotReady, OSError (port taken).
    """
    # An organisation file that cannot be used must not become the folder's.
    organisation = _from_any_folder(organisation)
    identity = from_path(organisation).id
    folder.acquire()
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(folder.release)
        folder.begin_with(organisation, identity)
        listening = cleanup.enter_context(listen(host, port))
        url = url_of(host, listening)
        calm_collector()
        broker = cleanup.enter_context(EmbeddedBroker.start())
        parts = {name: _create(name, folder, broker.bootstrap_servers, url, clock) for name in NAMES}
        topics = {topic for service in parts.values() for topic in service.definition.topics}
        broker.create_topics(sorted(topics), partitions=PARTITIONS_EMBEDDED)
        await broker.self_test()
        async with _running(Deployment(broker, parts, url), listening) as running:
            folder.announce(url)
            yield running


def _create(name: str, folder: DataFolder, broker: str, url: str, clock: Clock | None) -> Service:
    module = main_of(name)
    settings = module.Settings(
        broker=broker,
        store=folder.store_url(name),
        organisation=folder.organisation(),
        partitions=PARTITIONS_EMBEDDED,
        embedded=True,
        readers=readers(),
        sources={other: f"{url}/{other}" for other in NAMES},
    )
    service: Service = module.create(settings, clock=clock)
    return service


def _from_any_folder(organisation: str) -> str:
    """Return a packaged name as it is, and a path as an absolute one."""
    path = Path(organisation)
    packaged = not path.suffix and path.name == organisation
    return organisation if packaged else str(path.expanduser().resolve())


@contextlib.asynccontextmanager
async def _running(deployment: Deployment, listening: socket.socket) -> AsyncIterator[Deployment]:
    async with serving(deployment.app(), deployment.services.values(), listening):
        await deployment.wait_ready()
        yield deployment

"""Whether a service lives, is ready, is done, and how it stands in figures."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from shared.hosting.operated import Operated
from shared.hosting.ops.access import Probing, Watching
from shared.web.problems import NOT_READY, problem

_MOST_COUNTED: Final = 1_000


class ParkedCount(BaseModel):
    """A blocked queue counts with every record in it.

    Attributes:
        permanent: records that a person must decide on.
        waiting: records that are tried again automatically, or wait behind another one.
        skipped: records that a person gave up, ever.
    """

    permanent: int
    waiting: int
    skipped: int


class Status(BaseModel):
    """How a service stands.

    Attributes:
        version: of the package that serves.
        organisation: the packaged name or the path it was started with.
        missing: what is missing, and why; empty when the service is ready.
        lag: records not fetched yet.
        poll_age_seconds: since the consumer last asked the broker for records; None before it first did.
        unpublished: commits that the broker has not acknowledged; at most 1000 are counted.
        now: what the service's clock shows.
    """

    service: str
    version: str
    organisation: str
    missing: dict[str, str]
    lag: int
    poll_age_seconds: float | None
    unpublished: int
    parked: ParkedCount
    now: datetime


def health_router(service: Operated) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/livez")
    async def livez(_asker: Probing) -> dict[str, str]:
        return {"status": "alive", "service": service.definition.name}

    @router.get("/readyz")
    async def readyz(_asker: Probing) -> Response:
        missing = await service.not_ready()
        if missing:
            detail = "; ".join(f"{what}: {why}" for what, why in missing.items())
            return problem(NOT_READY, detail, missing=missing)
        return JSONResponse({"status": "ready", "service": service.definition.name})

    @router.get("/unsettled")
    async def unsettled(_asker: Watching) -> dict[str, int]:
        return await service.pending()

    @router.get("/status")
    async def status(_asker: Watching) -> Status:
        return await _status(service)

    return router


async def _status(service: Operated) -> Status:
    missing = await service.not_ready()
    permanent = waiting = skipped = 0
    unpublished = 0
    if "store" not in missing:
        async for record in service.parking.records():
            permanent, waiting = permanent + record.permanent, waiting + (not record.permanent)
        skipped = len([one async for one in service.parking.skipped()])
        unpublished = len(await service.store.unpublished(limit=_MOST_COUNTED))
    age = service.connector.poll_age
    return Status(
        service=service.definition.name,
        version=version("throughline"),
        organisation=service.settings.organisation,
        missing=missing,
        lag=await service.connector.lag(),
        poll_age_seconds=None if age is None else round(age, 3),
        unpublished=unpublished,
        parked=ParkedCount(permanent=permanent, waiting=waiting, skipped=skipped),
        now=service.clock.now(),
    )

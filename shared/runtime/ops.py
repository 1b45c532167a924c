"""The routes every service has for those who operate it: health, metrics, its log, parked records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel, Field

from shared.runtime.sources import Copy, Head, Want
from shared.store.port import Parked
from shared.web.problems import problem

if TYPE_CHECKING:
    from shared.runtime.service import Service


_LAST_POSITION: Final = 2**63 - 1
"""Log positions are 64-bit numbers in every store."""


class ParkedRecord(BaseModel):
    """A parked record as operators see it; never its bytes."""

    id: str
    complaint: str
    topic: str
    partition: int
    offset: int
    reason: str
    permanent: bool
    attempts: int
    position: int


class Retry(BaseModel):
    """Which parked records to try again."""

    ids: list[str] = Field(min_length=1, max_length=100)


class Skip(Retry):
    """Which parked records to give up, and why."""

    reason: str = Field(min_length=3, max_length=500)


def operations(service: Service) -> APIRouter:
    """Return health, log and parking routes."""
    router = APIRouter()

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive", "service": service.definition.name}

    @router.get("/readyz")
    async def readyz() -> Response:
        missing = await service.not_ready()
        if missing:
            detail = "; ".join(f"{what}: {why}" for what, why in missing.items())
            return problem(503, "not-ready", detail, missing=missing)
        return JSONResponse({"status": "ready", "service": service.definition.name})

    @router.get("/log/heads")
    async def heads(
        after: Annotated[int, Query(ge=0, le=_LAST_POSITION)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 1000
    ) -> list[Head]:
        return await service.source.heads(after, limit)

    @router.post("/log/pull")
    async def pull(wants: list[Want]) -> list[Copy]:
        return await service.source.pull(wants)

    @router.get("/parked")
    async def parked(after: str = "", limit: Annotated[int, Query(ge=1, le=500)] = 100) -> list[ParkedRecord]:
        return [_shown(record) for record in await service.store.parked_list(after=after, limit=limit)]

    @router.post("/parked/retry")
    async def retry(body: Retry) -> dict[str, str]:
        return await service.parking.retry(body.ids)

    @router.post("/parked/skip")
    async def skip(body: Skip) -> list[str]:
        return await service.parking.skip(body.ids, body.reason)

    @router.get("/unsettled")
    async def unsettled() -> dict[str, int]:
        return await service.unsettled()

    return router


def _shown(record: Parked) -> ParkedRecord:
    return ParkedRecord(
        id=record.id,
        complaint=record.key,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reason=record.reason,
        permanent=record.permanent,
        attempts=record.attempts,
        position=record.position,
    )


class _Counters(Collector):
    """Reads the counters the parts keep anyway, when somebody asks."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterable[Metric]:
        service, label = self._service, [self._service.definition.name]
        counted = {
            "events_handled": ("consumed events applied", service.processor.handled),
            "events_skipped": ("consumed events of no concern", service.processor.skipped),
            "events_parked": ("consumed events parked", service.processor.parked),
            "events_pulled": ("events that had to be pulled from their source", service.antientropy.pulled),
            "inputs": ("commands and events carried out", service.engine.inputs),
            "batches": ("batches carried out", service.engine.batches),
            "conflicts": ("compare-and-sets lost", service.engine.conflicts),
            "commits_published": ("commits acknowledged by the broker", service.relay.published),
            "clocks_fired": ("clocks that ran out", service.timers.fired),
        }
        for name, (text, value) in counted.items():
            family = CounterMetricFamily(f"throughline_{name}", text, labels=["service"])
            family.add_metric(label, value)
            yield family
        unknown = CounterMetricFamily(
            "throughline_events_unknown", "events of unknown type", labels=["service", "type"]
        )
        for name, value in service.reader.unknown.items():
            unknown.add_metric([*label, name], value)
        yield unknown
        queued = GaugeMetricFamily("throughline_relay_queued", "commits waiting for the broker", labels=["service"])
        queued.add_metric(label, service.relay.queued)
        yield queued


def metrics_router(service: Service) -> APIRouter:
    """Return the metrics route."""
    router = APIRouter()
    registry = CollectorRegistry()
    registry.register(_Counters(service))

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return router

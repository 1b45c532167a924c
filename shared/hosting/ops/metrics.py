"""The counters that the parts keep anyway, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.hosting.operated import Operated
from shared.hosting.ops.access import Probing


class _Counters(Collector):
    """Reads those counters when somebody asks."""

    def __init__(self, service: Operated) -> None:
        self._service = service

    def collect(self) -> Iterable[Metric]:
        service, label = self._service, [self._service.definition.name]
        counted = {
            "events_handled": ("consumed events applied", service.processor.handled),
            "events_skipped": ("consumed events that the service does not read", service.processor.skipped),
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


def metrics_router(service: Operated) -> APIRouter:
    """Return the metrics route."""
    router = APIRouter()
    registry = CollectorRegistry()
    registry.register(_Counters(service))

    @router.get("/metrics")
    async def metrics(_asker: Probing) -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return router

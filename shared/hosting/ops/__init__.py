"""The routes every service has for those who operate it: health, its log, metrics, parked records, replay."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from shared.hosting.operated import Operated
from shared.hosting.ops.health import health_router
from shared.hosting.ops.log import log_router
from shared.hosting.ops.metrics import metrics_router
from shared.hosting.ops.parked import parked_router

__all__ = ["operations"]


def operations(service: Operated) -> Sequence[APIRouter]:
    """Return the routes of one service."""
    return health_router(service), log_router(service), parked_router(service), metrics_router(service)

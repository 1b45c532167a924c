"""The routes every service has for those who operate it: health, its log, metrics, parked records, replay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter

from shared.runtime.ops.health import health_router
from shared.runtime.ops.log import log_router
from shared.runtime.ops.metrics import metrics_router
from shared.runtime.ops.parked import parked_router

if TYPE_CHECKING:
    from shared.runtime.service import Service

__all__ = ["operations"]


def operations(service: Service) -> Sequence[APIRouter]:
    """Return the routes of one service."""
    return health_router(service), log_router(service), parked_router(service), metrics_router(service)

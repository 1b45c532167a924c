"""HTTP edge: request -> command -> execute. The rules are in `decide`."""

from __future__ import annotations

from fastapi import APIRouter

from services.departments.api.management import management_router
from services.departments.api.reads import reads_router
from services.departments.api.table import table_router
from services.departments.views.reads import Views
from shared.eventsourcing.calls import Execute
from shared.eventsourcing.ports import Clock, Ids


def router(execute: Execute, views: Views, clock: Clock, ids: Ids) -> APIRouter:
    """Return all routes of departments."""
    routes = APIRouter(tags=["departments"])
    routes.include_router(reads_router(views))
    routes.include_router(table_router(execute, clock, ids))
    routes.include_router(management_router(execute, views, clock, ids))
    return routes

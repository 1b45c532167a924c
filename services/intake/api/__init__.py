"""HTTP edge: request -> command -> execute. The rules are in `decide`."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.api.customer import Desk, customer_router, promises_router
from services.intake.api.reads import reads_router
from services.intake.api.register import register_router
from services.intake.api.registration import Registrar
from services.intake.views import Views
from shared.eventsourcing.calls import Execute
from shared.eventsourcing.ports import Clock
from shared.privacy.vault import Vault


def router(execute: Execute, views: Views, clock: Clock, registrar: Registrar, vault: Vault) -> APIRouter:
    """Return all routes of intake."""
    routes = APIRouter(tags=["intake"])
    desk = Desk(execute, vault)
    routes.include_router(register_router(execute, registrar, vault))
    routes.include_router(reads_router(views))
    routes.include_router(customer_router(desk, views, clock))
    routes.include_router(promises_router(desk, clock))
    return routes

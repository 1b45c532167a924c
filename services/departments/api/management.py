"""What management does with a complaint that was escalated to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.departments.api.carrying import carrying
from services.departments.api.reads import Cursor, Limit
from services.departments.api.requests import CloseRequest, ComplaintId, ContactRequest
from services.departments.commands import CloseEscalation, ContactCustomer
from services.departments.views import ManagementPage, Views
from shared.contracts.departments import KIND
from shared.runtime.calls import Execute
from shared.runtime.ports import Clock
from shared.web.writes import Framed, Write, WriteAnswer


def management_router(execute: Execute, views: Views, clock: Clock) -> APIRouter:
    """Return the routes under ``/management``."""
    routes = APIRouter(prefix="/management")
    carry = carrying(execute)

    @routes.get("/queue")
    async def queue(cursor: Cursor = "", limit: Limit = 50) -> ManagementPage:
        return await views.management_queue(cursor, limit)

    @routes.post("/{complaint}/contact")
    async def contact(complaint: ComplaintId, body: ContactRequest, write: Framed) -> WriteAnswer:
        return await carry(write.call(KIND, complaint, ContactCustomer(**_who(write, clock), note=body.note)))

    @routes.post("/{complaint}/close")
    async def close(complaint: ComplaintId, body: CloseRequest, write: Framed) -> WriteAnswer:
        command = CloseEscalation(**_who(write, clock), findings=body.findings, override=body.override)
        return await carry(write.call(KIND, complaint, command))

    return routes


def _who(write: Write, clock: Clock) -> dict[str, Any]:
    return {"now": clock.now(), "by": write.by or "management"}

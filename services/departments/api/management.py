"""What management does with a complaint that was escalated to it."""

from __future__ import annotations

from fastapi import APIRouter

from services.departments.access import MANAGEMENT, Managing, ReadingEscalations
from services.departments.api.executing import executor_for, on_record, refused_wording
from services.departments.api.reads import Cursor, Limit
from services.departments.api.requests import CloseRequest, ComplaintId, ContactRequest
from services.departments.commands import CloseEscalation, ContactCustomer
from services.departments.views.models import ManagementPage
from services.departments.views.reads import Views
from shared.contracts.departments import KIND
from shared.eventsourcing.calls import Execute
from shared.eventsourcing.ports import Clock, Ids
from shared.web.writes import Framed, Write, WriteAnswer


def management_router(execute: Execute, views: Views, clock: Clock, ids: Ids) -> APIRouter:
    """Return the routes under ``/management``."""
    routes = APIRouter(prefix="/management")
    run = executor_for(execute)

    async def manage(complaint: str, write: Write, command: ContactCustomer | CloseEscalation) -> WriteAnswer:
        attempt = ids.derived(f"management/{complaint}/{write.key}") if write.key else ids.new()
        refused = refused_wording(command, MANAGEMENT, attempt)
        return await on_record(execute, run, write.call(KIND, complaint, command), refused)

    @routes.get("/queue")
    async def queue(_asker: ReadingEscalations, cursor: Cursor = "", limit: Limit = 50) -> ManagementPage:
        return await views.management_queue(cursor, limit)

    @routes.post("/{complaint}/contact")
    async def contact(asker: Managing, complaint: ComplaintId, body: ContactRequest, write: Framed) -> WriteAnswer:
        return await manage(complaint, write, body.command(asker, clock.now()))

    @routes.post("/{complaint}/close")
    async def close(asker: Managing, complaint: ComplaintId, body: CloseRequest, write: Framed) -> WriteAnswer:
        return await manage(complaint, write, body.command(asker, clock.now()))

    return routes

"""What management does with a complaint that was escalated to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.departments.api.carrying import carrying, on_record
from services.departments.api.reads import Cursor, Limit
from services.departments.api.requests import CloseRequest, ComplaintId, ContactRequest
from services.departments.commands import CloseEscalation, ContactCustomer, NoteRefusedWording
from services.departments.views import ManagementPage, Views
from shared.contracts.departments import KIND
from shared.core.wording import BLAMES_PEOPLE
from shared.runtime.calls import Execute
from shared.runtime.ports import Clock, Ids
from shared.web.writes import Framed, Write, WriteAnswer


def management_router(execute: Execute, views: Views, clock: Clock, ids: Ids) -> APIRouter:
    """Return the routes under ``/management``."""
    routes = APIRouter(prefix="/management")
    carry = carrying(execute)

    async def said(complaint: str, write: Write, command: ContactCustomer | CloseEscalation) -> WriteAnswer:
        attempt = ids.derived(f"management/{complaint}/{write.key}") if write.key else ids.new()
        refused = NoteRefusedWording(
            **_who(write, clock), department="management", rule=BLAMES_PEOPLE.id, attempt=attempt
        )
        return await on_record(execute, carry, write.call(KIND, complaint, command), refused)

    @routes.get("/queue")
    async def queue(cursor: Cursor = "", limit: Limit = 50) -> ManagementPage:
        return await views.management_queue(cursor, limit)

    @routes.post("/{complaint}/contact")
    async def contact(complaint: ComplaintId, body: ContactRequest, write: Framed) -> WriteAnswer:
        command = ContactCustomer(**_who(write, clock), note=body.note, override=body.override)
        return await said(complaint, write, command)

    @routes.post("/{complaint}/close")
    async def close(complaint: ComplaintId, body: CloseRequest, write: Framed) -> WriteAnswer:
        command = CloseEscalation(**_who(write, clock), findings=body.findings, override=body.override)
        return await said(complaint, write, command)

    return routes


def _who(write: Write, clock: Clock) -> dict[str, Any]:
    return {"now": clock.now(), "by": write.by or "management"}

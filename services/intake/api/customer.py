"""HTTP edge of what is said between customer and organisation after registration."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Path

from services.intake.access import ForCustomer, Handling
from services.intake.api.requests import (
    AcceptRequest,
    AcknowledgeRequest,
    Customer,
    FeedbackRequest,
    ReasonRequest,
    RenegotiateRequest,
)
from services.intake.commands import ComplaintCommand, KeepPromise, RejectOutcome, RequestEscalation, WithdrawComplaint
from services.intake.state import Unregistered
from services.intake.views import Views
from shared.contracts.intake import KIND
from shared.eventsourcing.calls import Execute
from shared.eventsourcing.decider import Rejected
from shared.eventsourcing.ports import Clock
from shared.privacy.redaction import NOBODY, Known
from shared.privacy.vault import Vault
from shared.web.problems import NotFound
from shared.web.writes import Framed, Write, WriteAnswer, answer

Id = Annotated[str, Path(max_length=64)]
PromiseName = Annotated[str, Path(max_length=200)]


class Desk:
    """Carries out commands for one complaint, and knows what to mask in the words that come with them."""

    def __init__(self, execute: Execute, vault: Vault) -> None:
        self._execute = execute
        self._vault = vault

    async def known(self, complaint: str) -> Known:
        """Return what is known of the customer, and so must not appear in what is published."""
        kept = await self._vault.get(complaint)
        customer = orjson.loads(kept).get("customer") if kept else None
        return Customer(**customer).known if customer else NOBODY

    async def carry_out(self, write: Write, complaint: str, command: ComplaintCommand) -> WriteAnswer:
        """Carry out a command. Raises NotFound and what `Execute` raises."""
        try:
            return answer(await self._execute(write.call(KIND, complaint, command)))
        except Rejected as rejected:
            if rejected.absent:
                raise NotFound(f"there is no complaint {complaint}") from rejected
            raise


def customer_router(desk: Desk, views: Views, clock: Clock) -> APIRouter:
    """Return the routes of acknowledgement, outcome, escalation and withdrawal."""
    routes = APIRouter(prefix="/complaints/{complaint}")

    @routes.post("/acknowledge")
    async def acknowledge(asker: Handling, complaint: Id, body: AcknowledgeRequest, write: Framed) -> WriteAnswer:
        known = await desk.known(complaint)
        return await desk.carry_out(write, complaint, body.command(asker, clock.now(), known=known))

    @routes.post("/accept")
    async def accept(asker: ForCustomer, complaint: Id, body: AcceptRequest, write: Framed) -> WriteAnswer:
        state = await views.state(complaint)
        ref = "" if isinstance(state, Unregistered) else state.case.customer_ref
        last_asked = await views.last_asked(ref)
        return await desk.carry_out(write, complaint, body.command(asker, clock.now(), last_asked=last_asked))

    @routes.post("/reject")
    async def reject(asker: ForCustomer, complaint: Id, body: ReasonRequest, write: Framed) -> WriteAnswer:
        known = await desk.known(complaint)
        command = body.command(asker, clock.now(), known=known, kind=RejectOutcome)
        return await desk.carry_out(write, complaint, command)

    @routes.post("/escalate")
    async def escalate(asker: ForCustomer, complaint: Id, body: ReasonRequest, write: Framed) -> WriteAnswer:
        known = await desk.known(complaint)
        command = body.command(asker, clock.now(), known=known, kind=RequestEscalation)
        return await desk.carry_out(write, complaint, command)

    @routes.post("/withdraw")
    async def withdraw(asker: ForCustomer, complaint: Id, body: ReasonRequest, write: Framed) -> WriteAnswer:
        known = await desk.known(complaint)
        command = body.command(asker, clock.now(), known=known, kind=WithdrawComplaint)
        return await desk.carry_out(write, complaint, command)

    return routes


def promises_router(desk: Desk, clock: Clock) -> APIRouter:
    """Return the routes of promises and of feedback."""
    routes = APIRouter(prefix="/complaints/{complaint}")

    @routes.post("/promises/{promise}/renegotiate")
    async def renegotiate(
        asker: Handling, complaint: Id, promise: PromiseName, body: RenegotiateRequest, write: Framed
    ) -> WriteAnswer:
        return await desk.carry_out(write, complaint, body.command(asker, clock.now(), promise=promise))

    @routes.post("/promises/{promise}/keep")
    async def keep(asker: Handling, complaint: Id, promise: PromiseName, write: Framed) -> WriteAnswer:
        command = KeepPromise(now=clock.now(), by=asker.by, promise=promise)
        return await desk.carry_out(write, complaint, command)

    @routes.post("/feedback")
    async def feedback(asker: ForCustomer, complaint: Id, body: FeedbackRequest, write: Framed) -> WriteAnswer:
        return await desk.carry_out(write, complaint, body.command(asker, clock.now()))

    return routes

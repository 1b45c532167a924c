"""HTTP edge of what is said between customer and organisation after registration."""

from __future__ import annotations

from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Path

from services.intake.api.registration import known_of
from services.intake.api.requests import Accept, Acknowledge, Customer, Feedback, Reason, Renegotiate
from services.intake.commands import (
    AcceptOutcome,
    AcknowledgeComplaint,
    Command,
    GiveFeedback,
    KeepPromise,
    RejectOutcome,
    RenegotiatePromise,
    RequestEscalation,
    WithdrawComplaint,
)
from services.intake.state import Unregistered
from services.intake.views import Views
from shared.contracts.intake import KIND
from shared.core.decider import Rejected
from shared.privacy.redaction import redact
from shared.privacy.vault import Vault
from shared.runtime.calls import Execute
from shared.runtime.ports import Clock
from shared.web.problems import NotFound
from shared.web.writes import Framed, Write, WriteAnswer, answer

CUSTOMER: Final = "customer"
STAFF: Final = "staff"
Id = Annotated[str, Path(max_length=64)]
PromiseName = Annotated[str, Path(max_length=200)]


class Desk:
    """Carries out commands for one complaint, and masks the words that come with them."""

    def __init__(self, execute: Execute, vault: Vault) -> None:
        self._execute = execute
        self._vault = vault

    async def masked(self, complaint: str, text: str) -> str:
        """Return the text without personal data, the customer's own included."""
        kept = await self._vault.get(complaint)
        customer = orjson.loads(kept).get("customer") if kept else None
        return redact(text, known_of(Customer(**customer) if customer else None)).text

    async def carry_out(self, write: Write, complaint: str, command: Command) -> WriteAnswer:
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
    async def acknowledge(complaint: Id, told: Acknowledge, write: Framed) -> WriteAnswer:
        sentence = await desk.masked(complaint, told.next)
        command = AcknowledgeComplaint(clock.now(), write.by or STAFF, next=sentence, by_when=told.by_when)
        return await desk.carry_out(write, complaint, command)

    @routes.post("/accept")
    async def accept(complaint: Id, accepted: Accept, write: Framed) -> WriteAnswer:
        state = await views.state(complaint)
        ref = "" if isinstance(state, Unregistered) else state.case.customer_ref
        last_asked = await views.last_asked(ref)
        command = AcceptOutcome(clock.now(), write.by or CUSTOMER, accepted.learning_code, last_asked)
        return await desk.carry_out(write, complaint, command)

    @routes.post("/reject")
    async def reject(complaint: Id, because: Reason, write: Framed) -> WriteAnswer:
        reason = await desk.masked(complaint, because.reason)
        return await desk.carry_out(write, complaint, RejectOutcome(clock.now(), write.by or CUSTOMER, reason))

    @routes.post("/escalate")
    async def escalate(complaint: Id, because: Reason, write: Framed) -> WriteAnswer:
        reason = await desk.masked(complaint, because.reason)
        return await desk.carry_out(write, complaint, RequestEscalation(clock.now(), write.by or CUSTOMER, reason))

    @routes.post("/withdraw")
    async def withdraw(complaint: Id, because: Reason, write: Framed) -> WriteAnswer:
        reason = await desk.masked(complaint, because.reason)
        return await desk.carry_out(write, complaint, WithdrawComplaint(clock.now(), write.by or CUSTOMER, reason))

    return routes


def promises_router(desk: Desk, clock: Clock) -> APIRouter:
    """Return the routes of promises and of feedback."""
    routes = APIRouter(prefix="/complaints/{complaint}")

    @routes.post("/promises/{promise}/renegotiate")
    async def renegotiate(complaint: Id, promise: PromiseName, agreed: Renegotiate, write: Framed) -> WriteAnswer:
        command = RenegotiatePromise(clock.now(), write.by or STAFF, promise, agreed.due)
        return await desk.carry_out(write, complaint, command)

    @routes.post("/promises/{promise}/keep")
    async def keep(complaint: Id, promise: PromiseName, write: Framed) -> WriteAnswer:
        return await desk.carry_out(write, complaint, KeepPromise(clock.now(), write.by or STAFF, promise))

    @routes.post("/feedback")
    async def feedback(complaint: Id, given: Feedback, write: Framed) -> WriteAnswer:
        return await desk.carry_out(write, complaint, GiveFeedback(clock.now(), write.by or CUSTOMER, given.scores))

    return routes

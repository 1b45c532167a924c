"""What a department does at a table. Another department's complaint is a 404."""

from __future__ import annotations

from fastapi import APIRouter

from services.departments.access import AtTheTable
from services.departments.api.executing import executor_for, on_record, refused_wording
from services.departments.api.requests import (
    AgreeRequest,
    AnswerRequest,
    ComplaintId,
    DeclineRequest,
    DepartmentId,
    EndorseRequest,
    NominateRequest,
    ObjectRequest,
    ProposeRequest,
    RemedyRequest,
    StatementRequest,
    TimesRequest,
)
from services.departments.commands import Join
from shared.contracts.departments import KIND
from shared.eventsourcing.calls import Execute
from shared.eventsourcing.ports import Clock, Ids
from shared.web.writes import Framed, Write, WriteAnswer

_PLACE = "/departments/{department}/table/{complaint}"


class ProposalAnswer(WriteAnswer):
    """What a write with a proposal came to; `proposal` is the id others endorse or object to."""

    proposal: str


def table_router(execute: Execute, clock: Clock, ids: Ids) -> APIRouter:
    """Return the routes under ``/departments/{department}/table/{id}`` that write."""
    routes = APIRouter()
    _sitting(routes, execute, clock)
    _proposing(routes, execute, clock, ids)
    _solving(routes, execute, clock)
    return routes


def _sitting(routes: APIRouter, execute: Execute, clock: Clock) -> None:
    run = executor_for(execute)

    @routes.post(_PLACE + "/join")
    async def join(asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, write: Framed) -> WriteAnswer:
        command = Join(now=clock.now(), by=asker.by, department=department)
        return await run(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/decline")
    async def decline(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: DeclineRequest, write: Framed
    ) -> WriteAnswer:
        command = body.command(asker, clock.now(), department=department)
        return await run(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/nominate")
    async def nominate(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: NominateRequest, write: Framed
    ) -> WriteAnswer:
        command = body.command(asker, clock.now(), department=department)
        return await run(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/times")
    async def times(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: TimesRequest, write: Framed
    ) -> WriteAnswer:
        command = body.command(asker, clock.now(), department=department)
        return await run(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/statement")
    async def statement(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: StatementRequest, write: Framed
    ) -> WriteAnswer:
        command = body.command(asker, clock.now(), department=department)
        return await run(write.call(KIND, complaint, command))


def _proposing(routes: APIRouter, execute: Execute, clock: Clock, ids: Ids) -> None:
    run = executor_for(execute)

    @routes.post(_PLACE + "/propose")
    async def propose(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: ProposeRequest, write: Framed
    ) -> ProposalAnswer:
        proposal = _proposal_id(write, ids, complaint, department)
        command = body.command(asker, clock.now(), department=department, proposal=proposal)
        refused = refused_wording(command, department, proposal)
        done = await on_record(execute, run, write.call(KIND, complaint, command), refused)
        return ProposalAnswer(**done.model_dump(), proposal=proposal)

    @routes.post(_PLACE + "/endorse")
    async def endorse(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: EndorseRequest, write: Framed
    ) -> WriteAnswer:
        command = body.command(asker, clock.now(), department=department)
        return await run(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/object")
    async def object_to(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: ObjectRequest, write: Framed
    ) -> ProposalAnswer:
        alternative = _proposal_id(write, ids, complaint, department)
        command = body.command(asker, clock.now(), department=department, alternative=alternative)
        refused = refused_wording(command, department, alternative)
        done = await on_record(execute, run, write.call(KIND, complaint, command), refused)
        return ProposalAnswer(**done.model_dump(), proposal=alternative)

    @routes.post(_PLACE + "/answer")
    async def answer(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: AnswerRequest, write: Framed
    ) -> WriteAnswer:
        command = body.command(asker, clock.now(), department=department)
        refused = refused_wording(command, department, _proposal_id(write, ids, complaint, department))
        return await on_record(execute, run, write.call(KIND, complaint, command), refused)


def _solving(routes: APIRouter, execute: Execute, clock: Clock) -> None:
    run = executor_for(execute)

    @routes.post(_PLACE + "/agree")
    async def agree(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: AgreeRequest, write: Framed
    ) -> WriteAnswer:
        command = body.command(asker, clock.now(), department=department)
        return await run(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/remedy")
    async def remedy(
        asker: AtTheTable, department: DepartmentId, complaint: ComplaintId, body: RemedyRequest, write: Framed
    ) -> WriteAnswer:
        command = body.command(asker, clock.now(), department=department)
        return await run(write.call(KIND, complaint, command))


def _proposal_id(write: Write, ids: Ids, complaint: str, department: str) -> str:
    """The same key gives the same id, so that a request sent twice proposes once."""
    return ids.derived(f"proposal/{complaint}/{department}/{write.key}") if write.key else ids.new()

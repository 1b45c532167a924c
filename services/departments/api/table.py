"""What a department does at a table. Another department's complaint is a 404."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.departments import commands as asked
from services.departments.api import requests as bodies
from services.departments.api.carrying import carrying, on_record
from services.departments.api.requests import ComplaintId, DepartmentId
from shared.contracts.departments import KIND
from shared.runtime.calls import Execute
from shared.runtime.ports import Clock, Ids
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
    carry = carrying(execute)

    @routes.post(_PLACE + "/join")
    async def join(department: DepartmentId, complaint: ComplaintId, write: Framed) -> WriteAnswer:
        return await carry(write.call(KIND, complaint, asked.Join(**_who(write, clock, department))))

    @routes.post(_PLACE + "/decline")
    async def decline(
        department: DepartmentId, complaint: ComplaintId, body: bodies.DeclineRequest, write: Framed
    ) -> WriteAnswer:
        who = _who(write, clock, department)
        command = asked.Decline(**who, reason=body.reason, nominee=body.nominee)
        return await carry(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/nominate")
    async def nominate(
        department: DepartmentId, complaint: ComplaintId, body: bodies.NominateRequest, write: Framed
    ) -> WriteAnswer:
        command = asked.Nominate(**_who(write, clock, department), nominee=body.nominee)
        return await carry(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/times")
    async def times(
        department: DepartmentId, complaint: ComplaintId, body: bodies.TimesRequest, write: Framed
    ) -> WriteAnswer:
        waiting = {one.step: one.waiting_seconds for one in body.steps if one.waiting_seconds is not None}
        command = asked.ReportTimes(
            **_who(write, clock, department),
            steps=tuple(one.time() for one in body.steps),
            waiting=waiting,
            staff_minutes=body.staff_minutes,
        )
        return await carry(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/statement")
    async def statement(
        department: DepartmentId, complaint: ComplaintId, body: bodies.StatementRequest, write: Framed
    ) -> WriteAnswer:
        who = _who(write, clock, department)
        command = asked.MakeStatement(**who, dates=body.dates, amounts=body.amounts)
        return await carry(write.call(KIND, complaint, command))


def _proposing(routes: APIRouter, execute: Execute, clock: Clock, ids: Ids) -> None:
    carry = carrying(execute)

    @routes.post(_PLACE + "/propose")
    async def propose(
        department: DepartmentId, complaint: ComplaintId, body: bodies.ProposeRequest, write: Framed
    ) -> ProposalAnswer:
        who = _who(write, clock, department)
        proposal = _proposal_id(write, ids, complaint, department)
        call = write.call(KIND, complaint, asked.Propose(**who, draft=body.draft(proposal)))
        done = await on_record(execute, carry, call, _refused(who, proposal))
        return ProposalAnswer(**done.model_dump(), proposal=proposal)

    @routes.post(_PLACE + "/endorse")
    async def endorse(
        department: DepartmentId, complaint: ComplaintId, body: bodies.EndorseRequest, write: Framed
    ) -> WriteAnswer:
        command = asked.Endorse(**_who(write, clock, department), proposal=body.proposal)
        return await carry(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/object")
    async def object_to(
        department: DepartmentId, complaint: ComplaintId, body: bodies.ObjectRequest, write: Framed
    ) -> ProposalAnswer:
        who = _who(write, clock, department)
        alternative = _proposal_id(write, ids, complaint, department)
        command = asked.ObjectTo(
            **who,
            proposal=body.proposal,
            reason=body.reason,
            alternative=body.alternative.draft(alternative),
            override=body.override,
        )
        done = await on_record(execute, carry, write.call(KIND, complaint, command), _refused(who, alternative))
        return ProposalAnswer(**done.model_dump(), proposal=alternative)

    @routes.post(_PLACE + "/answer")
    async def answer(
        department: DepartmentId, complaint: ComplaintId, body: bodies.AnswerRequest, write: Framed
    ) -> WriteAnswer:
        who = _who(write, clock, department)
        command = asked.Answer(
            **who,
            text=body.text,
            covers=body.covers,
            promises=body.promises,
            dates=body.dates,
            amounts=body.amounts,
            override=body.override,
        )
        attempt = _proposal_id(write, ids, complaint, department)
        return await on_record(execute, carry, write.call(KIND, complaint, command), _refused(who, attempt))


def _solving(routes: APIRouter, execute: Execute, clock: Clock) -> None:
    carry = carrying(execute)

    @routes.post(_PLACE + "/agree")
    async def agree(
        department: DepartmentId, complaint: ComplaintId, body: bodies.AgreeRequest, write: Framed
    ) -> WriteAnswer:
        command = asked.Agree(
            **_who(write, clock, department),
            remedy_proposal=body.remedy_proposal,
            preventions=body.preventions,
            budgets=body.budgets,
        )
        return await carry(write.call(KIND, complaint, command))

    @routes.post(_PLACE + "/remedy")
    async def remedy(
        department: DepartmentId, complaint: ComplaintId, body: bodies.RemedyRequest, write: Framed
    ) -> WriteAnswer:
        who = _who(write, clock, department)
        command = asked.DeliverRemedy(**who, cost=body.cost, staff_minutes=body.staff_minutes)
        return await carry(write.call(KIND, complaint, command))


def _who(write: Write, clock: Clock, department: str) -> dict[str, Any]:
    return {"now": clock.now(), "by": write.by or department, "department": department}


def _proposal_id(write: Write, ids: Ids, complaint: str, department: str) -> str:
    """The same key gives the same id, so that a request sent twice proposes once."""
    return ids.derived(f"proposal/{complaint}/{department}/{write.key}") if write.key else ids.new()


def _refused(who: dict[str, Any], attempt: str) -> asked.NoteRefusedWording:
    return asked.NoteRefusedWording(**who, rule="blames-people", attempt=attempt)

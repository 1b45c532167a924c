"""Carrying out a caller's command: another department's complaint is a 404, and refused wording goes on record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from services.departments.commands import (
    Answer,
    CloseEscalation,
    ContactCustomer,
    NoteRefusedWording,
    ObjectTo,
    Propose,
)
from shared.eventsourcing.calls import Call, Execute
from shared.eventsourcing.decider import Rejected
from shared.organisation.wording import BLAMES_PEOPLE
from shared.web.problems import NotFound
from shared.web.writes import WriteAnswer, answer

Executor = Callable[[Call], Awaitable[WriteAnswer]]


def executor_for(execute: Execute) -> Executor:
    """Return a function that carries out a call and answers with what it came to."""

    async def run(call: Call) -> WriteAnswer:
        try:
            return answer(await execute(call))
        except Rejected as rejected:
            if rejected.absent:
                raise NotFound(f"there is no complaint {call.key} here") from rejected
            raise

    return run


def refused_wording(
    command: Propose | ObjectTo | Answer | ContactCustomer | CloseEscalation, department: str, attempt: str
) -> NoteRefusedWording:
    """Return the command that records a refused wording; `attempt` is the id that the text would have had."""
    return NoteRefusedWording(
        now=command.now, by=command.by, department=department, rule=BLAMES_PEOPLE.id, attempt=attempt
    )


async def on_record(execute: Execute, run: Executor, call: Call, refused: NoteRefusedWording) -> WriteAnswer:
    """Carry out a call that contains text; where the text is refused, an event records that, without the text."""
    try:
        return await run(call)
    except Rejected as rejected:
        if rejected.rule == BLAMES_PEOPLE.id:
            noted = f"{call.command_id}:refused:{call.digest}" if call.command_id else ""
            await execute(replace(call, command=refused, command_id=noted, expected=None))
        raise

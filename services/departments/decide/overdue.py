"""Clocks that ran out: never early, never twice, in the order of their instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from services.departments import commands as asked
from services.departments.decide.escalating import escalated
from services.departments.decide.settling import revealed, settled
from services.departments.state import Round, RunningClock, State, clocks, evolve
from shared.contracts.departments import (
    AgreementOverdue,
    AnswerOverdue,
    DepartmentSilent,
    EscalationOverdue,
    ManagementTookSeat,
)
from shared.contracts.event import Event
from shared.core.organisation import Organisation


def run_clocks(organisation: Organisation, state: State, command: asked.RunClocks) -> Sequence[Event]:
    """Say it of every clock that has run out, with what follows, until none is left that has."""
    said: list[Event] = []
    current = state
    while (running := clocks(current)) and running[0].due <= command.now:
        events = settled(organisation, current, _ran_out(organisation, current, running[0], command.now), command.now)
        for event in events:
            current = evolve(current, event)
        said.extend(events)
    return said


def _ran_out(organisation: Organisation, state: State, clock: RunningClock, now: datetime) -> Sequence[Event]:
    match clock.kind:
        case "respond":
            return [
                DepartmentSilent(at=now, by="system", department=clock.department, due=clock.due),
                ManagementTookSeat(
                    at=now,
                    by="management",
                    department=clock.department,
                    reason="The department did not answer in time.",
                ),
            ]
        case "round":
            return [revealed(organisation, state, now, complete=False)] if isinstance(state, Round) else []
        case "agree":
            return [AgreementOverdue(at=now, by="system", due=clock.due)]
        case "answer":
            reason = "The customer's answer was not ready in time."
            missed = AnswerOverdue(at=now, by="system", due=clock.due)
            return [missed, *escalated(organisation, state, reason, "clock", now, "system")]
        case "contact":
            return [EscalationOverdue(at=now, by="system", due=clock.due)]
        case _:
            assert_never(clock.kind)

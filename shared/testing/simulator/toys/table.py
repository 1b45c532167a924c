"""A small departments: invites two, waits for its clock and for the acknowledgement, completes, closes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from pydantic import TypeAdapter

from shared.contracts import departments, intake
from shared.contracts.event import Event
from shared.contracts.part import Part
from shared.contracts.topics import department_topic
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.definition import Definition, Listen
from shared.testing.simulator.toys.commands import Check, Close, Hear, Open, RunClocks, refused

INVITED: Final = ("seller", "carrier")


class Resolution(Part):
    """departments' state."""

    phase: Literal["new", "open", "completed", "closed"] = "new"
    respond_by: datetime | None = None
    started: bool = False


def decide_resolution(state: Resolution, command: object) -> Sequence[Event]:
    """Decide departments' side."""
    match command:
        case Open(now, by) if state.phase == "new":
            return [
                departments.DepartmentInvited(
                    at=now, by="system", department=name, steps=(), effect="late", asked="why", respond_by=by
                )
                for name in INVITED
            ]
        case Hear(now) if state.phase != "new":
            if state.started:
                return []
            started = departments.RoundStarted(at=now, by="system", ends=now)
            return [started, *_completed(now)] if state.respond_by is None else [started]
        case RunClocks(now):
            due = state.respond_by
            if due is None or due > now:
                return []
            silent = [departments.DepartmentSilent(at=now, by="system", department=name, due=due) for name in INVITED]
            return [*silent, *_completed(now)] if state.started else silent
        case Close(now) if state.phase == "completed":
            return [departments.TableClosed(at=now, by="system", why="accepted")]
        case _:
            raise refused(state, command)


def _completed(now: datetime) -> Sequence[Event]:
    return [
        departments.ResolutionCompleted(at=now, by="system", stage=1, staff_minutes=5, compensation=Decimal(0)),
    ]


def evolve_resolution(state: Resolution, event: Event) -> Resolution:
    """Evolve departments' side."""
    match event:
        case departments.DepartmentInvited():
            return Resolution(phase="open", respond_by=event.respond_by)
        case departments.RoundStarted():
            return Resolution(phase=state.phase, respond_by=state.respond_by, started=True)
        case departments.DepartmentSilent():
            return Resolution(phase=state.phase, started=state.started)
        case departments.ResolutionCompleted():
            return Resolution(phase="completed", started=True)
        case departments.TableClosed():
            return Resolution(phase="closed", started=True)
        case _:
            return state


STATE = TypeAdapter(Resolution)


def small_departments(check: Check, patience: timedelta) -> Definition:
    """Return the service."""

    def decide(state: Resolution, command: object) -> Sequence[Event]:
        check(command)
        return decide_resolution(state, command)

    def audience(_state: Resolution, event: Event) -> Sequence[str]:
        return (department_topic(event.department),) if isinstance(event, departments.DepartmentInvited) else ()

    decider: Decider[Resolution, object] = Decider(
        stream=departments.RESOLUTIONS,
        initial=Resolution(),
        decide=decide,
        evolve=evolve_resolution,
        is_terminal=lambda state: state.phase == "closed",
        state=STATE,
        index=lambda state: {"phase": state.phase},
        next_due=lambda state: state.respond_by,
        audience=audience,
    )
    return Definition(
        name="departments",
        streams=(departments.RESOLUTIONS,),
        deciders=(decider,),
        listens=(
            Listen(intake.ComplaintRegistered, lambda got: Open(got.now, got.now + patience)),
            Listen(intake.ComplaintAcknowledged, lambda got: Hear(got.now)),
            Listen(intake.AcknowledgementMissed, lambda got: Hear(got.now)),
            Listen(intake.ComplaintClosed, lambda got: Close(got.now)),
        ),
        on_due=lambda _kind, _state, now: RunClocks(now),
        further=tuple(map(department_topic, INVITED)),
    )

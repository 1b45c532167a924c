"""A small intake: registers, acknowledges or misses to, answers and closes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter

from shared.contracts import departments, intake
from shared.contracts.event import Event
from shared.contracts.part import Part
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.definition import Definition, Listen
from shared.testing.simulator.toys.commands import Acknowledge, Answer, Check, Close, Register, RunClocks, refused


class Complaint(Part):
    """intake's state."""

    phase: Literal["new", "open", "answered", "closed"] = "new"
    acknowledge_by: datetime | None = None
    acknowledged: bool = False


def decide_complaint(state: Complaint, command: object) -> Sequence[Event]:  # noqa: PLR0911 - one per command
    """Decide intake's side."""
    match command:
        case Register(complaint, now, by) if state.phase == "new":
            return [
                intake.ComplaintRegistered(
                    at=now,
                    by="customer",
                    complaint=complaint,
                    channel="web",
                    received_at=now,
                    text="late",
                    acknowledge_by=by,
                )
            ]
        case Register():
            return []
        case Acknowledge() if state.acknowledged:
            return []
        case Acknowledge(now) if state.phase != "new":
            return [
                intake.ComplaintAcknowledged(at=now, by="customer-care", kind="personal", who="care", next="a call")
            ]
        case RunClocks(now):
            return _missed(state, now)
        case Answer(now, last) if state.phase == "open":
            answer = intake.AnswerSent(at=now, by="system", stage=1, text="sorry", covers=())
            return [answer, _closed(now)] if last else [answer]
        case Close(now) if state.phase == "answered":
            return [_closed(now)]
        case _:
            raise refused(state, command)


def _closed(now: datetime) -> Event:
    return intake.ComplaintClosed(at=now, by="system", learning_code="parcel")


def _missed(state: Complaint, now: datetime) -> Sequence[Event]:
    due = state.acknowledge_by
    return [] if due is None or due > now else [intake.AcknowledgementMissed(at=now, by="system", due=due)]


def evolve_complaint(state: Complaint, event: Event) -> Complaint:
    """Evolve intake's side."""
    match event:
        case intake.ComplaintRegistered():
            return Complaint(phase="open", acknowledge_by=event.acknowledge_by)
        case intake.ComplaintAcknowledged():
            return Complaint(phase=state.phase, acknowledged=True)
        case intake.AcknowledgementMissed():
            return Complaint(phase=state.phase, acknowledged=state.acknowledged)
        case intake.AnswerSent():
            return Complaint(phase="answered", acknowledge_by=state.acknowledge_by, acknowledged=state.acknowledged)
        case intake.ComplaintClosed():
            return Complaint(phase="closed", acknowledge_by=state.acknowledge_by, acknowledged=state.acknowledged)
        case _:
            return state


STATE = TypeAdapter(Complaint)


def small_intake(check: Check) -> Definition:
    """Return the service."""

    def decide(state: Complaint, command: object) -> Sequence[Event]:
        check(command)
        return decide_complaint(state, command)

    decider: Decider[Complaint, object] = Decider(
        stream=intake.COMPLAINTS,
        initial=Complaint(),
        decide=decide,
        evolve=evolve_complaint,
        is_terminal=lambda state: state.phase == "closed",
        state=STATE,
        index=lambda state: {"phase": state.phase},
        next_due=lambda state: state.acknowledge_by,
    )
    return Definition(
        name="intake",
        streams=(intake.COMPLAINTS,),
        deciders=(decider,),
        listens=(Listen(departments.ResolutionCompleted, lambda got: Answer(got.now, last=True)),),
        on_due=lambda _kind, _state, now: RunClocks(now),
    )

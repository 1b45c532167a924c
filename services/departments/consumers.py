"""Which event of intake and routing becomes which command. Either topic may be ahead of the other."""

from __future__ import annotations

from typing import Any, Final

from services.departments.commands import CloseTable, Escalate, NoteComplaint, NoteTriage, OpenSecondStage
from services.departments.policy.wording import EXCERPT
from shared.contracts import intake, routing
from shared.contracts.departments import ComplaintBrief, TriageBrief
from shared.eventsourcing.definition import Incoming, Listen

_SYSTEM: Final = "system"


def complaint_registered(incoming: Incoming[intake.ComplaintRegistered]) -> NoteComplaint:
    """Keep what a briefing needs. Nobody is briefed on a historic complaint, so its text is not copied."""
    event = incoming.event
    begun = [step.started for step in event.steps if step.started is not None]
    brief = ComplaintBrief(
        registered_at=event.at,
        historic=event.historic,
        excerpt="" if event.historic else _excerpt(event.text),
        points=len(event.points),
        promised_by=event.promised_by,
        started=min(begun, default=None),
        value=event.value,
        harm=event.harm,
        vulnerable=event.vulnerable,
    )
    return NoteComplaint(now=incoming.now, by=_SYSTEM, complaint=brief)


def complaint_triaged(incoming: Incoming[routing.ComplaintTriaged]) -> NoteTriage:
    """A later one is a person's correction."""
    event = incoming.event
    triage = TriageBrief(category=event.category, severity=event.severity, steps=event.steps)
    return NoteTriage(now=incoming.now, by=_SYSTEM, triage=triage, historic=event.historic)


def outcome_rejected(incoming: Incoming[intake.OutcomeRejected]) -> OpenSecondStage:
    """The customer rejects."""
    event = incoming.event
    return OpenSecondStage(now=incoming.now, by=event.by, rejected_stage=event.stage, reason=event.reason)


def escalation_requested(incoming: Incoming[intake.EscalationRequested]) -> Escalate:
    """The customer asks for management."""
    return Escalate(now=incoming.now, by=incoming.event.by, reason=incoming.event.reason)


def complaint_withdrawn(incoming: Incoming[intake.ComplaintWithdrawn]) -> CloseTable:
    """The customer withdraws the complaint."""
    return CloseTable(now=incoming.now, by=incoming.event.by, why="withdrawn")


def complaint_closed(incoming: Incoming[intake.ComplaintClosed]) -> CloseTable:
    """The customer's side has ended; a historic complaint had ended before it was imported."""
    historic = incoming.event.learning_code == "historic"
    return CloseTable(now=incoming.now, by=incoming.event.by, why="historic" if historic else "accepted")


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1].rstrip() + "…"


LISTENS: Final[tuple[Listen[Any], ...]] = (
    Listen(intake.ComplaintRegistered, complaint_registered),
    Listen(intake.OutcomeRejected, outcome_rejected),
    Listen(intake.EscalationRequested, escalation_requested),
    Listen(intake.ComplaintWithdrawn, complaint_withdrawn),
    Listen(intake.ComplaintClosed, complaint_closed),
    Listen(routing.ComplaintTriaged, complaint_triaged),
)

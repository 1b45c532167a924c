"""Which event of departments becomes which command. No other service changes a complaint."""

from __future__ import annotations

from typing import Any, Final

from services.intake.commands import AnnounceTable, EndEscalation, PrepareAnswer, SendAnswer, StartEscalation
from shared.contracts.departments import (
    AnswerAgreed,
    EscalatedToManagement,
    EscalationClosed,
    ResolutionCompleted,
    TableOpened,
)
from shared.eventsourcing.definition import Incoming, Listen

SYSTEM: Final = "system"


def table_opened(incoming: Incoming[TableOpened]) -> AnnounceTable | None:
    """Tell the customer who has the complaint; for a historic one there is nobody to tell."""
    event = incoming.event
    if event.historic:
        return None
    return AnnounceTable(now=incoming.now, by=SYSTEM, stage=event.stage, lead=event.lead, answer_by=event.answer_by)


def answer_agreed(incoming: Incoming[AnswerAgreed]) -> PrepareAnswer:
    """Keep the answer until the remedy is delivered."""
    event = incoming.event
    return PrepareAnswer(now=incoming.now, by=SYSTEM, text=event.text, covers=event.covers, promises=event.promises)


def resolution_completed(incoming: Incoming[ResolutionCompleted]) -> SendAnswer:
    """The remedy is delivered: the answer goes out now."""
    return SendAnswer(now=incoming.now, by=SYSTEM, stage=incoming.event.stage)


def escalated_to_management(incoming: Incoming[EscalatedToManagement]) -> StartEscalation:
    """Management has it: closing waits."""
    return StartEscalation(now=incoming.now, by=SYSTEM, reason=incoming.event.reason, asked_by=incoming.event.asked_by)


def escalation_closed(incoming: Incoming[EscalationClosed]) -> EndEscalation:
    """Management is done: closing waits no longer."""
    return EndEscalation(now=incoming.now, by=SYSTEM)


LISTENS: Final[tuple[Listen[Any], ...]] = (
    Listen(TableOpened, table_opened),
    Listen(AnswerAgreed, answer_agreed),
    Listen(ResolutionCompleted, resolution_completed),
    Listen(EscalatedToManagement, escalated_to_management),
    Listen(EscalationClosed, escalation_closed),
)

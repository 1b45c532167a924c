"""What routing does when a clock of a triage ran out."""

from __future__ import annotations

from datetime import datetime

from services.routing.commands import RunClocks, TriageCommand
from services.routing.state import Queued, State


def on_due(_kind: str, state: State, now: datetime) -> TriageCommand | None:
    """Return the command for a triage that is overdue."""
    return RunClocks(now=now) if isinstance(state, Queued) else None

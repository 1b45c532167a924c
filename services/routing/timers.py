"""What a clock that ran out asks for."""

from __future__ import annotations

from datetime import datetime

from services.routing.commands import RunClocks, TriageCommand
from services.routing.state import Queued, State


def on_due(_kind: str, state: State, now: datetime) -> TriageCommand | None:
    """Return the command for a triage whose time to be decided has come."""
    return RunClocks(now=now) if isinstance(state, Queued) else None

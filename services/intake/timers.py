"""What intake does when a clock of a complaint ran out."""

from __future__ import annotations

from datetime import datetime

from services.intake.commands import RunClocks
from services.intake.state import State


def on_due(_kind: str, _state: State, now: datetime) -> RunClocks:
    """Ask which clocks ran out: `decide` knows them all and reports each once."""
    return RunClocks(now=now)

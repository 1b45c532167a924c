"""What departments does when a clock of a resolution ran out."""

from __future__ import annotations

from datetime import datetime

from services.departments.commands import RunClocks
from services.departments.state.models import State


def on_due(_kind: str, _state: State, now: datetime) -> RunClocks:
    """Ask which clocks ran out: `decide` knows them all and reports each once."""
    return RunClocks(now=now)

"""What review does when a clock of a review ran out; themes and periods have no clocks."""

from __future__ import annotations

from datetime import datetime

from services.review.commands import RunClocks
from services.review.state.review import Concluded, Open
from shared.contracts.review import CLOCK


def on_due(_kind: str, state: object, now: datetime) -> RunClocks | None:
    """Return the command for a due state."""
    return RunClocks(now=now, by=CLOCK) if isinstance(state, Open | Concluded) else None

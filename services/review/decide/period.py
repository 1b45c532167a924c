"""A period counts."""

from __future__ import annotations

from collections.abc import Sequence

from services.review.commands import PeriodCommand
from services.review.state.period import Period
from shared.contracts.event import Event
from shared.contracts.review import PeriodCounted


def decide(state: Period, command: PeriodCommand) -> Sequence[Event]:
    """Count a reviewed complaint; the one counted last is not counted again."""
    summary = command.summary
    if state.last == summary.complaint:
        return []
    return [
        PeriodCounted(
            at=command.now,
            by=command.by,
            complaint=summary.complaint,
            severity=summary.severity,
            historic=summary.historic,
            escalated=summary.escalated,
            promises_kept=summary.promises_kept,
            promises_broken=summary.promises_broken,
            costs=summary.costs,
            spent=summary.spent,
        )
    ]

"""A theme counts."""

from __future__ import annotations

from collections.abc import Sequence

from services.review.commands import ThemeCommand
from services.review.state.theme import Theme
from shared.contracts.event import Event
from shared.contracts.review import ComplaintCounted


def decide(state: Theme, command: ThemeCommand) -> Sequence[Event]:
    """Count a complaint, unless it is the one that was counted last."""
    if state.last == command.complaint:
        return []
    return [
        ComplaintCounted(
            at=command.now,
            by=command.by,
            complaint=command.complaint,
            period=command.period,
            share=command.share,
            cost=command.cost,
        )
    ]

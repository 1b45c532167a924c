"""Bugs of projections to be caught, as those of `tests.sim.mutants`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest

from shared.eventsourcing.session import Input, Session
from shared.messaging.antientropy import AntiEntropy
from shared.store.memory import MemoryStore


def row_saved_without_what_was_folded(patch: pytest.MonkeyPatch) -> None:
    """A row takes no note of the events that it counted."""
    sound = Session._take

    def take(self: Session, item: Input, taken: Sequence[Any]) -> None:
        sound(self, item if self._decider.published else item._replace(command_id=""), taken)

    patch.setattr(Session, "_take", take)


def row_built_on_what_was_there(patch: pytest.MonkeyPatch) -> None:
    """Building anew drops the state of a row and leaves its log."""

    async def drop(self: MemoryStore, kind: str) -> None:
        async with self._call("drop") as data:
            data.executed = {name: done for name, done in data.executed.items() if not done.stream.startswith(kind)}

    patch.setattr(MemoryStore, "drop", drop)


def rebuild_forgets_the_past(patch: pytest.MonkeyPatch) -> None:
    """Rows are dropped, and nobody goes back to the beginning of the logs."""

    async def start_over(_self: AntiEntropy, _topics: object) -> None:
        """Stay where it is."""

    patch.setattr(AntiEntropy, "start_over", start_over)


ROW_MUTANTS: Final = (row_saved_without_what_was_folded, row_built_on_what_was_there, rebuild_forgets_the_past)

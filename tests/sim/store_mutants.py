"""Bugs in what is saved, and in what is taken for saved."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import pytest

from shared.eventsourcing.session import Gap, Input, Result, Session
from shared.messaging.relay import Relay
from shared.store.batch import NOTHING_PASSED, Passed
from shared.store.memory import MemoryStore, Moment
from shared.store.memory.data import copied, insert, pass_over, take
from shared.store.port import Commit, Snapshot, StoreUnavailable


def no_compare_and_set(patch: pytest.MonkeyPatch) -> None:
    async def append(
        self: MemoryStore, entries: Sequence[tuple[Commit, Snapshot]], passed: Passed = NOTHING_PASSED
    ) -> list[bool]:
        async with self._call("append") as data:
            pass_over(data, passed)
            for commit, snapshot in entries:
                free = max(data.streams.get(commit.stream, {0: 0})) + 1
                insert(data, dataclasses.replace(commit, number=free), take(data))
                data.states[commit.stream] = dataclasses.replace(snapshot, number=free)
            return [True] * len(entries)

    patch.setattr(MemoryStore, "append", append)


def zombie_write_not_fenced(patch: pytest.MonkeyPatch) -> None:
    """Whoever writes a state last wins, though its commit is older."""

    async def append(
        self: MemoryStore, entries: Sequence[tuple[Commit, Snapshot]], passed: Passed = NOTHING_PASSED
    ) -> list[bool]:
        async with self._call("append") as data:
            pass_over(data, passed)
            saved = [insert(data, commit, take(data)) for commit, _ in entries]
            await self._moment("append", Moment.BETWEEN)
            data.states.update({snapshot.stream: copied(snapshot) for _, snapshot in entries})
            return saved

    patch.setattr(MemoryStore, "append", append)


def ambiguous_write_taken_for_failed(patch: pytest.MonkeyPatch) -> None:
    """What got no answer is written again under the next number."""
    sound = MemoryStore.append

    async def append(
        self: MemoryStore, entries: Sequence[tuple[Commit, Snapshot]], passed: Passed = NOTHING_PASSED
    ) -> list[bool]:
        try:
            return await sound(self, entries, passed)
        except StoreUnavailable:
            again: list[tuple[Commit, Snapshot]] = []
            for commit, snapshot in entries:
                free = max(self.data.streams.get(commit.stream, {0: 0}), default=0) + 1
                again.append((dataclasses.replace(commit, number=free), dataclasses.replace(snapshot, number=free)))
            return await sound(self, again, passed)

    patch.setattr(MemoryStore, "append", append)


def states_never_repaired(patch: pytest.MonkeyPatch) -> None:
    async def mend(_self: Relay, _commits: Sequence[Commit]) -> None:
        return

    changed = property(lambda self: bool(self._records or self._commands))
    patch.setattr(Relay, "_mend", mend)
    patch.setattr(Session, "changed", changed)


def passes_over_what_is_missing(patch: pytest.MonkeyPatch) -> None:
    """An event that asks for nothing moves the cursor, whatever was missed before it."""
    sound = Session._apply

    def apply(self: Session, item: Input) -> Result:
        result = sound(self, item)
        if isinstance(result, Gap) and item.command is None:
            self._cursor[item.topic] = item.seq - 1
            return sound(self, item)
        return result

    patch.setattr(Session, "_apply", apply)


def passes_over_before_the_store_was_asked(patch: pytest.MonkeyPatch) -> None:
    """That an event changes nothing is believed without a look whether another process has changed the stream."""
    patch.setattr("shared.eventsourcing.engine._holds_later", lambda *_: True)


STORE_MUTANTS: Final = (
    no_compare_and_set,
    zombie_write_not_fenced,
    ambiguous_write_taken_for_failed,
    states_never_repaired,
    passes_over_what_is_missing,
    passes_over_before_the_store_was_asked,
)

"""Bugs to be caught: each replaces one piece of the real runtime by what somebody in a hurry might have written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import pytest

from shared.eventsourcing.definition import Definition
from shared.eventsourcing.engine import Engine
from shared.eventsourcing.ports import Clock
from shared.eventsourcing.session import DUPLICATE, Gap, Input, Result, Session
from shared.eventsourcing.timers import Timers
from shared.messaging.antientropy import AntiEntropy
from shared.messaging.parking import Parking
from shared.messaging.parse import SKIPPED, Poison, Raw, Read, Reader, Skipped
from shared.messaging.processor import Processor, Trouble
from shared.messaging.relay import Relay
from shared.store.memory import MemoryStore
from shared.store.port import Commit, Parked, Snapshot, Store
from shared.testing.simulator.broker import Member
from shared.testing.simulator.plan import MOST_SKEW
from shared.testing.simulator.process import Process
from tests.sim.row_mutants import ROW_MUTANTS
from tests.sim.store_mutants import STORE_MUTANTS

Mutate = Callable[[pytest.MonkeyPatch], None]


def commit_before_process(patch: pytest.MonkeyPatch) -> None:
    sound = Process.deliver

    async def deliver(self: Process, member: Member, batch: Sequence[Raw]) -> None:
        member.commit(batch)
        await sound(self, member, batch)

    patch.setattr(Process, "deliver", deliver)


def no_deduplication(patch: pytest.MonkeyPatch) -> None:
    sound = Session._apply

    def apply(self: Session, item: Input) -> Result:
        result = sound(self, item)
        return self._decide(item) if result is DUPLICATE else result

    patch.setattr(Session, "_apply", apply)


def no_deduplication_of_commands(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Session, "_known", lambda _self, _item: None)


def mark_before_send(patch: pytest.MonkeyPatch) -> None:
    sound = Relay._send

    async def send(self: Relay, commits: Sequence[Commit]) -> None:
        await self._store.mark_published([commit.id for commit in commits])
        await sound(self, commits)

    patch.setattr(Relay, "_send", send)


def partial_prefix(patch: pytest.MonkeyPatch) -> None:
    sound = Session.saved

    def saved(self: Session, commit: Commit, snapshot: Snapshot) -> Sequence[Commit]:
        sound(self, commit, snapshot)
        return ()

    patch.setattr(Session, "saved", saved)


def poison_swallowed(patch: pytest.MonkeyPatch) -> None:
    sound = Reader.read

    def read(self: Reader, raw: Raw, now: Any) -> Any:  # noqa: ANN401 - as the original
        found = sound(self, raw, now)
        return SKIPPED if isinstance(found, Poison) else found

    patch.setattr(Reader, "read", read)


def batch_committed_past_a_failure(patch: pytest.MonkeyPatch) -> None:
    sound = Processor._handle

    async def handle(self: Processor, raws: Sequence[Raw]) -> None:
        try:
            await sound(self, raws)
        except Exception as error:  # noqa: BLE001 - that is the bug
            self.outage = str(error)

    patch.setattr(Processor, "handle", handle)


def lost_sweeper(patch: pytest.MonkeyPatch) -> None:
    async def sweep(self: Relay) -> None:
        self._behind = False

    patch.setattr(Relay, "_sweep", sweep)


def retry_reorders_a_key(patch: pytest.MonkeyPatch) -> None:
    """Later records of a key go on while an earlier one waits for its retry."""
    sound = Session._apply

    async def nothing_parked(_self: MemoryStore, _keys: Sequence[str]) -> dict[str, int]:
        return {}

    def apply(self: Session, item: Input) -> Result:
        result = sound(self, item)
        return self._decide(item) if isinstance(result, Gap) else result

    patch.setattr(MemoryStore, "parked", nothing_parked)
    patch.setattr(Session, "_apply", apply)


def answers_from_memory_alone(patch: pytest.MonkeyPatch) -> None:
    """What a process remembers of a stream counts, though another process has changed it since."""
    sound = Engine._sessions

    async def sessions(self: Engine, inputs: Sequence[Input], wanted: Any) -> Any:  # noqa: ANN401 - as the original
        remembered = {stream: self._cache[stream] for stream in wanted if stream in self._cache}
        found = await sound(self, inputs, wanted)
        for stream, session in remembered.items():
            self._cache[stream] = session
        return found

    patch.setattr(Engine, "_sessions", sessions)
    patch.setattr("shared.eventsourcing.engine.Duplicate", object)


def a_clock_that_failed_never_fires(patch: pytest.MonkeyPatch) -> None:
    def is_held(self: Timers, snapshot: Snapshot, _now: Any) -> bool:  # noqa: ANN401 - as the original
        due, _until = self._held.get(snapshot.stream, (None, None))
        return due is not None and due == snapshot.next_due

    patch.setattr(Timers, "_is_held", is_held)


def lost_last_events_never_missed(patch: pytest.MonkeyPatch) -> None:
    async def look(_self: AntiEntropy, _before: Any) -> int:  # noqa: ANN401 - as the original
        return 0

    patch.setattr(AntiEntropy, "look", look)


def parked_head_given_up(patch: pytest.MonkeyPatch) -> None:
    """A record that fails again when it is retried is dropped so that its line goes on."""

    async def repark(self: MemoryStore, record: Parked) -> None:
        await self.unpark([record.id])

    patch.setattr(MemoryStore, "repark", repark)


def retry_goes_on_past_a_failure(patch: pytest.MonkeyPatch) -> None:
    async def drain(self: Parking, key: str) -> int:
        applied = 0
        for record in await self._store.parked_behind(key):
            raw = Raw(record.topic, record.partition, record.offset, record.key.encode(), record.value, record.headers)
            await self._processor.retry(raw)
            await self._store.unpark([record.id])
            applied += 1
        return applied

    patch.setattr(Parking, "_drain", drain)


class _Ahead:
    """A clock that allows for the slowest machine."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.sleep = clock.sleep

    def now(self) -> datetime:
        return self._clock.now() + MOST_SKEW


def clock_fires_early_under_skew(patch: pytest.MonkeyPatch) -> None:
    """So that no clock is late on a machine whose time is behind, all look ahead."""
    sound = Timers.__init__

    def init(self: Timers, definition: Definition, engine: Engine, store: Store, clock: Clock) -> None:
        sound(self, definition, engine, store, _Ahead(clock))

    patch.setattr(Timers, "__init__", init)


def group_retry_applies_twice(patch: pytest.MonkeyPatch) -> None:
    """What is retried is carried out, whatever was applied before."""
    read, apply = Reader.read, Session._apply
    retrying: set[str] = set()

    async def retry(self: Processor, raw: Raw) -> Trouble | None:
        found = read(self._reader, raw, self._clock.now())
        if isinstance(found, Skipped):
            return None
        causes = {item.cause for item in found.inputs} if isinstance(found, Read) else set[str]()
        retrying.update(causes)
        try:
            return (await self._attempt([found], blocked=set()))[0]
        finally:
            retrying.difference_update(causes)

    def applied(self: Session, item: Input) -> Result:
        result = apply(self, item)
        return self._decide(item) if result is DUPLICATE and item.cause in retrying else result

    patch.setattr(Processor, "retry", retry)
    patch.setattr(Session, "_apply", applied)


MUTANTS: Final[dict[str, Mutate]] = {
    mutate.__name__: mutate
    for mutate in (
        commit_before_process,
        no_deduplication,
        no_deduplication_of_commands,
        mark_before_send,
        partial_prefix,
        poison_swallowed,
        batch_committed_past_a_failure,
        lost_sweeper,
        retry_reorders_a_key,
        answers_from_memory_alone,
        a_clock_that_failed_never_fires,
        lost_last_events_never_missed,
        parked_head_given_up,
        retry_goes_on_past_a_failure,
        clock_fires_early_under_skew,
        group_retry_applies_twice,
        *STORE_MUTANTS,
        *ROW_MUTANTS,
    )
}

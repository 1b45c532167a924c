"""The clock's edge: states whose clock ran out get the command that says so. Never early, never twice.

Not early: a state is due only when this clock has reached its instant, and `decide` looks again. Not twice: the event
that the command causes moves the state's next instant.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.eventsourcing.definition import Definition
from shared.eventsourcing.engine import Engine, Saved
from shared.eventsourcing.failures import FailureKind, classify
from shared.eventsourcing.ports import Clock
from shared.eventsourcing.session import Failed, Input
from shared.store.port import Snapshot, Store

LONGEST_WAIT: Final = timedelta(seconds=60)
HELD: Final = timedelta(seconds=30)
"""How long a clock that could not fire is left alone."""
_HELD_LOOK_SECONDS: Final = 1.0
_SOONEST_SECONDS: Final = 0.01
_OUTAGE_PAUSE_SECONDS: Final = 1.0
_MOST_DUE: Final = 500
log = logging.getLogger(__name__)


class Timers:
    """Runs the clocks of one service."""

    def __init__(self, definition: Definition, engine: Engine, store: Store, clock: Clock) -> None:
        self._deciders = definition.kept
        self._on_due = definition.on_due
        self._engine = engine
        self._store = store
        self._clock = clock
        self._wake = asyncio.Event()
        self._until = clock.now()
        self._held: dict[str, tuple[datetime, datetime]] = {}
        self.fired = 0

    def saved(self, saved: Saved) -> None:
        """Wait less if something is due earlier than what is waited for."""
        if saved.next_due is not None and saved.next_due < self._until:
            self._until = saved.next_due
            self._wake.set()

    async def run(self) -> None:
        """Fire until cancelled."""
        while True:
            try:
                # Set before the store is asked: what is saved while it answers comes by `saved`.
                self._until = self._clock.now() + LONGEST_WAIT
                due = await self._store.next_due()
                if due is not None and due <= self._clock.now() and await self.look():
                    continue
                self._until = min(self._until, due or self._until)
                await self._wait()
            except Exception as error:
                if classify(error) is not FailureKind.OUTAGE:
                    raise
                log.warning("clocks wait: %s", error)
                await asyncio.sleep(_OUTAGE_PAUSE_SECONDS)

    async def look(self) -> int:
        """Fire what is due; returns how many clocks were looked at."""
        now = self._clock.now()
        # Those left alone are due earliest: they must not fill the page before all others.
        due = await self._store.due(now, limit=_MOST_DUE + len(self._held))
        snapshots = [snapshot for snapshot in due if not self._is_held(snapshot, now)]
        inputs = [item for snapshot in snapshots if (item := self._tried(snapshot, now)) is not None]
        results = await self._engine.submit(inputs)
        for item, result in zip(inputs, results, strict=True):
            if isinstance(result, Failed):
                log.error("the clock of %s cannot fire: %s", item.stream, result.error)
        self.fired += len(inputs)
        await self._hold(snapshots, now)
        return len(snapshots)

    def _is_held(self, snapshot: Snapshot, now: datetime) -> bool:
        due, until = self._held.get(snapshot.stream, (None, now))
        return due == snapshot.next_due and now < until

    async def _hold(self, snapshots: Sequence[Snapshot], now: datetime) -> None:
        """A clock that is still due after it fired would spin: it rests for a while, or until its state changes."""
        if not snapshots:
            return
        after = (await self._store.load([snapshot.stream for snapshot in snapshots])).snapshots
        for snapshot in snapshots:
            self._held.pop(snapshot.stream, None)
            due = after[snapshot.stream].next_due if snapshot.stream in after else None
            if due is not None and due == snapshot.next_due:
                log.error("the clock of %s is still due at %s after it fired", snapshot.stream, due)
                self._held[snapshot.stream] = due, now + HELD

    def _tried(self, snapshot: Snapshot, now: datetime) -> Input | None:
        try:
            return self._input(snapshot, now)
        except Exception as error:  # noqa: BLE001 - one unreadable state must not stop every clock
            log.error("the clock of %s cannot be read: %s", snapshot.stream, type(error).__name__)  # noqa: TRY400
            return None

    def _input(self, snapshot: Snapshot, now: datetime) -> Input | None:
        kind = snapshot.stream.partition("/")[0]
        state = self._deciders[kind].state.validate_json(snapshot.state)
        command = self._on_due(kind, state, now)
        cause = f"clock:{snapshot.stream}:{snapshot.next_due.isoformat() if snapshot.next_due else ''}"
        return None if command is None else Input(snapshot.stream, command, cause)

    async def _wait(self) -> None:
        """Wait until the clock shows `_until`, which may come nearer meanwhile."""
        soonest = _HELD_LOOK_SECONDS if self._held else _SOONEST_SECONDS
        while True:
            self._wake.clear()
            await self._sleep(max((self._until - self._clock.now()).total_seconds(), soonest))
            if self._clock.now() >= self._until:
                return

    async def _sleep(self, seconds: float) -> None:
        """Sleep until something wakes this; in a task of its own, so that it can be given up for an earlier one."""
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        sleeping.add_done_callback(self._slept)
        try:
            await self._wake.wait()
        finally:
            # Not awaited: a stop that comes just now would be taken for its own, and lost.
            sleeping.remove_done_callback(self._slept)
            sleeping.cancel()

    def _slept(self, _sleeping: asyncio.Task[None]) -> None:
        self._wake.set()

"""Simulated time: moved step by step, with every clock of the services fired on the instant it is due."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from shared.hosting.idle import NotIdle
from throughline.app.clock import SteppedClock
from throughline.app.deployment import Deployment

_NUDGE: Final = timedelta(milliseconds=20)
_NUDGE_EVERY_SECONDS: Final = 0.3
_PATIENCE_SECONDS: Final = 20.0


class Pace:
    """Moves the clock of a deployment; nothing else happens while it moves.

    Args:
        written: returns how many requests have changed something; without a new one there is nothing to await.
    """

    def __init__(self, deployment: Deployment, clock: SteppedClock, written: Callable[[], int]) -> None:
        self._deployment = deployment
        self._clock = clock
        self._written = written
        self._at_rest_after = -1

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self._clock.now()

    async def rest(self) -> None:
        """Return when everything done so far has had all its effects. Raises NotIdle."""
        if self._at_rest_after == self._written():
            return
        written = self._written()
        nudging = asyncio.create_task(self._nudge())
        try:
            await self._deployment.wait_until_idle(within_seconds=_PATIENCE_SECONDS)
        except NotIdle as error:
            raise NotIdle(f"at {self.now:%Y-%m-%d %H:%M}: {error}") from None
        finally:
            nudging.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await nudging
        self._at_rest_after = written

    async def move_to(self, instant: datetime) -> None:
        """Move to an instant, stopping at every clock that is due on the way. Raises NotIdle."""
        await self.rest()
        while (due := await self._next_due()) is not None and due <= instant:
            await self._clock.move_to(due)
            self._at_rest_after = -1
            await self.rest()
        await self._clock.move_to(instant)

    async def go_on(self) -> None:
        """Let time pass as fast as it does, until cancelled."""
        loop = asyncio.get_running_loop()
        start, since = self.now, loop.time()
        while True:
            await asyncio.sleep(0.25)
            await self._clock.move_to(start + timedelta(seconds=loop.time() - since))

    async def _next_due(self) -> datetime | None:
        dues = [await service.store.next_due() for service in self._deployment.services.values()]
        return min((due for due in dues if due is not None), default=None)

    async def _nudge(self) -> None:
        # A task that went to sleep just before the clock was moved would sleep until it is moved again.
        while True:
            await asyncio.sleep(_NUDGE_EVERY_SECONDS)
            await self._clock.move_to(self.now + _NUDGE)

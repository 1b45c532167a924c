"""Time that a demonstration moves itself, so that a day passes at once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta


class SteppedClock:
    """Stands still until it is moved; sleepers wake when their instant is reached."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._moved = asyncio.Condition()

    def now(self) -> datetime:
        """Return the instant it was last moved to."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Return when the clock was moved past `seconds` from now."""
        until = self._now + timedelta(seconds=seconds)
        async with self._moved:
            await self._moved.wait_for(lambda: self._now >= until)

    async def move_to(self, instant: datetime) -> None:
        """Move forward; an earlier instant changes nothing."""
        async with self._moved:
            self._now = max(self._now, instant)
            self._moved.notify_all()

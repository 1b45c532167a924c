"""The outside world as the runtime sees it besides the store: time and ids. Simulations bring their own."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time. `now` is an aware UTC instant; `sleep` takes seconds of this clock's time."""

    def now(self) -> datetime:
        """Return the instant."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of this clock."""
        ...


class Ids(Protocol):
    """New ids."""

    def new(self) -> str:
        """Return an id that nobody had before."""
        ...

    def derived(self, name: str) -> str:
        """Return the id that always belongs to this name."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the instant."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the event loop."""
        await asyncio.sleep(seconds)


_NAMESPACE = uuid.UUID("6f3c2f7e-5c51-5f0e-9f59-7d1c0f6d7a11")


class RandomIds:
    """Random UUIDs, and name-based ones (RFC 9562 version 5)."""

    def new(self) -> str:
        """Return a random id."""
        return str(uuid.uuid4())

    def derived(self, name: str) -> str:
        """Return the name's id."""
        return str(uuid.uuid5(_NAMESPACE, name))

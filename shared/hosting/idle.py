"""Waiting until everything that was accepted has had all its effects, wherever the services run."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

LOOKS: Final = 3
"""One look is not enough: an event may have been on its way between two services."""
Pending: TypeAlias = Mapping[str, Mapping[str, int]]
"""What is still to be done, counted by service and kind."""


class NotIdle(Exception):
    """What was accepted is kept, but its effects have not come; the message says where something is pending."""


async def wait_until_idle(
    look: Callable[[], Awaitable[Pending]],
    *,
    stuck_seconds: float = math.inf,
    within_seconds: float = math.inf,
    pause_seconds: float = 0.01,
    looks: int = LOOKS,
    away: tuple[type[Exception], ...] = (),
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Return when nothing was pending in several looks in a row.

    Args:
        stuck_seconds: give up when nothing has changed for so long.
        within_seconds: give up after so long, even if something still changes.
        away: errors of `look` after which the services may come back.

    Raises:
        NotIdle: the wait was given up.
        Exception: one of `away`, raised for `stuck_seconds`.
    """
    now = asyncio.get_running_loop().time
    idle = 0
    before: Pending = {}
    began = changed = now()
    while idle < looks:
        try:
            found = await look()
        except away:
            if now() - changed > stuck_seconds:
                raise
            idle = 0
            await sleep(pause_seconds)
            continue
        pending = _described(found)
        idle = 0 if pending else idle + 1
        if found != before:
            before, changed = found, now()
        elif pending and now() - changed > stuck_seconds:
            raise NotIdle(f"nothing has changed for {stuck_seconds:.0f} s, and this is still pending: {pending}")
        if pending and now() - began > within_seconds:
            raise NotIdle(f"after {within_seconds:.0f} s this is still pending: {pending}")
        await sleep(pause_seconds)


def _described(found: Pending) -> str:
    return ", ".join(f"{name}: {kind} {n}" for name, counts in found.items() for kind, n in counts.items() if n)

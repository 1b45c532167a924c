"""Waiting until everything that was accepted has had all its effects."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from deploy.local.cli.client import Api
from deploy.local.cli.output import progress
from services import NAMES

_QUIET_LOOKS: Final = 3
"""One look passes the services one after the other: an event may have been between two of them."""
_STUCK_SECONDS: Final = 90.0


class Stuck(Exception):
    """Nothing moves, and something is still to be done; the message says where."""


def settle(
    api: Api,
    *,
    stuck: float = _STUCK_SECONDS,
    within: float = math.inf,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Return when no service has anything to do.

    Args:
        within: seconds after which it is given up even while something moves.

    Raises:
        Stuck, httpx.TransportError: nothing has changed, or nobody has answered, for so many seconds.
    """
    import httpx

    quiet = 0
    before: dict[str, dict[str, int]] = {}
    moved = time.monotonic()
    until = moved + within
    with progress("effects in all departments") as bar:
        while quiet < _QUIET_LOOKS:
            try:
                looks = {name: api.get(f"{name}/unsettled") for name in NAMES}
            except httpx.TransportError:
                if time.monotonic() - moved > stuck:
                    raise
                # They may be on their way back; what was accepted is kept.
                api.follow()
                quiet = 0
                sleep(1.0)
                continue
            left = sum(sum(look.values()) for look in looks.values())
            quiet = 0 if left else quiet + 1
            bar.at(0, f"effects in all departments: {left} to come" if left else "")
            if looks != before:
                before, moved = looks, time.monotonic()
            elif left and time.monotonic() - moved > stuck:
                raise Stuck(f"nothing moves any more, and this is still to be done: {_waiting(looks)}")
            if left and time.monotonic() > until:
                raise Stuck(f"it is not quiet after {within:.0f} s, and this is still to be done: {_waiting(looks)}")
            sleep(0.05 if quiet else 0.2)


def _waiting(looks: dict[str, dict[str, int]]) -> str:
    return ", ".join(f"{name}: {what} {n}" for name, look in looks.items() for what, n in look.items() if n)

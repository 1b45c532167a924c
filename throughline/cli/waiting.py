"""Waiting, with progress on stderr, until everything that was accepted has had all its effects."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from services import NAMES
from shared.hosting.idle import Pending, wait_until_idle
from throughline.cli.client import Api, Refused
from throughline.cli.output import progress

_PAUSE_SECONDS: Final = 0.1
_STUCK_SECONDS: Final = 90.0


class NotYet(Refused):
    """A service answers that it cannot work yet."""


def wait_for_effects(
    api: Api,
    *,
    stuck_seconds: float = _STUCK_SECONDS,
    within_seconds: float = math.inf,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Return when no service has anything to do.

    Raises:
        NotIdle: nothing has changed for `stuck_seconds`, or `within_seconds` are over.
        httpx.TransportError, NotYet: nobody has answered, or been ready, for `stuck_seconds`.
    """
    import httpx

    with progress("effects in all departments") as bar:

        def look() -> Pending:
            try:
                found: Pending = {name: api.get(f"{name}/unsettled") for name in NAMES}
            except httpx.TransportError:
                # They may be on their way back, perhaps at another address; what was accepted is kept.
                api.follow()
                raise
            except Refused as refused:
                # Back, and its store not open yet.
                if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
                    raise NotYet(refused.status, refused.problem) from refused
                raise
            left = sum(sum(counts.values()) for counts in found.values())
            bar.at(0, f"effects in all departments: {left} pending" if left else "")
            return found

        asyncio.run(
            wait_until_idle(
                lambda: asyncio.to_thread(look),
                stuck_seconds=stuck_seconds,
                within_seconds=within_seconds,
                pause_seconds=_PAUSE_SECONDS,
                away=(httpx.TransportError, NotYet),
                sleep=sleep,
            )
        )

"""Commands that last until they are told to stop, by Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from deploy.local.cli.output import say

T = TypeVar("T")


async def until_told(
    running: AbstractAsyncContextManager[T],
    begun: Callable[[T], None] = lambda _running: None,
    lasts: Callable[[T], Awaitable[None]] | None = None,
) -> None:
    """Enter the context, and leave it when told to stop; told while it still enters, it is left at once.

    Args:
        begun: called when the context is entered.
        lasts: what goes on meanwhile; its error ends everything.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    starting = asyncio.current_task()
    entered = False

    def told_to_stop() -> None:
        if not stop.is_set() and starting is not None and not entered:
            starting.cancel()
        stop.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, told_to_stop)
    try:
        async with running as part:
            entered = True
            begun(part)
            waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(stop.wait())]
            if lasts is not None:
                waits.append(asyncio.ensure_future(lasts(part)))
            try:
                done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
            for one in done:
                one.result()
            say("stopping …")
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(ValueError):
                loop.remove_signal_handler(each)

"""Running until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from throughline.cli.output import say

T = TypeVar("T")


async def run_until_stopped(
    running: AbstractAsyncContextManager[T],
    on_start: Callable[[T], None] = lambda _running: None,
    watch: Callable[[T], Awaitable[None]] | None = None,
) -> None:
    """Enter the context and leave it on SIGINT or SIGTERM, at once if it is still entering.

    Args:
        on_start: called with what the context yields, once it is entered.
        watch: runs meanwhile; if it raises, the context is left and the error raised.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    starting = asyncio.current_task()
    entered = False

    def on_signal() -> None:
        if not stop.is_set() and starting is not None and not entered:
            starting.cancel()
        stop.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, on_signal)
    try:
        async with running as part:
            entered = True
            on_start(part)
            waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(stop.wait())]
            if watch is not None:
                waits.append(asyncio.ensure_future(watch(part)))
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

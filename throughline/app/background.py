"""A deployment in its own thread, for commands that need the services briefly and find none running."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from throughline.app.deployment import Deployment, deployed
from throughline.app.folder import DataFolder


@contextlib.contextmanager
def in_background(folder: DataFolder, organisation: str, *, wait: bool = True) -> Iterator[Deployment]:
    """Run everything while the context lasts.

    Args:
        wait: on leaving, until what was accepted has had all its effects; a command that only reads need not.

    Raises:
        What `deployed` raises; NotIdle: effects did not come in time.
    """
    ready: Future[tuple[Deployment, asyncio.AbstractEventLoop]] = Future()
    leave: Future[None] = Future()

    async def serve() -> None:
        async with deployed(folder, organisation) as deployment:
            ready.set_result((deployment, asyncio.get_running_loop()))
            await asyncio.wrap_future(leave)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=run, name="throughline")
    thread.start()
    try:
        deployment, loop = ready.result()
        yield deployment
        if wait:
            asyncio.run_coroutine_threadsafe(deployment.wait_until_idle(), loop).result()
    finally:
        leave.set_result(None)
        thread.join()

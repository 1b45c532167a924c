"""An event loop of virtual time: which of the ready callbacks runs next is drawn from a seed; nothing ever waits."""

from __future__ import annotations

import asyncio
import heapq
from asyncio import events
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from itertools import count
from random import Random
from typing import Any, TypeVar, cast

T = TypeVar("T")
_Ready = tuple[Callable[..., object], tuple[object, ...], Context]


class Stuck(Exception):
    """Nothing is ready and no timer runs, but what was waited for has not come."""


class SimLoop:
    """Runs callbacks in an order drawn from `rng`. Time stands still while anything is ready.

    No sockets, no threads, no signals: only what futures, tasks, sleeps and timeouts need. So it is an event loop by
    what it does and not by name: `asyncio.AbstractEventLoop` asks for forty things more.
    """

    def __init__(self, rng: Random) -> None:
        self._draw = rng.random
        self._as_loop = cast("asyncio.AbstractEventLoop", self)
        self._ready: list[_Ready] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = count()
        self._now = 0.0
        self.steps = 0
        self.on_error: Callable[[dict[str, Any]], None] = lambda _what: None

    def time(self) -> float:
        """Return virtual seconds since the loop began."""
        return self._now

    def get_debug(self) -> bool:
        """Return False: asyncio's debug mode costs more than a simulation has."""
        return False

    def is_running(self) -> bool:
        """Return whether `run` is under way here."""
        return events._get_running_loop() is self._as_loop  # noqa: SLF001 - the only way to ask without an error

    def is_closed(self) -> bool:
        """Return False: there is nothing to close."""
        return False

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future of this loop."""
        return asyncio.Future(loop=self._as_loop)

    def create_task(
        self, coro: Coroutine[Any, Any, T], *, name: object = None, context: Context | None = None
    ) -> asyncio.Task[T]:
        """Return a task of this loop."""
        del name
        return asyncio.Task(coro, loop=self._as_loop, context=context)

    def call_soon(
        self,
        callback: Callable[..., object],
        *args: object,
        context: Context | None = None,
    ) -> None:
        """Make a callback ready."""
        self._ready.append((callback, args, context or copy_context()))

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: object,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Make a callback ready in so many virtual seconds."""
        return self.call_at(self._now + max(delay, 0.0), callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: object,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Make a callback ready at a virtual time."""
        handle = asyncio.TimerHandle(when, callback, args, self._as_loop, context or copy_context())
        heapq.heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are dropped when their time comes."""

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Report what no task handled."""
        self.on_error(context)

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run until `main` is done.

        Raises:
            Stuck: it never will be.
        """
        before = events._get_running_loop()  # noqa: SLF001 - a simulation may run inside a test's own loop
        events._set_running_loop(self._as_loop)  # noqa: SLF001
        try:
            task = self.create_task(main)
            self._spin(task)
            return task.result()
        finally:
            events._set_running_loop(before)  # noqa: SLF001

    def _spin(self, until: asyncio.Task[Any]) -> None:
        ready, draw, done = self._ready, self._draw, until.done
        steps = 0
        ended = False
        while True:
            if not ready:
                if ended:
                    break
                self._advance()
            at = int(draw() * len(ready))
            callback, args, context = ready[at]
            last = ready.pop()
            if at < len(ready):
                ready[at] = last
            context.run(callback, *args)
            steps += 1
            ended = ended or done()  # what was cancelled last still has to end
        self.steps += steps

    def _advance(self) -> None:
        """Go to the next instant at which something happens; all of that instant becomes ready at once."""
        timers = self._timers
        while timers and (not self._ready or timers[0][0] <= self._now):
            when, _, handle = heapq.heappop(timers)
            if not handle.cancelled():
                self._now = max(self._now, when)
                self._ready.append((_fire, (handle,), handle._context))  # type: ignore[attr-defined]  # noqa: SLF001
        if not self._ready:
            raise Stuck


def _fire(handle: asyncio.TimerHandle) -> None:
    # A timer can be cancelled after its instant has come and before it was drawn.
    if not handle.cancelled():
        handle._callback(*handle._args)  # type: ignore[attr-defined]  # noqa: SLF001

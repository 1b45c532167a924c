"""An event loop of virtual time: which of the ready callbacks runs next is drawn from a seed; nothing ever waits."""

from __future__ import annotations

import asyncio
import heapq
from asyncio import events
from collections.abc import Callable, Coroutine
from contextvars import Context
from itertools import count
from random import Random
from typing import Any, TypeVar, cast

T = TypeVar("T")
_Ready = tuple[Callable[..., object], tuple[object, ...]]


class Stuck(Exception):
    """Nothing is ready and no timer runs, but what was waited for has not come."""


class _Timer:
    """What `call_at` returns: as much of `asyncio.TimerHandle` as sleeps and timeouts use."""

    __slots__ = ("_args", "_callback", "_when")

    def __init__(self, when: float, callback: Callable[..., object], args: tuple[object, ...]) -> None:
        self._when = when
        self._callback: Callable[..., object] | None = callback
        self._args = args

    def when(self) -> float:
        """Return the virtual time at which it fires."""
        return self._when

    def cancel(self) -> None:
        """Let it not fire."""
        self._callback, self._args = None, ()

    def cancelled(self) -> bool:
        """Return whether it will not fire."""
        return self._callback is None

    def fire(self) -> None:
        """Call back; a timer can be cancelled after its instant has come and before it was drawn."""
        if self._callback is not None:
            self._callback(*self._args)


class SimLoop:
    """Runs callbacks in an order drawn from `rng`. Time stands still while anything is ready.

    No sockets, no threads, no signals: only what futures, tasks, sleeps and timeouts need. So it is an event loop by
    what it does and not by name: `asyncio.AbstractEventLoop` asks for forty things more. All callbacks share one
    context: nothing that is simulated keeps anything in one.
    """

    def __init__(self, rng: Random) -> None:
        self._draw = rng.random
        self._as_loop = cast("asyncio.AbstractEventLoop", self)
        self._ready: list[_Ready] = []
        self._timers: list[tuple[float, int, _Timer]] = []
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
        del context
        self._ready.append((callback, args))

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> _Timer:
        """Make a callback ready in so many virtual seconds."""
        return self.call_at(self._now + max(delay, 0.0), callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> _Timer:
        """Make a callback ready at a virtual time."""
        del context
        timer = _Timer(when, callback, args)
        heapq.heappush(self._timers, (when, next(self._numbers), timer))
        return timer

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
            waiting = len(ready)
            if not waiting:
                if ended:
                    break
                self._advance()
                waiting = len(ready)
            at = int(draw() * waiting) if waiting > 1 else 0
            callback, args = ready[at]
            last = ready.pop()
            if at < waiting - 1:
                ready[at] = last
            callback(*args)
            steps += 1
            ended = ended or done()  # what was cancelled last still has to end
        self.steps += steps

    def _advance(self) -> None:
        """Go to the next instant at which something happens; all of that instant becomes ready at once."""
        timers = self._timers
        while timers and (not self._ready or timers[0][0] <= self._now):
            when, _, timer = heapq.heappop(timers)
            if not timer.cancelled():
                self._now = max(self._now, when)
                self._ready.append((timer.fire, ()))
        if not self._ready:
            raise Stuck

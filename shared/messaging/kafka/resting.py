"""Consumers that rest while there is nothing to read, and are woken by the producer in the same process.

The embedded broker leaves an empty fetch open until its wait has passed, even if a record arrives meanwhile. So a
consumer would have to ask often, which costs processor time all day, or seldom, which delays every record. But whoever
publishes to that broker lives in the same process: the producer says so here, and the consumer asks at that moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final
from weakref import WeakSet

from aiokafka import ConsumerRecord
from aiokafka.errors import IllegalStateError

from shared.messaging.kafka.unreadable import Poll

REST_SECONDS: Final = 1.0
"""So long a record waits at most that somebody outside this process has published."""


class Bell:
    """Rung when something is published on one of its topics. For one event loop."""

    def __init__(self, bootstrap_servers: str, topics: Iterable[str]) -> None:
        self._rung = asyncio.Event()
        for topic in topics:
            _BELLS.setdefault((bootstrap_servers, topic), WeakSet()).add(self)

    def ring(self) -> None:
        """Wake who waits, or who is about to."""
        self._rung.set()

    def silence(self) -> None:
        """Forget what was rung for so far: it is about to be read."""
        self._rung.clear()

    async def wait(self, seconds: float) -> None:
        """Return when it is rung, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()


_BELLS: Final[dict[tuple[str, str], WeakSet[Bell]]] = {}


def ring(bootstrap_servers: str, topics: Iterable[str]) -> None:
    """Wake every consumer of this process that reads one of these topics."""
    for topic in topics:
        for bell in _BELLS.get((bootstrap_servers, topic), ()):
            bell.ring()


def resting(poll: Poll, bell: Bell) -> Poll:
    """Return a poll that rests after it found nothing, until the bell rings; while resting nothing is fetched."""

    async def polled(consumer: Any) -> tuple[ConsumerRecord[Any, Any], ...]:  # noqa: ANN401 - aiokafka's, untyped
        bell.silence()
        records = await poll(consumer)
        partitions = consumer.assignment()
        if records or not partitions:
            return records
        consumer.pause(*partitions)
        try:
            await bell.wait(REST_SECONDS)
        finally:
            # A rebalance may have taken some of them away meanwhile.
            with suppress(IllegalStateError):
                consumer.resume(*(partitions & consumer.assignment()))
        return records

    return polled

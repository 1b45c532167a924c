"""`throughline` with one thing in it that ends the process there, or is missing: what a kill or a bug would do.

`python -m tests.chaos.broken_service HOW serve SERVICE …`; HOW is one of `WAYS`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NoReturn

import pytest

from shared.messaging.kafka.broker import _Batch
from shared.messaging.relay import Relay
from shared.store.mongo import MongoStore
from shared.store.sqlite import SqliteStore
from tests.sim.mutants import no_deduplication, no_deduplication_of_commands


def _die(*_: object) -> NoReturn:
    """As a power cut: no clean-up, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def between_store_and_publish() -> None:
    """The first decision is saved, and nobody hears of it."""
    sound = Relay._send

    async def send(self: Relay, commits: Sequence[Any]) -> None:
        if commits:
            _die()
        await sound(self, commits)

    Relay._send = send  # type: ignore[method-assign]


def between_publish_and_mark() -> None:
    """The broker has it, the store does not know."""

    async def mark(_store: object, commit_ids: Sequence[str]) -> None:
        if commit_ids:
            _die()

    for store in (MongoStore, SqliteStore):
        store.mark_published = mark  # type: ignore[method-assign]


def between_mark_and_offset() -> None:
    """What came of the records is saved, said and marked, but the group would get them again."""
    marked = asyncio.Event()
    for store in (MongoStore, SqliteStore):
        store.mark_published = _noted(store.mark_published, marked)  # type: ignore[method-assign]

    async def ack(_batch: _Batch) -> None:
        await marked.wait()
        _die()

    _Batch.ack = ack  # type: ignore[method-assign]


def _noted(sound: Callable[..., Awaitable[None]], marked: asyncio.Event) -> Callable[..., Awaitable[None]]:
    async def mark(store: object, commit_ids: Sequence[str]) -> None:
        await sound(store, commit_ids)
        if commit_ids:
            marked.set()

    return mark


def without_deduplication() -> None:
    """What was applied before is decided again, by its number and by its command's id: the simulator's own mutants."""
    for mutate in (no_deduplication, no_deduplication_of_commands):
        mutate(pytest.MonkeyPatch())


WAYS: Final[dict[str, Callable[[], None]]] = {
    way.__name__: way
    for way in (between_store_and_publish, between_publish_and_mark, between_mark_and_offset, without_deduplication)
}

if __name__ == "__main__":
    from throughline.cli.main import app

    WAYS[sys.argv.pop(1)]()
    app()

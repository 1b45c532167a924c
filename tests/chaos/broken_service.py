"""`throughline` with one thing in it that ends the process there, or is missing: what a kill or a bug would do.

`python -m tests.chaos.broken_service HOW serve SERVICE …`; HOW is one of `WAYS`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

from shared.messaging.broker import _Batch
from shared.runtime.relay import Relay
from shared.runtime.session import DUPLICATE, Input, Result, Session
from shared.store.mongo import MongoStore
from shared.store.sqlite import SqliteStore


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
    """Everything is done, but the group would get the records again."""

    async def ack(_batch: _Batch) -> None:
        _die()

    _Batch.ack = ack  # type: ignore[method-assign]


def without_deduplication() -> None:
    """What was applied before is decided again."""
    sound = Session._apply

    def apply(self: Session, item: Input) -> Result:
        result = sound(self, item)
        return self._decide(item) if result is DUPLICATE else result

    Session._apply = apply  # type: ignore[method-assign]


WAYS: Final[dict[str, Callable[[], None]]] = {
    way.__name__: way
    for way in (between_store_and_publish, between_publish_and_mark, between_mark_and_offset, without_deduplication)
}

if __name__ == "__main__":
    from deploy.local.cli.main import app

    WAYS[sys.argv.pop(1)]()
    app()

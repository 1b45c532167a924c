"""How an edge asks the runtime to carry out a command, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.contracts.event import Event


@dataclass(frozen=True, slots=True)
class Call:
    """One command for one aggregate.

    Attributes:
        kind: the aggregate's kind, e.g. ``complaint``.
        key: its key, e.g. the complaint id.
        command_id: the caller's ``Idempotency-Key`` (scoped by the edge), or empty.
        digest: of the body, to notice the same key with another body.
        expected: the version the caller saw (``If-Match``), or None.
        cause: id of what caused it, for the events' causation; the command id or a new id if empty.
    """

    kind: str
    key: str
    command: object
    command_id: str = ""
    digest: str = ""
    expected: int | None = None
    cause: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to.

    Attributes:
        version: of the stream after it (as it was then, where `repeated`).
        events: the events of this call; empty where it changed nothing.
        repeated: the command id was carried out before; nothing was done again.
        state: the state after it.
    """

    key: str
    version: int
    events: Sequence[Event]
    repeated: bool
    state: Any


class VersionConflict(Exception):
    """The caller's expected version is not the current one."""

    def __init__(self, expected: int, current: int) -> None:
        super().__init__(f"you saw version {expected}, the current one is {current}")
        self.expected = expected
        self.current = current


class KeyReused(Exception):
    """The same idempotency key came with another body; `stream` is where the first one was carried out."""

    def __init__(self, command_id: str, stream: str) -> None:
        super().__init__(f"this Idempotency-Key was used before with another body, for {stream}")
        self.command_id = command_id
        self.stream = stream


class Execute(Protocol):
    """Carries out commands durably: an outcome that was returned survives kill -9."""

    async def __call__(self, call: Call) -> Outcome:
        """Carry out one. Raises Rejected, VersionConflict, KeyReused, StoreUnavailable."""
        ...

    async def many(self, calls: Sequence[Call]) -> list[Outcome | Exception]:
        """Carry out many, in order per key; one entry per call."""
        ...

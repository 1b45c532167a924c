"""Events that had an older version, which no event of the real catalogue needs to have."""

from __future__ import annotations

import json
from typing import Final

import pytest

from shared.contracts.event import Event, Json, Upcast

GRUMBLED: Final = "CustomerGrumbled.v1"
"""A type that nobody says today."""


class Rename:
    """A field that had another name: how today's form is made of the old one, and the other way round for tests."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def __call__(self, body: Json) -> Json:
        """Return the event as it is said today. Raises KeyError where it lacks the field."""
        body[self._new] = body.pop(self._old)
        return body

    def back(self, data: bytes) -> bytes:
        """Return the bytes as an earlier writer wrote them."""
        body = json.loads(data)
        body[self._old] = body.pop(self._new)
        return json.dumps(body).encode()


def retire(monkeypatch: pytest.MonkeyPatch, old: str, event: type[Event], change: Rename | Upcast) -> None:
    """Let an event be said as `event` from now on; the old type, which may be in the catalogue, leads to it."""
    stream = event.stream
    monkeypatch.delitem(stream.events, old, raising=False)
    monkeypatch.setitem(stream.events, event.type_name(), event)
    upcast = change if isinstance(change, Upcast) else Upcast(event.type_name(), change)
    monkeypatch.setitem(stream.upcasters, old, upcast)


def renew(monkeypatch: pytest.MonkeyPatch, event: type[Event], change: Rename) -> str:
    """Let an event be in its next version, a field of which had another name before; returns the retired type."""
    old = event.type_name()
    monkeypatch.setattr(event, "version", event.version + 1)
    retire(monkeypatch, old, event, change)
    return old

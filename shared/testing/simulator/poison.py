"""Records that can never be applied, as a broken or hostile producer writes them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from shared.contracts.envelope import Envelope

Headers = list[tuple[str, bytes]]


def _none(_key: str, _number: int) -> Headers:
    return []


def _no_text(_key: str, _number: int) -> Headers:
    return [("ce_id", b"\xff\xfe")]


def _no_number(key: str, number: int) -> Headers:
    return [*_envelope(key, "ComplaintRegistered.v1", key, number)[:-1], ("ce_sequence", b"-3")]


def _of_another(key: str, number: int) -> Headers:
    return _envelope(key, "ComplaintRegistered.v1", "another", number)


def _of_a_later_version(key: str, number: int) -> Headers:
    return _envelope(key, "ComplaintRegistered.v99", key, number)


def _envelope(key: str, name: str, subject: str, number: int) -> Headers:
    time = "2024-03-10T12:00:00+00:00"
    return Envelope(f"complaint/{key}:{number}", "/intake", name, time, subject, number).headers()


_KINDS: Final[tuple[Callable[[str, int], Headers], ...]] = (
    _none,
    _no_text,
    _no_number,
    _of_another,
    _of_a_later_version,
)


def broken(rng: Random, key: str) -> tuple[bytes, Headers]:
    """Return a value and headers that no reader can read."""
    return b"\xff not json", rng.choice(_KINDS)(key, rng.randint(100, 10**9))

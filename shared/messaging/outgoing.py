"""A record on its way to the broker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class OutgoingRecord(NamedTuple):
    """One record to send. `timestamp_ms` is milliseconds since the Unix epoch."""

    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    timestamp_ms: int

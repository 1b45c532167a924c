"""The events that were passed over: per stream and topic how far, beside the cursors of the commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from shared.store.batch import Passed
from shared.store.port import MAX_PAGE

UPSERT: Final = (
    "INSERT INTO passed (stream, topic, seq) VALUES (?, ?, ?) "
    "ON CONFLICT (stream, topic) DO UPDATE SET seq = max(seq, excluded.seq)"
)


def save_passed(connection: sqlite3.Connection, passed: Passed) -> None:
    """Upsert inside the caller's transaction; a number never goes back."""
    rows = [(stream, topic, seq) for stream, topics in passed.items() for topic, seq in topics.items()]
    if rows:
        connection.executemany(UPSERT, rows)


def passed_of(connection: sqlite3.Connection, streams: str) -> dict[str, dict[str, int]]:
    """Return what is kept of some streams, given as a list in JSON."""
    return _by_stream(
        connection.execute(
            "SELECT stream, topic, seq FROM passed WHERE stream IN (SELECT value FROM json_each(?))", (streams,)
        )
    )


def passed(connection: sqlite3.Connection, *, after: str = "", limit: int = MAX_PAGE) -> dict[str, dict[str, int]]:
    """See the port."""
    return _by_stream(
        connection.execute(
            "SELECT stream, topic, seq FROM passed WHERE stream IN "
            "(SELECT DISTINCT stream FROM passed WHERE stream > ? ORDER BY stream LIMIT ?) ORDER BY stream",
            (after, limit),
        )
    )


def _by_stream(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for stream, topic, seq in rows:
        found.setdefault(stream, {})[topic] = seq
    return found

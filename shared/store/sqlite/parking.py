"""Parked records and named numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.store.instants import to_micros
from shared.store.port import Parked, Skipped
from shared.store.sqlite.lane import transaction
from shared.store.sqlite.rows import (
    PARKED_COLUMNS,
    Row,
    as_list,
    parked_from,
    parked_row,
    skipped_from,
    skipped_row,
)

# The position is given inside the statement, under the write lock: the end of the key's line.
INSERT_PARKED: Final = (
    'INSERT INTO parked (id, key, topic, partition, "offset", headers, value, reason, permanent, attempts, due, at, '
    "position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
    "(SELECT coalesce(max(position), 0) + 1 FROM parked WHERE key = ?2)) ON CONFLICT (id) DO NOTHING"
)

DELETE_PARKED: Final = "DELETE FROM parked WHERE id IN (SELECT value FROM json_each(?))"
INSERT_SKIPPED: Final = (
    "INSERT INTO skipped (id, record, why, by, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
)
BEGINNING: Final = -(2**63)

SET_MARK: Final = (
    "INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


def park(connection: sqlite3.Connection, records: Sequence[Parked]) -> None:
    """See the port."""
    rows = [parked_row(record) for record in records]
    with transaction(connection):
        connection.executemany(INSERT_PARKED, rows)


def parked(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, int]:
    """See the port."""
    rows: list[tuple[str, int]] = connection.execute(
        "SELECT key, count(*) FROM parked WHERE key IN (SELECT value FROM json_each(?)) GROUP BY key",
        (as_list(keys),),
    ).fetchall()
    return dict(rows)


def parked_list(connection: sqlite3.Connection, *, after: str = "", limit: int = 100) -> list[Parked]:
    """See the port."""
    seen: Row = connection.execute("SELECT key, position FROM parked WHERE id = ?", (after,)).fetchone() or ("", 0)
    rows = connection.execute(
        f"SELECT {PARKED_COLUMNS} FROM parked WHERE (key, position) > (?, ?) "  # noqa: S608 - constants
        "ORDER BY key, position LIMIT ?",
        (*seen, limit),
    )
    return [parked_from(row) for row in rows]


def parked_due(connection: sqlite3.Connection, now: datetime, *, limit: int = 100) -> list[Parked]:
    """See the port."""
    rows = connection.execute(
        f"SELECT {PARKED_COLUMNS} FROM parked AS head WHERE due <= ? AND NOT permanent "  # noqa: S608 - constants
        "AND NOT EXISTS (SELECT 1 FROM parked p WHERE p.key = head.key AND p.position < head.position) "
        "ORDER BY due, key LIMIT ?",
        (to_micros(now), limit),
    )
    return [parked_from(row) for row in rows]


def parked_behind(connection: sqlite3.Connection, key: str) -> list[Parked]:
    """See the port."""
    rows = connection.execute(
        f"SELECT {PARKED_COLUMNS} FROM parked WHERE key = ? ORDER BY position",  # noqa: S608 - constants
        (key,),
    )
    return [parked_from(row) for row in rows]


def unpark(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """See the port."""
    with transaction(connection):
        connection.execute(DELETE_PARKED, (as_list(ids),))


def skip(connection: sqlite3.Connection, given_up: Sequence[Skipped]) -> None:
    """See the port."""
    rows = [skipped_row(one) for one in given_up]
    with transaction(connection):
        connection.executemany(INSERT_SKIPPED, rows)
        connection.execute(DELETE_PARKED, (as_list([one.record.id for one in given_up]),))


def skipped(connection: sqlite3.Connection, *, after: str = "", limit: int = 100) -> list[Skipped]:
    """See the port."""
    seen: Row = connection.execute("SELECT at, id FROM skipped WHERE id = ?", (after,)).fetchone() or (BEGINNING, "")
    rows = connection.execute(
        "SELECT record, why, by, at FROM skipped WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?", (*seen, limit)
    )
    return [skipped_from(row) for row in rows]


def which_skipped(connection: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    """See the port."""
    rows = connection.execute("SELECT id FROM skipped WHERE id IN (SELECT value FROM json_each(?))", (as_list(ids),))
    return {row[0] for row in rows}


def repark(connection: sqlite3.Connection, record: Parked) -> None:
    """See the port."""
    due = None if record.due is None else to_micros(record.due)
    with transaction(connection):
        connection.execute(
            "UPDATE parked SET attempts = ?, due = ?, reason = ?, permanent = ? WHERE id = ?",
            (record.attempts, due, record.reason, record.permanent, record.id),
        )


def get_mark(connection: sqlite3.Connection, name: str) -> int:
    """See the port."""
    row = connection.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def set_mark(connection: sqlite3.Connection, name: str, value: int) -> None:
    """See the port."""
    with transaction(connection):
        connection.execute(
            SET_MARK,
            (name, value),
        )

"""The states and the index over their fields."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson

from shared.store.instants import from_micros, to_micros
from shared.store.port import Page, Snapshot, Value
from shared.store.sqlite.rows import STATE_COLUMNS, Row, as_list, index_text, state_from, state_row

Where = Mapping[str, Sequence[str | int]]
Entry = tuple[str, str, str | int, str]

UPSERT_STATE: Final = (
    f"INSERT INTO states ({STATE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 - constants
    "ON CONFLICT (stream) DO UPDATE SET number = excluded.number, version = excluded.version, "
    "next_due = excluded.next_due, updated = excluded.updated, fields = excluded.fields, cursor = excluded.cursor, "
    "sequences = excluded.sequences, state = excluded.state"
)
INSERT_FIELD: Final = "INSERT INTO fields (kind, field, value, stream) VALUES (?, ?, ?, ?)"
DELETE_FIELD: Final = "DELETE FROM fields WHERE kind = ? AND field = ? AND value = ? AND stream = ?"

FEW: Final = 1_000
"""So many candidates of a filter are counted to choose the one to start from."""


def save_states(connection: sqlite3.Connection, snapshots: Sequence[Snapshot]) -> None:
    """Upsert inside the caller's transaction; one of a lower number than the stored one is left out."""
    stored: dict[str, tuple[int, str]] = {
        stream: (number, fields)
        for stream, number, fields in connection.execute(
            "SELECT stream, number, fields FROM states WHERE stream IN (SELECT value FROM json_each(?))",
            (as_list([snapshot.stream for snapshot in snapshots]),),
        )
    }
    rows: list[Row] = []
    added: list[Entry] = []
    removed: list[Entry] = []
    for snapshot in snapshots:
        number, before = stored.get(snapshot.stream, (0, "{}"))
        if snapshot.number < number:
            continue
        after = index_text(snapshot.index)
        rows.append(state_row(snapshot, after))
        if after != before:
            _compare(snapshot.stream, orjson.loads(before), snapshot.index, added, removed)
    connection.executemany(UPSERT_STATE, rows)
    if removed:
        connection.executemany(DELETE_FIELD, removed)
    if added:
        connection.executemany(INSERT_FIELD, added)


def _compare(
    stream: str, before: Mapping[str, Value], after: Mapping[str, Value], added: list[Entry], removed: list[Entry]
) -> None:
    """Collect the index entries that differ; most changes touch one or two fields of a state."""
    kind = stream.partition("/")[0]
    for field in before.keys() | after.keys():
        old, new = before.get(field), after.get(field)
        if old != new:
            old_values, new_values = _values(old), _values(new)
            removed.extend((kind, field, value, stream) for value in old_values - new_values)
            added.extend((kind, field, value, stream) for value in new_values - old_values)


def _values(value: Value | None) -> set[str | int]:
    if value is None:
        return set()
    return set(value) if isinstance(value, list) else {value}


def find(
    connection: sqlite3.Connection, kind: str, where: Where | None = None, *, after: str = "", limit: int = 100
) -> Page:
    """See the port."""
    chosen, parameters = _matching(connection, kind, where or {}, after, limit + 1)
    rows = connection.execute(
        f"SELECT {STATE_COLUMNS} FROM states WHERE stream IN ({chosen}) ORDER BY stream",  # noqa: S608 - constants
        parameters,
    ).fetchall()
    items = tuple(state_from(row) for row in rows[:limit])
    return Page(items, items[-1].stream if items and len(rows) > limit else "")


def _matching(
    connection: sqlite3.Connection, kind: str, where: Where, after: str, limit: int
) -> tuple[str, list[str | int]]:
    """A query for the next `limit` streams in order of their names; each branch stops after `limit` as well."""
    # "0" follows "/", so this range is exactly the streams of the kind.
    start, end = max(after, f"{kind}/"), f"{kind}0"
    if not where:
        return "SELECT stream FROM states WHERE stream > ? AND stream < ? ORDER BY stream LIMIT ?", [start, end, limit]
    first, *others = _most_selective_first(connection, kind, where)
    probes, probe_parameters = _probes(kind, others, where)
    values = list(dict.fromkeys(where[first]))
    if not values:
        return "SELECT NULL WHERE 0", []
    branch = (
        "SELECT * FROM (SELECT f.stream FROM fields f WHERE f.kind = ? AND f.field = ? AND f.value = ? "  # noqa: S608
        f"AND f.stream > ?{probes} ORDER BY f.stream LIMIT ?)"
    )
    parameters: list[str | int] = []
    for value in values:
        parameters += [kind, first, value, start, *probe_parameters, limit]
    return f"{' UNION '.join([branch] * len(values))} ORDER BY 1 LIMIT ?", [*parameters, limit]


def _probes(kind: str, fields: Sequence[str], where: Where) -> tuple[str, list[str | int]]:
    """Conditions that the stream of `f` matches further fields too."""
    clauses: list[str] = []
    parameters: list[str | int] = []
    for field in fields:
        marks = ", ".join("?" * len(where[field]))
        clauses.append(
            " AND EXISTS (SELECT 1 FROM fields g WHERE g.kind = ? AND g.field = ? "  # noqa: S608 - constants
            f"AND g.value IN ({marks}) AND g.stream = f.stream)"
        )
        parameters += [kind, field, *where[field]]
    return "".join(clauses), parameters


def _most_selective_first(connection: sqlite3.Connection, kind: str, where: Where) -> list[str]:
    if len(where) == 1:
        return list(where)
    return sorted(where, key=lambda field: _few(connection, kind, field, where[field]))


def _few(connection: sqlite3.Connection, kind: str, field: str, values: Sequence[str | int]) -> int:
    counted: int = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 {_having(values)} LIMIT {FEW})",  # noqa: S608 - constants
        [kind, field, *values],
    ).fetchone()[0]
    return counted


def _having(values: Sequence[str | int]) -> str:
    return f"FROM fields f WHERE f.kind = ? AND f.field = ? AND f.value IN ({', '.join('?' * len(values))})"


def count(connection: sqlite3.Connection, kind: str, by: str, where: Where | None = None) -> dict[str, int]:
    """See the port. Few candidates are read one by one; otherwise the field's index is walked once."""
    where = where or {}
    fields = _most_selective_first(connection, kind, where)
    if where and _few(connection, kind, fields[0], where[fields[0]]) < FEW:
        query, parameters = _count_candidates(kind, by, fields, where)
    else:
        query, parameters = _count_all(kind, by, where)
    counts: dict[str, int] = {}
    for value, counted in connection.execute(query, parameters):
        counts[str(value)] = counts.get(str(value), 0) + counted
    return counts


def _count_candidates(kind: str, by: str, fields: Sequence[str], where: Where) -> tuple[str, list[str | int]]:
    first, *others = fields
    probes, probe_parameters = _probes(kind, others, where)
    query = (
        "SELECT word.value, count(DISTINCT s.stream) "  # noqa: S608 - constants
        f"FROM (SELECT f.stream {_having(where[first])}{probes}) m "
        "CROSS JOIN states s ON s.stream = m.stream CROSS JOIN json_each(s.fields) field CROSS JOIN "
        "json_each(CASE field.type WHEN 'array' THEN field.value ELSE json_array(field.value) END) word "
        "WHERE field.key = ? GROUP BY word.value ORDER BY word.value"
    )
    return query, [kind, first, *where[first], *probe_parameters, by]


def _count_all(kind: str, by: str, where: Where) -> tuple[str, list[str | int]]:
    # A set of streams per filter, made once, is asked three times faster than the index is per stream.
    filters = "".join(f" AND c.stream IN (SELECT f.stream {_having(values)})" for values in where.values())
    query = (
        "SELECT c.value, count(*) FROM fields c "  # noqa: S608 - constants
        f"WHERE c.kind = ? AND c.field = ?{filters} GROUP BY c.value ORDER BY c.value"
    )
    return query, [kind, by, *(part for field, values in where.items() for part in (kind, field, *values))]


def due(connection: sqlite3.Connection, now: datetime, *, limit: int = 500) -> list[Snapshot]:
    """See the port."""
    rows = connection.execute(
        f"SELECT {STATE_COLUMNS} FROM states WHERE next_due <= ? "  # noqa: S608 - constants
        "ORDER BY next_due, stream LIMIT ?",
        (to_micros(now), limit),
    )
    return [state_from(row) for row in rows]


def next_due(connection: sqlite3.Connection) -> datetime | None:
    """See the port."""
    earliest: int | None = connection.execute("SELECT min(next_due) FROM states WHERE next_due IS NOT NULL").fetchone()[
        0
    ]
    return None if earliest is None else from_micros(earliest)

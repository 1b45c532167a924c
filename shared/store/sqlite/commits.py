"""The commit log and what is saved with it. Each function is one call's work on a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.store.batch import NOTHING_PASSED, Passed, further, one_per_stream
from shared.store.instants import to_micros
from shared.store.port import MAX_PAGE, Commit, Executed, Loaded, Snapshot
from shared.store.sqlite.lane import transaction
from shared.store.sqlite.parking import SET_MARK, get_mark
from shared.store.sqlite.passed import passed_of, save_passed
from shared.store.sqlite.rows import COMMIT_COLUMNS, STATE_COLUMNS, Row, as_list, commit_from, commit_row, state_from
from shared.store.sqlite.states import save_states

OF_COMMIT: Final = ", ".join(f"c.{column}" for column in COMMIT_COLUMNS.split(", "))

INSERT_COMMIT: Final = (
    f"INSERT INTO commits (position, {COMMIT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 - constants
    "ON CONFLICT (stream, number) DO NOTHING"
)
INSERT_EXECUTED: Final = (
    "INSERT INTO executed (command_id, digest, stream, version) VALUES (?, ?, ?, ?) ON CONFLICT (command_id) DO NOTHING"
)
INSERT_OUTBOX: Final = "INSERT INTO outbox (stream, number, position, at) VALUES (?, ?, ?, ?)"
DROPPED_TO: Final = "log/dropped"
"""Mark: the highest position that `drop` ever freed; whoever follows the log has passed it."""
# A commit that only moved the cursor holds `[]`. Where the first record has a topic, as in most, the first bytes tell:
# a long value is read whole only where they are `[["",`.
TO_PUBLISH: Final = (
    "length(records) > 2 AND (substr(records, 1, 5) <> x'5B5B22222C' OR EXISTS "
    "(SELECT 1 FROM json_each(CAST(records AS TEXT)) WHERE json_extract(value, '$[0]') <> ''))"
)


def load(connection: sqlite3.Connection, streams: Sequence[str], command_ids: Sequence[str] = ()) -> Loaded:
    """See the port. One read transaction, so that states, commits and commands are of one instant."""
    found: dict[str, Snapshot] = {}
    unpublished: dict[str, list[Commit]] = {}
    executed: dict[str, Executed] = {}
    beyond: dict[str, dict[str, int]] = {}
    with transaction(connection, "BEGIN"):
        if streams:
            wanted = as_list(streams)
            beyond = passed_of(connection, wanted)
            for row in connection.execute(
                f"SELECT {STATE_COLUMNS} FROM states WHERE stream IN (SELECT value FROM json_each(?))",  # noqa: S608
                (wanted,),
            ):
                found[row[0]] = state_from(row)
            for row in connection.execute(
                f"SELECT {OF_COMMIT} FROM outbox o CROSS JOIN commits c ON c.position = o.position "  # noqa: S608
                "WHERE o.stream IN (SELECT value FROM json_each(?)) ORDER BY o.stream, o.number",
                (wanted,),
            ):
                unpublished.setdefault(row[0], []).append(commit_from(row))
        if command_ids:
            for row in connection.execute(
                "SELECT command_id, digest, stream, version FROM executed "
                "WHERE command_id IN (SELECT value FROM json_each(?))",
                (as_list(command_ids),),
            ):
                executed[row[0]] = Executed(*row)
    snapshots = {stream: found.get(stream) or Snapshot(stream) for stream in streams}
    return Loaded(further(snapshots, beyond), unpublished, executed)


def append(
    connection: sqlite3.Connection, entries: Sequence[tuple[Commit, Snapshot]], passed: Passed = NOTHING_PASSED
) -> list[bool]:
    """See the port. One write transaction; a conflict is seen by what did not get a position after the last one."""
    if not entries and not passed:
        return []
    one_per_stream(entries)
    rows = [commit_row(commit) for commit, _ in entries]
    with transaction(connection):
        save_passed(connection, passed)
        if not rows:
            return []
        last = max(position(connection), get_mark(connection, DROPPED_TO))
        rows = [(at, *row) for at, row in enumerate(rows, last + 1)]
        if connection.executemany(INSERT_COMMIT, rows).rowcount == len(rows):
            result, saved = [True] * len(rows), entries
        else:
            new = {row[0] for row in connection.execute("SELECT stream FROM commits WHERE position > ?", (last,))}
            result = [commit.stream in new for commit, _ in entries]
            saved = [entry for entry, inserted in zip(entries, result, strict=True) if inserted]
        waiting = [
            (commit.stream, commit.number, at, to_micros(commit.at))
            for at, ((commit, _), inserted) in enumerate(zip(entries, result, strict=True), last + 1)
            if inserted and commit.outgoing
        ]
        if waiting:
            connection.executemany(INSERT_OUTBOX, waiting)
        executed = [(c.command_id, c.digest, c.stream, c.version) for commit, _ in saved for c in commit.commands]
        if executed:
            connection.executemany(INSERT_EXECUTED, executed)
        save_states(connection, [snapshot for _, snapshot in saved])
    return result


def unpublished(
    connection: sqlite3.Connection, *, older_than: datetime | None = None, limit: int = 500
) -> list[Commit]:
    """See the port. The oldest positions are picked before a long row is read."""
    before = None if older_than is None else to_micros(older_than)
    rows = connection.execute(
        f"SELECT {COMMIT_COLUMNS} FROM commits WHERE position IN "  # noqa: S608 - constants
        "(SELECT position FROM outbox WHERE ? IS NULL OR at < ? ORDER BY position LIMIT ?) ORDER BY position",
        (before, before, limit),
    )
    return [commit_from(row) for row in rows]


def mark_published(connection: sqlite3.Connection, commit_ids: Sequence[str]) -> None:
    """See the port. Not forced to disk: what a power cut forgets is published again, and readers know it already."""
    keys = [_key(commit_id) for commit_id in commit_ids]
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        with transaction(connection):
            connection.executemany("DELETE FROM outbox WHERE stream = ? AND number = ?", keys)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA synchronous = FULL")


def _key(commit_id: str) -> tuple[str, int]:
    stream, _, number = commit_id.rpartition("/")
    # No commit has number 0: an id that is not one of ours marks nothing.
    return stream, int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0


def mark_unpublished(connection: sqlite3.Connection, *, after: int, most: int = 100_000) -> int:
    """See the port."""
    with transaction(connection):
        return connection.execute(
            "INSERT INTO outbox (stream, number, position, at) "  # noqa: S608 - constants
            f"SELECT stream, number, position, at FROM commits WHERE position > ? AND {TO_PUBLISH} "
            "ORDER BY position DESC LIMIT ? ON CONFLICT (stream, number) DO NOTHING",
            (after, most),
        ).rowcount


def drop(connection: sqlite3.Connection, kind: str) -> None:
    """See the port."""
    # "0" is the character after "/".
    first, beyond = f"{kind}/", f"{kind}0"
    with transaction(connection):
        freed = max(position(connection), get_mark(connection, DROPPED_TO))
        connection.execute(SET_MARK, (DROPPED_TO, freed))
        for table in ("outbox", "executed", "fields", "states", "passed", "commits"):
            connection.execute(f"DELETE FROM {table} WHERE stream >= ? AND stream < ?", (first, beyond))  # noqa: S608


def position(connection: sqlite3.Connection) -> int:
    """See the port."""
    newest: int | None = connection.execute("SELECT max(position) FROM commits").fetchone()[0]
    return newest or 0


def history(connection: sqlite3.Connection, stream: str, *, after: int = 0, limit: int = MAX_PAGE) -> list[Commit]:
    """See the port."""
    rows = connection.execute(
        f"SELECT {COMMIT_COLUMNS} FROM commits "  # noqa: S608 - constants
        "WHERE stream = ? AND number > ? ORDER BY number LIMIT ?",
        (stream, after, limit),
    )
    return [commit_from(row) for row in rows]


def log(connection: sqlite3.Connection, *, after: int = 0, limit: int = MAX_PAGE) -> list[tuple[int, Commit]]:
    """See the port."""
    rows: list[Row] = connection.execute(
        f"SELECT {COMMIT_COLUMNS}, position FROM commits "  # noqa: S608 - constants
        "WHERE position > ? ORDER BY position LIMIT ?",
        (after, limit),
    ).fetchall()
    return [(row[-1], commit_from(row[:-1])) for row in rows]

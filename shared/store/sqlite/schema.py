"""What is on disk, and how a connection to it is opened."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Final

from shared.store.port import SchemaMismatch, StoreUnavailable

SCHEMA_VERSION: Final = 3

SKIPPED: Final = """CREATE TABLE skipped (
        id TEXT NOT NULL PRIMARY KEY,
        record BLOB NOT NULL,
        why TEXT NOT NULL,
        by TEXT NOT NULL,
        at INTEGER NOT NULL
    ) WITHOUT ROWID"""

# Reading a long outbox page by page would sort all of it for each page.
OUTBOX_BY_POSITION: Final = "CREATE INDEX outbox_by_position ON outbox (position)"

PASSED: Final = """CREATE TABLE passed (
        stream TEXT NOT NULL,
        topic TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (stream, topic)
    ) WITHOUT ROWID"""

MIGRATIONS: Final = {1: (SKIPPED, OUTBOX_BY_POSITION), 2: (PASSED,)}
"""Per older version what makes it the next one."""

# `commits` is never updated: what is not yet published stands in `outbox`, so that marking touches small pages only.
TABLES: Final = (
    """CREATE TABLE commits (
        position INTEGER PRIMARY KEY,
        stream TEXT NOT NULL,
        number INTEGER NOT NULL,
        expected INTEGER NOT NULL,
        version INTEGER NOT NULL,
        at INTEGER NOT NULL,
        cause TEXT NOT NULL,
        traceparent TEXT NOT NULL,
        cursor BLOB NOT NULL,
        commands BLOB NOT NULL,
        records BLOB NOT NULL,
        UNIQUE (stream, number)
    )""",
    """CREATE TABLE outbox (
        stream TEXT NOT NULL,
        number INTEGER NOT NULL,
        position INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (stream, number)
    ) WITHOUT ROWID""",
    OUTBOX_BY_POSITION,
    """CREATE TABLE executed (
        command_id TEXT NOT NULL PRIMARY KEY,
        digest TEXT NOT NULL,
        stream TEXT NOT NULL,
        version INTEGER NOT NULL
    ) WITHOUT ROWID""",
    # The state comes last: reading the columns before it never follows the overflow pages of a long one.
    """CREATE TABLE states (
        stream TEXT NOT NULL PRIMARY KEY,
        number INTEGER NOT NULL,
        version INTEGER NOT NULL,
        next_due INTEGER,
        updated INTEGER,
        fields TEXT NOT NULL,
        cursor BLOB NOT NULL,
        sequences BLOB NOT NULL,
        state BLOB NOT NULL
    )""",
    PASSED,
    "CREATE INDEX states_by_due ON states (next_due, stream) WHERE next_due IS NOT NULL",
    # `value` has no type on purpose: a number and a word stay different things.
    """CREATE TABLE fields (
        kind TEXT NOT NULL,
        field TEXT NOT NULL,
        value NOT NULL,
        stream TEXT NOT NULL,
        PRIMARY KEY (kind, field, value, stream)
    ) WITHOUT ROWID""",
    """CREATE TABLE parked (
        id TEXT NOT NULL PRIMARY KEY,
        key TEXT NOT NULL,
        position INTEGER NOT NULL,
        topic TEXT NOT NULL,
        partition INTEGER NOT NULL,
        "offset" INTEGER NOT NULL,
        headers BLOB NOT NULL,
        value BLOB NOT NULL,
        reason TEXT NOT NULL,
        permanent INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        due INTEGER,
        at INTEGER NOT NULL,
        UNIQUE (key, position)
    )""",
    "CREATE INDEX parked_by_due ON parked (due) WHERE due IS NOT NULL",
    SKIPPED,
    "CREATE TABLE marks (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
)

PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -16384",
    "PRAGMA temp_store = MEMORY",
)


def connect(path: Path, *, wait_seconds: float, reads_only: bool) -> sqlite3.Connection:
    """Open one connection: file and tables are made where missing, the settings are set, the version is checked.

    Raises:
        SchemaMismatch: the file is of another version, or not one of ours.
        sqlite3.Error, OSError: it cannot be opened.
    """
    _make_private(path)
    connection = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None, cached_statements=256)
    try:
        _refuse_other_versions(connection, path)
        _use_write_ahead_log(connection, path, wait_seconds)
        for pragma in PRAGMAS:
            connection.execute(pragma)
        _create_or_check(connection, path)
        if reads_only:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _make_private(path: Path) -> None:
    """Make folder and file readable by their owner only; the log files take over the mode of the database file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # An existing file must not be opened and closed here: that would drop the locks of other connections.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def _use_write_ahead_log(connection: sqlite3.Connection, path: Path, wait_seconds: float) -> None:
    """Switch to WAL. SQLite does not wait for a lock here, so two processes starting together need this loop."""
    give_up = time.monotonic() + wait_seconds
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
    if mode != "wal":
        raise StoreUnavailable(f"{path}: the file system does not allow a write-ahead log (mode is {mode!r})")


def _refuse_other_versions(connection: sqlite3.Connection, path: Path) -> None:
    """Before anything is written: switching to the write-ahead log would already change a file that is not ours."""
    connection.execute("BEGIN")
    try:
        found, empty = _version(connection), _is_empty(connection)
    finally:
        connection.execute("ROLLBACK")
    if found != SCHEMA_VERSION and found not in MIGRATIONS and not (found == 0 and empty):
        raise SchemaMismatch(_mismatch(path, found))


def _create_or_check(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _create_where_empty(connection)
        while (found := _version(connection)) in MIGRATIONS:
            for statement in MIGRATIONS[found]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {found + 1}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    if found != SCHEMA_VERSION:
        raise SchemaMismatch(_mismatch(path, found))


def _create_where_empty(connection: sqlite3.Connection) -> None:
    # Asked under the lock: another process may have made the tables in between.
    if _is_empty(connection):
        for statement in TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _mismatch(path: Path, found: int) -> str:
    what = "not a Throughline store" if found == 0 else f"of schema version {found}"
    advice = (
        "run the newer Throughline that wrote it"
        if found > SCHEMA_VERSION
        else "run the Throughline that wrote it, or choose another data folder"
    )
    return f"{path} is {what}; this code reads schema version {SCHEMA_VERSION}: {advice}. The file was not touched."

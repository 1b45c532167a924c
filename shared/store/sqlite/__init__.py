"""The embedded store: one SQLite file per service, durable, without a server."""

from shared.store.sqlite.schema import SCHEMA_VERSION
from shared.store.sqlite.store import SqliteStore

__all__ = ["SCHEMA_VERSION", "SqliteStore"]

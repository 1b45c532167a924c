"""A URL decides which store it is."""

from __future__ import annotations

from pathlib import Path

from shared.store.mongo import SCHEMES, Driver, MongoStore
from shared.store.port import Store
from shared.store.sqlite import SqliteStore

_SQLITE = "sqlite:///"


def store_at(url: str, driver: Driver = "motor") -> Store:
    """Return the store of a URL, not yet opened; `driver` is the one for MongoDB.

    Raises:
        ValueError: naming the URL's scheme and those that are known, or what the URL lacks.
    """
    if url.startswith(_SQLITE):
        return SqliteStore(Path("/" + url.removeprefix(_SQLITE).lstrip("/")))
    if url.startswith(SCHEMES):
        return MongoStore(url, driver)
    scheme = url.partition(":")[0]
    msg = f"no store adapter for {scheme!r}; use sqlite:///<absolute path> or mongodb://<hosts>/<database>"
    raise ValueError(msg)

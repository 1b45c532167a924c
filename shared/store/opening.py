"""A URL decides which store it is."""

from __future__ import annotations

from pathlib import Path

from shared.store.port import Store
from shared.store.sqlite import SqliteStore

_SQLITE = "sqlite:///"


def store_at(url: str) -> Store:
    """Return the store of a URL, not yet opened.

    Raises:
        ValueError: naming the URL's scheme and those that are known.
    """
    if url.startswith(_SQLITE):
        return SqliteStore(Path("/" + url.removeprefix(_SQLITE).lstrip("/")))
    scheme = url.partition(":")[0]
    msg = f"no store adapter for {scheme!r}; use sqlite:///<absolute path>"
    raise ValueError(msg)

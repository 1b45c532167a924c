import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.store.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    """Open, and patient for a tenth of a second only."""
    store = SqliteStore(path, wait_seconds=0.1)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def beside(store: SqliteStore) -> Iterator[sqlite3.Connection]:
    """A second connection to the open store's file, as another process would have."""
    with closing(sqlite3.connect(store.path, isolation_level=None, timeout=0.1)) as connection:
        yield connection

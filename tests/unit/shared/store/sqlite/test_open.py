"""What is checked and set when a file is opened."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shared.store.port import SchemaMismatch, StoreUnavailable
from shared.store.sqlite import SCHEMA_VERSION, SqliteStore
from shared.testing.commits import entry


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def made_by_hand(path: Path, content: bytes, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def modes_in(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


OF_VERSION_2 = ["DROP TABLE skipped", "DROP INDEX outbox_by_position"]
OF_VERSION_3 = ["DROP TABLE passed"]


class TestWhenAStoreIsOpened:
    async def test_each_commit_is_forced_to_disk_in_a_write_ahead_log(self, store: SqliteStore) -> None:
        assert await store._writer.run(pragma, "journal_mode") == "wal"
        assert await store._writer.run(pragma, "synchronous") == 2

    async def test_commits_are_forced_to_disk_again_after_marks_that_are_not(self, store: SqliteStore) -> None:
        await store.append([entry("a/1")])
        await store.mark_published(["a/1/1"])
        assert await store._writer.run(pragma, "synchronous") == 2

    @pytest.mark.parametrize(("version", "undone"), [(1, [*OF_VERSION_2, *OF_VERSION_3]), (2, OF_VERSION_3)])
    async def test_a_file_of_a_version_before_gets_what_it_lacks_and_keeps_what_it_has(
        self, tmp_path: Path, version: int, undone: list[str]
    ) -> None:
        path = tmp_path / "store.db"
        store = SqliteStore(path)
        await store.open()
        await store.append([entry("a/1")])
        await store.close()
        with closing(sqlite3.connect(path)) as connection:
            for statement in undone:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")
        await store.open()
        assert await store.position() == 1
        assert (await store.skipped(), await store.passed()) == ([], {})
        assert await store._writer.run(pragma, "user_version") == SCHEMA_VERSION
        await store.close()

    async def test_listings_cannot_write(self, store: SqliteStore) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO marks VALUES ('m', 1)")

        with pytest.raises(StoreUnavailable, match="readonly"):
            await store._reader.run(write)

    async def test_only_the_owner_may_read_folder_and_files(self, store: SqliteStore) -> None:
        await store.append([entry("a/1")])
        assert store.path.parent.stat().st_mode & 0o777 == 0o700
        assert modes_in(store.path.parent) == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}

    async def test_a_file_that_others_could_read_is_closed_to_them(self, path: Path) -> None:
        made_by_hand(path, b"", mode=0o644)
        store = SqliteStore(path)
        await store.open()
        await store.close()
        assert modes_in(path.parent) == {"store.db": 0o600}

    async def test_closing_leaves_one_file(self, store: SqliteStore) -> None:
        await store.append([entry("a/1")])
        await store.close()
        assert [*modes_in(store.path.parent)] == ["store.db"]

    async def test_several_opening_a_new_file_at_once_all_succeed(self, path: Path) -> None:
        stores = [SqliteStore(path) for _ in range(4)]
        await asyncio.gather(*(store.open() for store in stores))
        assert [await store.position() for store in stores] == [0] * 4
        await asyncio.gather(*(store.close() for store in stores))


class TestWhenTheSchemaIsAnother:
    def written_with(self, path: Path, version: int) -> None:
        path.parent.mkdir()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE things (id)")
            connection.execute(f"PRAGMA user_version = {version}")

    @pytest.mark.parametrize(
        ("version", "words"),
        [
            (SCHEMA_VERSION + 1, [f"schema version {SCHEMA_VERSION + 1}", "run the newer Throughline"]),
            (0, ["not a Throughline store", "choose another data folder"]),
        ],
    )
    async def test_the_refusal_names_file_versions_and_what_to_do(
        self, path: Path, version: int, words: list[str]
    ) -> None:
        self.written_with(path, version)
        with pytest.raises(SchemaMismatch) as refused:
            await SqliteStore(path).open()
        message = str(refused.value)
        assert all(word in message for word in [str(path), f"reads schema version {SCHEMA_VERSION}", *words])

    async def test_nothing_in_the_file_is_changed(self, path: Path) -> None:
        self.written_with(path, SCHEMA_VERSION + 1)
        with pytest.raises(SchemaMismatch):
            await SqliteStore(path).open()
        with closing(sqlite3.connect(path)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
            assert (tables, pragma(connection, "user_version")) == ([("things",)], SCHEMA_VERSION + 1)


class TestWhenTheFileCannotBeUsed:
    async def test_a_file_of_another_kind_is_named(self, path: Path) -> None:
        made_by_hand(path, b"this is a letter, not a database" * 200)
        with pytest.raises(StoreUnavailable, match=f"{path}.*not a database"):
            await SqliteStore(path).open()

    async def test_a_folder_in_its_place_is_named(self, path: Path) -> None:
        made_by_hand(path / "letter", b"")
        with pytest.raises(StoreUnavailable, match=str(path)):
            await SqliteStore(path).open()

    async def test_a_file_where_the_folder_should_be_is_named(self, path: Path) -> None:
        made_by_hand(path.parent, b"")
        with pytest.raises(StoreUnavailable, match=str(path.parent)):
            await SqliteStore(path).open()

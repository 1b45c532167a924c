"""Whatever fails inside a transaction leaves nothing behind, and the store goes on."""

import asyncio
import sqlite3
from dataclasses import replace

import pytest

from shared.store.port import StoreUnavailable
from shared.store.sqlite import SqliteStore
from shared.testing.commits import entry, parked


def limit_pages(connection: sqlite3.Connection, most: int) -> None:
    connection.execute(f"PRAGMA max_page_count = {most}")


class TestWhenTheDiskIsFull:
    async def test_the_call_says_what_and_where_and_nothing_is_half_saved(self, store: SqliteStore) -> None:
        await store._writer.run(limit_pages, 40)
        batch = [entry(f"a/{n}", state=b"x" * 5_000, index={"state": "open"}) for n in range(100)]
        with pytest.raises(StoreUnavailable, match=f"{store.path}: append: .*full.*SQLITE_FULL"):
            await store.append(batch)
        assert await store.position() == 0
        assert await store.count("a", "state") == {}
        assert await store.unpublished() == []

    async def test_it_goes_on_when_there_is_room_again(self, store: SqliteStore) -> None:
        await store._writer.run(limit_pages, 40)
        batch = [entry(f"a/{n}", state=b"x" * 5_000) for n in range(100)]
        with pytest.raises(StoreUnavailable):
            await store.append(batch)
        await store._writer.run(limit_pages, 100_000)
        assert await store.append(batch) == [True] * 100


class TestWhenAnotherProcessHoldsTheLock:
    async def test_a_write_waits_its_time_and_says_so(self, store: SqliteStore, beside: sqlite3.Connection) -> None:
        beside.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=f"{store.path}: append: database is locked"):
            await store.append([entry("a/1")])
        with pytest.raises(StoreUnavailable, match="mark_published: database is locked"):
            await store.mark_published(["a/1/1"])
        beside.execute("ROLLBACK")
        assert await store.append([entry("a/1")]) == [True]

    async def test_reading_goes_on_meanwhile(self, store: SqliteStore, beside: sqlite3.Connection) -> None:
        await store.append([entry("a/1")])
        beside.execute("BEGIN IMMEDIATE")
        assert (await store.load(["a/1"])).snapshots["a/1"].number == 1
        assert await store.position() == 1


class TestWhenAValueCannotBeStored:
    async def test_the_error_is_the_callers_and_the_batch_is_not_saved(self, store: SqliteStore) -> None:
        commit, snapshot = entry("a/2")
        with pytest.raises(OverflowError):
            await store.append([entry("a/1"), (replace(commit, version=2**70), snapshot)])
        assert await store.position() == 0
        assert await store.append([entry("a/1")]) == [True]

    async def test_later_records_of_the_batch_do_not_stay_either(self, store: SqliteStore) -> None:
        with pytest.raises(OverflowError):
            await store.park([parked("1", "a"), replace(parked("2", "a"), offset=2**70)])
        assert await store.parked_list() == []


class TestWhenTheTablesAreGone:
    async def test_the_call_says_what_is_missing(self, store: SqliteStore, beside: sqlite3.Connection) -> None:
        beside.execute("DROP TABLE marks")
        with pytest.raises(StoreUnavailable, match="get_mark: no such table"):
            await store.get_mark("m")


class TestWhenTheLoopIsBusy:
    async def test_a_waiting_write_does_not_hold_up_the_loop(
        self, store: SqliteStore, beside: sqlite3.Connection
    ) -> None:
        beside.execute("BEGIN IMMEDIATE")
        write = asyncio.ensure_future(store.append([entry("a/1")]))
        turns = 0
        while not write.done():
            await asyncio.sleep(0.005)
            turns += 1
        beside.execute("ROLLBACK")
        assert turns > 5
        with pytest.raises(StoreUnavailable):
            await write

    async def test_listings_do_not_wait_for_a_write(self, store: SqliteStore, beside: sqlite3.Connection) -> None:
        beside.execute("BEGIN IMMEDIATE")
        write = asyncio.ensure_future(store.append([entry("a/1")]))
        await asyncio.sleep(0)
        assert await store.find("a")
        assert not write.done()
        beside.execute("ROLLBACK")
        assert await write == [True]

    async def test_a_cancelled_write_is_finished_or_dropped_but_never_left_open(
        self, store: SqliteStore, beside: sqlite3.Connection
    ) -> None:
        writes = [asyncio.ensure_future(store.append([entry(f"a/{n}")])) for n in range(10)]
        await asyncio.sleep(0)
        for write in writes:
            write.cancel()
        await asyncio.gather(*writes, return_exceptions=True)
        await store.load([])
        beside.execute("BEGIN IMMEDIATE")
        beside.execute("ROLLBACK")
        for _, commit in await store.log():
            assert (await store.load([commit.stream])).snapshots[commit.stream].number == 1

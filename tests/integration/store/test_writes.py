"""A write without a clear answer is read back: it is ours, somebody else's, or not there; it has never just failed."""

import asyncio
from collections.abc import Awaitable

import pytest
from pymongo.errors import OperationFailure

from shared.store.mongo.commits import _insert
from shared.store.mongo.documents import commit_document, state_document, to_name
from shared.store.mongo.driver import Database
from shared.store.port import Snapshot, StoreUnavailable
from shared.testing.commits import NOON, entry, parked
from tests.engine.proxy import Lost, Proxy
from tests.integration.store.conftest import Opened

PATIENCE = 60.0
SOON = 3.0
INSERTED = b"\x02insert\x00\x08\x00\x00\x00commits\x00"
STATES = b"\x02update\x00\x07\x00\x00\x00states\x00"


class TestWhenADuplicateIsMet:
    async def test_one_that_this_call_wrote_before_is_ours(self, opened: Opened) -> None:
        store = await opened()
        batch = [entry(f"a/{n}")[0] for n in range(3)]
        documents = [commit_document(commit, "this call") for commit in batch]
        before = [{**document, "position": at} for at, document in enumerate(documents[:2], 1_000)]
        before[1]["writer"] = "another call"

        async def sent_twice(database: Database) -> set[str]:
            await database["commits"].insert_many(before, ordered=False)
            return await _insert(database, documents)

        assert await store._client.run(sent_twice) == {"a/0/1", "a/2/1"}
        assert len(await store.log()) == 3


class TestWhenTheAnswerToAWriteIsLost:
    @pytest.mark.parametrize("what", ["request", "answer"])
    async def test_the_commit_is_saved_once_and_said_to_be(self, opened: Opened, proxy: Proxy, what: Lost) -> None:
        store = await opened()
        proxy.lose(INSERTED, what)
        batch = [entry("a/1"), entry("b/1")]
        assert await store.append(batch) == [True, True]
        assert proxy.lost == 1
        assert [commit for _, commit in await store.log()] == [commit for commit, _ in batch]
        assert (await store.load(["a/1"])).snapshots["a/1"] == batch[0][1]

    async def test_somebody_elses_commit_is_a_conflict(self, opened: Opened, proxy: Proxy) -> None:
        store, other = await opened(), await opened(direct=True)
        theirs = entry("a/1", state=b'{"by":"them"}')
        await other.append([theirs])
        proxy.lose(INSERTED)
        assert await store.append([entry("a/1"), entry("b/1")]) == [False, True]
        assert proxy.lost == 1
        assert (await store.load(["a/1"])).snapshots["a/1"] == theirs[1]

    async def test_it_is_unknown_where_it_cannot_be_read_back(self, opened: Opened, proxy: Proxy) -> None:
        store, other = await opened(select_seconds=SOON), await opened(direct=True)
        proxy.lose(INSERTED)
        saving = asyncio.create_task(store.append([entry("a/1")]))
        async with asyncio.timeout(PATIENCE):
            await proxy.loss.wait()
            await proxy.stop()
            with pytest.raises(StoreUnavailable):
                await saving
        assert await other.history("a/1") == [entry("a/1")[0]]

    async def test_a_commit_without_its_state_is_loaded_all_the_same(self, opened: Opened, proxy: Proxy) -> None:
        store = await opened()
        proxy.lose(STATES, "request")
        with pytest.raises(StoreUnavailable):
            await store.append([entry("a/1", commands=["key-1"])])
        loaded = await store.load(["a/1"], ["key-1"])
        assert loaded.snapshots["a/1"].number == 0
        assert loaded.unpublished["a/1"] == [entry("a/1", commands=["key-1"])[0]]
        assert loaded.executed["key-1"].stream == "a/1"


class TestWhenTheServerIsAway:
    async def test_every_call_says_so_and_goes_through_when_it_is_back(self, opened: Opened, proxy: Proxy) -> None:
        store = await opened(select_seconds=SOON)
        await proxy.stop()
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(StoreUnavailable, match="append"):
                await store.append([entry("a/1")])
            with pytest.raises(StoreUnavailable, match="position"):
                await store.position()
            await proxy.start()
            assert await store.append([entry("a/1")]) == [True]

    async def test_a_store_cannot_be_opened_and_can_later(self, opened: Opened, proxy: Proxy) -> None:
        await proxy.stop()
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(StoreUnavailable):
                await opened(select_seconds=SOON)
            await proxy.start()
            assert await (await opened()).position() == 0

    async def test_silence_ends_after_the_time_an_answer_may_take(self, opened: Opened, proxy: Proxy) -> None:
        store = await opened(answer_seconds=0.5)
        proxy.hold()
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(StoreUnavailable):
                await store.append([entry("a/1")])
        proxy.resume()
        async with asyncio.timeout(PATIENCE):
            while not await answers(store.append([entry("b/1")])):
                pass
        assert await store.history("b/1") == [entry("b/1")[0]]

    async def test_the_caller_who_gives_up_leaves_nothing_half_done(self, opened: Opened, proxy: Proxy) -> None:
        store = await opened()
        proxy.hold()
        saving = asyncio.create_task(store.append([entry("a/1")]))
        await asyncio.sleep(0)
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)
        proxy.resume()
        await store.close()
        again = await opened(direct=True)
        assert (await again.load(["a/1"])).snapshots["a/1"] == entry("a/1")[1]


async def answers(call: Awaitable[object]) -> bool:
    try:
        await call
    except StoreUnavailable:
        return False
    return True


class TestWhenTheFaultIsOurs:
    async def test_a_wrong_statement_is_no_outage(self, opened: Opened) -> None:
        store = await opened()
        await store.append([entry("a/1")])

        async def wrong(database: Database) -> object:
            return await database["commits"].find({"number": {"$nonsense": 1}}).to_list(None)

        with pytest.raises(OperationFailure):
            await store._client.run(wrong)


class TestWhenManyParkAtOnce:
    async def test_each_has_its_own_place_and_nobody_overtakes(self, opened: Opened) -> None:
        stores = [await opened(direct=True) for _ in range(3)]
        mine = [[parked(f"{n}/{i}", "a") for i in range(10)] for n in range(3)]
        await asyncio.gather(*(store.park(records) for store, records in zip(stores, mine, strict=True)))
        line = await stores[0].parked_behind("a")
        assert [record.position for record in line] == list(range(1, 31))
        for n in range(3):
            assert [r.id for r in line if r.id.startswith(f"{n}/")] == [record.id for record in mine[n]]

    async def test_a_due_head_is_found_behind_lines_of_any_length(self, opened: Opened) -> None:
        store = await opened(direct=True)
        long = [parked(f"b/{n}", "blocked", due=None if n == 0 else NOON, permanent=n == 0) for n in range(450)]
        await store.park([*long, parked("z", "ready", due=NOON)])
        assert [record.id for record in await store.parked_due(NOON)] == ["z"]


class TestWhenAStateLagsBehindItsCommits:
    async def test_all_of_its_newer_commits_come_though_they_are_published(self, opened: Opened) -> None:
        store = await opened(direct=True)
        entries = [entry("a/1", n, commands=[f"key-{n}"]) for n in (1, 2, 3)]
        for one in entries:
            await store.append([one])
        await store.mark_published([commit.id for commit, _ in entries])
        await store._client.run(set_back, entries[0][1])
        loaded = await store.load(["a/1"], ["key-3"])
        assert loaded.snapshots["a/1"].number == 1
        assert loaded.unpublished["a/1"] == [entries[1][0], entries[2][0]]
        assert loaded.executed["key-3"].version == 3

    async def test_none_comes_from_behind_a_hole(self, opened: Opened) -> None:
        store = await opened(direct=True)
        entries = [entry("a/1", n) for n in (1, 2, 3)]
        for one in entries:
            await store.append([one])
        await store._client.run(set_back, entries[0][1])
        await store._client.run(removed, "a/1/2")
        assert (await store.load(["a/1"])).unpublished["a/1"] == [entries[0][0]]


async def set_back(database: Database, to: Snapshot) -> None:
    await database["states"].delete_many({})
    await database["states"].insert_many([state_document(to)], ordered=True)


async def removed(database: Database, commit_id: str) -> None:
    await database["commits"].delete_many({"_id": to_name(commit_id)})

"""The faults of the store in memory strike where they say, so that a simulator can rely on them."""

import asyncio

import pytest

from shared.store.memory import Faults, MemoryData, MemoryStore, Moment
from shared.store.port import StoreUnavailable
from shared.testing.commits import entry


def failing(call: str, moment: Moment) -> Faults:
    """Let this call fail at this moment."""

    async def strike(name: str, now: Moment) -> None:
        await asyncio.sleep(0)
        if (name, now) == (call, moment):
            raise StoreUnavailable(f"{name}: {now}")

    return strike


async def opened(data: MemoryData, faults: Faults | None = None) -> MemoryStore:
    store = MemoryStore(data, faults) if faults else MemoryStore(data)
    await store.open()
    return store


class TestWhenAppendingFails:
    async def test_before_the_write_nothing_is_saved(self) -> None:
        data = MemoryData()
        store = await opened(data, failing("append", Moment.BEFORE))
        with pytest.raises(StoreUnavailable, match="before"):
            await store.append([entry("a/1")])
        assert await (await opened(data)).append([entry("a/1")]) == [True]

    async def test_after_the_write_all_is_saved_and_a_retry_is_a_conflict(self) -> None:
        data = MemoryData()
        store = await opened(data, failing("append", Moment.AFTER))
        with pytest.raises(StoreUnavailable, match="after"):
            await store.append([entry("a/1")])
        later = await opened(data)
        assert await later.append([entry("a/1")]) == [False]
        assert (await later.load(["a/1"])).snapshots["a/1"].number == 1

    async def test_between_commit_and_state_the_state_lags_and_loading_gives_the_commit(self) -> None:
        data = MemoryData()
        commit, _ = written = entry("a/1", index={"state": "open"})
        with pytest.raises(StoreUnavailable, match="between"):
            await (await opened(data, failing("append", Moment.BETWEEN))).append([written])
        later = await opened(data)
        loaded = await later.load(["a/1"])
        assert loaded.snapshots["a/1"].number == 0
        assert loaded.unpublished == {"a/1": [commit]}

    async def test_a_lagging_state_is_told_even_when_its_commit_was_published(self) -> None:
        data = MemoryData()
        commit, _ = written = entry("a/1")
        with pytest.raises(StoreUnavailable):
            await (await opened(data, failing("append", Moment.BETWEEN))).append([written])
        later = await opened(data)
        await later.mark_published([commit.id])
        assert await later.unpublished() == []
        assert (await later.load(["a/1"])).unpublished == {"a/1": [commit]}

    async def test_a_process_killed_in_between_leaves_the_same(self) -> None:
        data = MemoryData()

        async def hang(name: str, moment: Moment) -> None:
            if (name, moment) == ("append", Moment.BETWEEN):
                await asyncio.Event().wait()

        task = asyncio.ensure_future((await opened(data, hang)).append([entry("a/1")]))
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        loaded = await (await opened(data)).load(["a/1"])
        assert (loaded.snapshots["a/1"].number, len(loaded.unpublished["a/1"])) == (0, 1)


class TestWhenTasksRunSideBySide:
    async def test_every_call_gives_way_before_it_reads_and_before_it_returns(self) -> None:
        store = await opened(MemoryData())
        order: list[str] = []

        async def ask(name: str) -> None:
            await store.position()
            order.append(name)
            await store.position()
            order.append(name)

        await asyncio.gather(ask("a"), ask("b"))
        assert order == ["a", "b", "a", "b"]

    async def test_the_faults_see_every_call_at_each_of_its_moments(self) -> None:
        seen: list[tuple[str, Moment]] = []

        async def watch(name: str, moment: Moment) -> None:
            seen.append((name, moment))

        store = await opened(MemoryData(), watch)
        await store.append([entry("a/1")])
        await store.load(["a/1"])
        assert seen == [
            ("open", Moment.BEFORE),
            ("append", Moment.BEFORE),
            ("append", Moment.NUMBERED),
            ("append", Moment.BETWEEN),
            ("append", Moment.AFTER),
            ("load", Moment.BEFORE),
            ("load", Moment.AFTER),
        ]

"""A store is opened, closed, and opened again on the same data."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.store.port import Skipped, Store, StoreUnavailable
from shared.testing.commits import NOON, entry, parked

CALLS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "load": lambda store: store.load(["a/1"]),
    "append": lambda store: store.append([entry("a/1")]),
    "unpublished": lambda store: store.unpublished(),
    "mark_published": lambda store: store.mark_published(["a/1/1"]),
    "mark_unpublished": lambda store: store.mark_unpublished(after=0),
    "drop": lambda store: store.drop("a"),
    "position": lambda store: store.position(),
    "history": lambda store: store.history("a/1"),
    "log": lambda store: store.log(),
    "find": lambda store: store.find("a"),
    "count": lambda store: store.count("a", "state"),
    "due": lambda store: store.due(NOON),
    "next_due": lambda store: store.next_due(),
    "park": lambda store: store.park([parked("1", "a")]),
    "passed": lambda store: store.passed(),
    "parked": lambda store: store.parked(["a"]),
    "parked_list": lambda store: store.parked_list(),
    "parked_due": lambda store: store.parked_due(NOON),
    "parked_behind": lambda store: store.parked_behind("a"),
    "unpark": lambda store: store.unpark(["1"]),
    "skip": lambda store: store.skip([Skipped(parked("1", "a"), "sent by mistake", "operator", NOON)]),
    "skipped": lambda store: store.skipped(),
    "which_skipped": lambda store: store.which_skipped(["1"]),
    "repark": lambda store: store.repark(parked("1", "a")),
    "get_mark": lambda store: store.get_mark("m"),
    "set_mark": lambda store: store.set_mark("m", 1),
}


def test_every_call_of_the_port_is_listed_here() -> None:
    own = {name for name, value in vars(Store).items() if callable(value) and not name.startswith("_")}
    assert own == {*CALLS, "open", "close"}


class TestWhenAStoreIsNotOpen:
    @pytest.mark.parametrize("call", CALLS)
    async def test_every_call_says_so(self, connect: Callable[[], Store], call: str) -> None:
        with pytest.raises(StoreUnavailable, match="not open"):
            await CALLS[call](connect())

    @pytest.mark.parametrize("call", CALLS)
    async def test_every_call_says_so_after_closing(self, store: Store, call: str) -> None:
        await store.close()
        with pytest.raises(StoreUnavailable, match="not open"):
            await CALLS[call](store)

    async def test_closing_twice_or_before_opening_is_nothing(self, connect: Callable[[], Store]) -> None:
        store = connect()
        await store.close()
        await store.open()
        await store.close()
        await store.close()


class TestWhenAStoreIsOpenedAgain:
    async def test_everything_is_there(self, store: Store) -> None:
        commit, snapshot = entry("a/1", index={"state": "open"}, next_due=NOON, commands=["key-1"])
        await store.append([(commit, snapshot)])
        await store.park([parked("1", "a")])
        await store.set_mark("m", 7)
        await store.close()
        await store.open()
        loaded = await store.load(["a/1"], ["key-1"])
        assert loaded.snapshots["a/1"] == snapshot
        assert loaded.unpublished["a/1"] == [commit]
        assert "key-1" in loaded.executed
        assert (await store.find("a", {"state": ["open"]})).items == (snapshot,)
        assert await store.due(NOON) == [snapshot]
        assert await store.parked(["a"]) == {"a": 1}
        assert await store.get_mark("m") == 7

    async def test_opening_an_open_store_is_nothing(self, store: Store) -> None:
        await store.append([entry("a/1")])
        await store.open()
        assert await store.position() == 1


class TestWhenManyCallAtOnce:
    async def test_each_commit_is_saved_once(self, store: Store) -> None:
        results = await asyncio.gather(*(store.append([entry(f"a/{n % 25}")]) for n in range(100)))
        assert sum(result == [True] for result in results) == 25
        positions = [position for position, _ in await store.log()]
        assert len(set(positions)) == 25
        assert await store.position() == positions[-1]

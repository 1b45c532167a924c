"""Rows of projections: their records stay in the log, and a kind of streams can be dropped to be built anew."""

from dataclasses import replace

from shared.store.port import Commit, Snapshot, Store
from shared.testing.commits import entry


def row(stream: str, number: int = 1) -> tuple[Commit, Snapshot]:
    """One of a projection: what it took down goes to no topic."""
    commit, snapshot = entry(stream, number, index={"status": "counting"}, commands=[f"e{number}>{stream}"])
    return replace(commit, records=tuple(one._replace(topic="") for one in commit.records)), snapshot


class TestACommitWhoseRecordsHaveNoTopic:
    async def test_has_nothing_to_publish(self, store: Store) -> None:
        commit, snapshot = row("period/2026-03")
        assert await store.append([(commit, snapshot), entry("complaint/1")]) == [True, True]
        assert [one.stream for one in await store.unpublished()] == ["complaint/1"]
        assert (await store.load(["period/2026-03"])).snapshots["period/2026-03"] == snapshot

    async def test_stands_in_the_log_with_what_it_took_down(self, store: Store) -> None:
        commit, snapshot = row("period/2026-03")
        await store.append([(commit, snapshot)])
        assert await store.history("period/2026-03") == [commit]
        assert [one for _, one in await store.log()] == [commit]

    async def test_is_not_published_again_with_the_others(self, store: Store) -> None:
        await store.append([row("period/2026-03"), entry("complaint/1")])
        await store.mark_published(["complaint/1/1", "period/2026-03/1"])
        assert await store.mark_unpublished(after=0) == 1
        assert [one.stream for one in await store.unpublished()] == ["complaint/1"]


class TestDroppingAKind:
    async def test_leaves_nothing_of_it_and_everything_else(self, store: Store) -> None:
        others = [entry("periods/1"), entry("perio/1"), entry("complaint/1", commands=["key"])]
        await store.append([row("period/2026-03"), row("period/2026-04"), *others])
        await store.drop("period")
        loaded = await store.load(["period/2026-03", "complaint/1"], ["e1>period/2026-03", "key"])
        assert loaded.snapshots["period/2026-03"] == Snapshot("period/2026-03")
        assert loaded.executed.keys() == {"key"}
        assert [one.stream for _, one in await store.log()] == ["periods/1", "perio/1", "complaint/1"]
        assert list((await store.find("period")).items) == []
        assert await store.count("period", "status") == {}
        assert await store.history("period/2026-04") == []

    async def test_lets_it_begin_again(self, store: Store) -> None:
        await store.append([row("period/2026-03")])
        await store.append([row("period/2026-03", 2)])
        await store.drop("period")
        assert await store.append([row("period/2026-03")]) == [True]
        assert (await store.load(["period/2026-03"])).snapshots["period/2026-03"].number == 1

    async def test_twice_is_once_and_of_what_is_not_there_is_nothing(self, store: Store) -> None:
        await store.append([entry("complaint/1")])
        await store.drop("period")
        await store.drop("period")
        assert [one.stream for _, one in await store.log()] == ["complaint/1"]

    async def test_gives_no_position_of_the_log_out_a_second_time(self, store: Store) -> None:
        await store.append([entry("complaint/1")])
        await store.append([row("period/2026-03")])
        before = await store.position()
        await store.drop("period")
        await store.append([entry("complaint/2")])
        assert await store.position() > before

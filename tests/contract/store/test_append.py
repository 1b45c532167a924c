"""Appending is a compare-and-set per item, and loading gives back what was appended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.store.port import Executed, Record, Snapshot, Store
from shared.testing.commits import NOON, entry

OpenStore = Callable[[], Awaitable[Store]]

AWKWARD = '{"text":"—\\u00e9 \\"quoted\\" \\n🙂 a\\\\b \\u0000","n":1.0, "spaced" : true}\n'.encode()


class TestWhenNothingIsStored:
    async def test_a_stream_loads_as_number_zero(self, store: Store) -> None:
        loaded = await store.load(["complaint/1"])
        assert loaded.snapshots == {"complaint/1": Snapshot("complaint/1")}
        assert loaded.unpublished == {}

    async def test_no_command_was_carried_out(self, store: Store) -> None:
        assert (await store.load([], ["key-1"])).executed == {}

    async def test_loading_nothing_gives_nothing(self, store: Store) -> None:
        loaded = await store.load([])
        assert (loaded.snapshots, loaded.unpublished, loaded.executed) == ({}, {}, {})

    async def test_appending_nothing_gives_nothing(self, store: Store) -> None:
        assert await store.append([]) == []
        assert await store.position() == 0


class TestWhenACommitIsAppended:
    async def test_state_and_commit_come_back_equal(self, store: Store) -> None:
        index = {"state": "open", "severity": 3, "departments": ["carrier", "seller"]}
        commit, snapshot = entry("complaint/1", index=index, next_due=NOON, commands=["key-1", "key-2"])
        assert await store.append([(commit, snapshot)]) == [True]
        loaded = await store.load(["complaint/1"])
        assert loaded.snapshots == {"complaint/1": snapshot}
        assert loaded.unpublished == {"complaint/1": [commit]}

    async def test_its_commands_are_known_with_their_answers(self, store: Store) -> None:
        await store.append([entry("complaint/1", commands=["key-1", "key-2"])])
        loaded = await store.load([], ["key-2", "key-1", "key-3"])
        assert loaded.executed == {
            "key-1": Executed("key-1", "digest of key-1", "complaint/1", 1),
            "key-2": Executed("key-2", "digest of key-2", "complaint/1", 1),
        }

    async def test_a_command_known_already_keeps_its_first_answer(self, store: Store) -> None:
        await store.append([entry("complaint/1", commands=["key-1"])])
        assert await store.append([entry("complaint/2", commands=["key-1"])]) == [True]
        assert (await store.load([], ["key-1"])).executed["key-1"].stream == "complaint/1"

    async def test_every_byte_of_its_data_and_state_comes_back(self, store: Store) -> None:
        await store.append([entry("complaint/1", data=[AWKWARD, b"{}"], state=AWKWARD)])
        loaded = await store.load(["complaint/1"])
        assert loaded.snapshots["complaint/1"].state == AWKWARD
        assert [record.data for record in loaded.unpublished["complaint/1"][0].records] == [AWKWARD, b"{}"]

    async def test_names_and_texts_of_any_script_come_back(self, store: Store) -> None:
        stream = "complaint/Жалоба \"'; -- 🙂\n%_"
        commit, snapshot = entry(stream, index={"имя": "число\nи 'x'"})
        commit = replace(
            commit,
            records=(Record("t'opic", 1, 'ty"pe', "id\n1", b"{}"),),
            cause="причина",
            cursor={"тема": 1},
        )
        await store.append([(commit, snapshot)])
        loaded = await store.load([stream])
        assert loaded.snapshots[stream] == snapshot
        assert loaded.unpublished[stream] == [commit]

    async def test_a_commit_without_records_is_kept_too(self, store: Store) -> None:
        commit, snapshot = entry("complaint/1", data=[])
        await store.append([(commit, snapshot)])
        assert await store.history("complaint/1") == [commit]
        assert "complaint/1" not in (await store.load(["complaint/1"])).unpublished
        assert await store.unpublished() == []

    async def test_instants_are_exact_to_the_microsecond_and_in_utc(self, store: Store) -> None:
        far = datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        local = datetime(1969, 7, 20, 22, 17, 40, 123_457, tzinfo=timezone(timedelta(hours=5, minutes=30)))
        await store.append([entry("complaint/1", at=local, next_due=far)])
        loaded = await store.load(["complaint/1"])
        snapshot = loaded.snapshots["complaint/1"]
        assert (snapshot.next_due, snapshot.updated) == (far, local)
        assert loaded.unpublished["complaint/1"][0].at == local

    async def test_what_the_caller_does_with_its_values_afterwards_changes_nothing(self, store: Store) -> None:
        cursor = {"topic": 1}
        commit, snapshot = entry("complaint/1")
        await store.append([(replace(commit, cursor=cursor), replace(snapshot, cursor=cursor))])
        cursor["topic"] = 2
        loaded = await store.load(["complaint/1"])
        assert loaded.snapshots["complaint/1"].cursor == {"topic": 1}
        assert loaded.unpublished["complaint/1"][0].cursor == {"topic": 1}

    async def test_another_process_sees_it(self, store: Store, open_store: OpenStore) -> None:
        _, snapshot = written = entry("complaint/1")
        await store.append([written])
        assert (await (await open_store()).load(["complaint/1"])).snapshots["complaint/1"] == snapshot


class TestWhenTheCommitExists:
    async def test_the_same_commit_again_is_a_conflict(self, store: Store) -> None:
        assert await store.append([entry("complaint/1")]) == [True]
        assert await store.append([entry("complaint/1")]) == [False]
        assert await store.position() == 1

    async def test_only_that_item_is_refused(self, store: Store) -> None:
        await store.append([entry("complaint/2")])
        batch = [entry(f"complaint/{n}", state=b'{"by":"second"}') for n in (1, 2, 3)]
        assert await store.append(batch) == [True, False, True]
        snapshots = (await store.load([f"complaint/{n}" for n in (1, 2, 3)])).snapshots
        assert [snapshot.state for snapshot in snapshots.values()] == [
            b'{"by":"second"}',
            b'{"is":"open"}',
            b'{"by":"second"}',
        ]

    async def test_nothing_of_the_refused_item_is_saved(self, store: Store) -> None:
        first, state = entry("complaint/1", index={"state": "open"}, next_due=NOON)
        await store.append([(first, state)])
        other = entry("complaint/1", index={"state": "closed"}, next_due=None, commands=["key-9"])
        assert await store.append([other]) == [False]
        loaded = await store.load(["complaint/1"], ["key-9"])
        assert loaded.snapshots["complaint/1"] == state
        assert loaded.executed == {}
        assert await store.history("complaint/1") == [first]
        assert await store.count("complaint", "state") == {"open": 1}
        assert await store.next_due() == NOON

    async def test_of_two_who_decide_at_once_one_wins(self, store: Store, open_store: OpenStore) -> None:
        other = await open_store()
        mine, theirs = entry("complaint/1", state=b'{"by":"me"}'), entry("complaint/1", state=b'{"by":"them"}')
        results = await asyncio.gather(store.append([mine]), other.append([theirs]))
        assert sorted(results) == [[False], [True]]
        winner = mine if results[0] == [True] else theirs
        assert (await store.load(["complaint/1"])).snapshots["complaint/1"] == winner[1]

    async def test_two_items_of_one_stream_in_a_batch_are_a_mistake_of_the_caller(self, store: Store) -> None:
        with pytest.raises(ValueError, match="two items of one stream"):
            await store.append([entry("complaint/1", 1), entry("complaint/1", 2)])
        assert await store.position() == 0


class TestWhenStatesAreReplaced:
    async def test_the_newer_state_stands(self, store: Store) -> None:
        await store.append([entry("complaint/1", 1)])
        _, second = newer = entry("complaint/1", 2, state=b'{"is":"closed"}')
        await store.append([newer])
        assert (await store.load(["complaint/1"])).snapshots["complaint/1"] == second

    async def test_a_state_never_goes_back(self, store: Store) -> None:
        _, second = newer = entry("complaint/1", 2, index={"state": "closed"}, next_due=NOON)
        await store.append([newer])
        assert await store.append([entry("complaint/1", 1, index={"state": "open"})]) == [True]
        assert (await store.load(["complaint/1"])).snapshots["complaint/1"] == second
        assert await store.count("complaint", "state") == {"closed": 1}


class TestWhenBatchesAreLarge:
    async def test_a_thousand_items_go_and_come_as_one(self, store: Store) -> None:
        batch = [entry(f"complaint/{n:04}", commands=[f"key-{n}"], index={"n": n}) for n in range(1000)]
        assert await store.append(batch) == [True] * 1000
        streams = [commit.stream for commit, _ in batch]
        loaded = await store.load(streams, [f"key-{n}" for n in range(1000)])
        assert loaded.snapshots == {snapshot.stream: snapshot for _, snapshot in batch}
        assert loaded.unpublished == {commit.stream: [commit] for commit, _ in batch}
        assert len(loaded.executed) == 1000

    async def test_conflicts_among_a_thousand_are_told_apart(self, store: Store) -> None:
        await store.append([entry(f"complaint/{n}") for n in range(0, 1000, 7)])
        result = await store.append([entry(f"complaint/{n}") for n in range(1000)])
        assert result == [n % 7 != 0 for n in range(1000)]

    async def test_a_large_state_comes_back(self, store: Store) -> None:
        large = b'"' + b"x" * 2_000_000 + b'"'
        await store.append([entry("complaint/1", data=[large], state=large)])
        loaded = await store.load(["complaint/1"])
        assert loaded.snapshots["complaint/1"].state == large
        assert loaded.unpublished["complaint/1"][0].records[0].data == large


class TestWhenAnAwaitIsCancelled:
    async def test_the_commit_is_there_or_not_and_the_state_never_without_it(self, store: Store) -> None:
        streams = [f"complaint/{n}" for n in range(20)]
        for n, stream in enumerate(streams):
            task = asyncio.ensure_future(store.append([entry(stream, index={"state": "open"})]))
            for _ in range(n % 5):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        # What was cancelled may still be under way; closing lets it end.
        await store.close()
        await store.open()
        assert await store.append([entry("complaint/last", index={"state": "open"})]) == [True]
        loaded = await store.load(streams)
        for stream in streams:
            expected = entry(stream, index={"state": "open"})
            saved = await store.history(stream)
            assert saved in ([], [expected[0]])
            assert loaded.unpublished.get(stream, []) == saved
            assert loaded.snapshots[stream] in (Snapshot(stream), expected[1])
            assert loaded.snapshots[stream].number <= len(saved)

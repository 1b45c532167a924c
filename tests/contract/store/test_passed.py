"""Events that were passed over: a cursor moves on without a commit, and never back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from shared.contracts import topics
from shared.store.port import Snapshot, Store
from shared.testing.commits import entry

OpenStore = Callable[[], Awaitable[Store]]


async def cursor(store: Store, stream: str) -> dict[str, int]:
    return dict((await store.load([stream])).snapshots[stream].cursor)


class TestWhatWasPassedOver:
    async def test_moves_the_cursor_of_a_stream_that_has_no_commit(self, store: Store) -> None:
        assert await store.append([], {"complaint/1": {topics.ROUTING: 2, topics.REVIEW: 1}}) == []
        loaded = await store.load(["complaint/1", "complaint/2"])
        known = Snapshot("complaint/1", cursor={topics.ROUTING: 2, topics.REVIEW: 1})
        assert loaded.snapshots == {"complaint/1": known, "complaint/2": Snapshot("complaint/2")}
        assert await store.position() == 0

    async def test_moves_a_cursor_beyond_that_of_the_state(self, store: Store) -> None:
        commit, snapshot = entry("complaint/1")
        await store.append([(commit, snapshot)], {"complaint/1": {topics.REVIEW: 7}})
        assert await cursor(store, "complaint/1") == {topics.ROUTING: 1, topics.REVIEW: 7}
        await store.append([], {"complaint/1": {topics.ROUTING: 5}})
        loaded = (await store.load(["complaint/1"])).snapshots["complaint/1"]
        assert loaded == replace(snapshot, cursor={topics.ROUTING: 5, topics.REVIEW: 7})

    async def test_moves_no_cursor_back(self, store: Store) -> None:
        await store.append([], {"complaint/1": {topics.ROUTING: 5}})
        await store.append([entry("complaint/1")], {"complaint/1": {topics.ROUTING: 3}})
        assert await cursor(store, "complaint/1") == {topics.ROUTING: 5}
        await store.append([entry("complaint/1", 2)], {"complaint/1": {topics.ROUTING: 1}})
        assert await store.passed() == {"complaint/1": {topics.ROUTING: 5}}

    async def test_is_kept_where_a_commit_of_the_same_batch_is_refused(self, store: Store) -> None:
        await store.append([entry("complaint/1")])
        refused = [entry("complaint/1"), entry("complaint/2")]
        assert await store.append(refused, {"complaint/1": {topics.REVIEW: 4}}) == [False, True]
        assert await cursor(store, "complaint/1") == {topics.ROUTING: 1, topics.REVIEW: 4}

    async def test_is_seen_by_another_process(self, open_store: OpenStore) -> None:
        one, other = await open_store(), await open_store()
        await one.append([], {"complaint/1": {topics.ROUTING: 2}})
        await other.append([], {"complaint/1": {topics.ROUTING: 4}})
        assert await cursor(one, "complaint/1") == {topics.ROUTING: 4}

    @pytest.mark.parametrize("limit", [1, 2, 3, 1_000])
    async def test_is_listed_stream_by_stream(self, store: Store, limit: int) -> None:
        kept = {f"complaint/{key}": {topics.ROUTING: 1, topics.REVIEW: 2} for key in ("ä", "1", "2")}
        await store.append([], kept)
        found: dict[str, dict[str, int]] = {}
        while page := await store.passed(after=next(reversed(found), ""), limit=limit):
            assert len(page) <= limit
            found |= page
        assert list(found) == ["complaint/1", "complaint/2", "complaint/ä"]
        assert found == kept

    async def test_goes_with_its_kind(self, store: Store) -> None:
        await store.append([], {"period/1": {topics.REVIEW: 1}, "complaint/1": {topics.REVIEW: 1}})
        await store.drop("period")
        assert await store.passed() == {"complaint/1": {topics.REVIEW: 1}}


class TestACommitWithRecordsForTheLogAlone:
    async def test_is_to_be_published_where_any_of_them_has_a_topic(self, store: Store) -> None:
        commit, snapshot = entry("complaint/1", data=[b"1", b"2"])
        noted, said = commit.records
        mixed = replace(commit, records=(noted._replace(topic=""), said))
        await store.append([(mixed, snapshot)])
        assert await store.unpublished() == [mixed]
        await store.mark_published([mixed.id])
        assert await store.unpublished() == []
        assert await store.mark_unpublished(after=0) == 1
        assert await store.unpublished() == [mixed]
        assert [record.data for record in mixed.outgoing] == [b"2"]

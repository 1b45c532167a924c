"""The log is in order, and remembers what was published."""

from datetime import timedelta

from shared.store.port import Commit, Store
from shared.testing.commits import NOON, entry


async def appended(store: Store, *stream_numbers: tuple[str, int]) -> list[Commit]:
    commits: list[Commit] = []
    for stream, number in stream_numbers:
        commit, snapshot = entry(stream, number)
        await store.append([(commit, snapshot)])
        commits.append(commit)
    return commits


class TestWhenCommitsAreNotYetPublished:
    async def test_they_come_in_the_order_they_were_saved(self, store: Store) -> None:
        commits = await appended(store, ("b/1", 1), ("a/1", 1), ("b/1", 2), ("c/1", 1), ("a/1", 2))
        assert await store.unpublished() == commits

    async def test_those_of_one_batch_come_in_its_order(self, store: Store) -> None:
        batch = [entry("b/1"), entry("a/1"), entry("c/1")]
        await store.append(batch)
        assert await store.unpublished() == [commit for commit, _ in batch]

    async def test_at_most_the_limit_comes(self, store: Store) -> None:
        commits = await appended(store, ("b/1", 1), ("a/1", 1), ("c/1", 1))
        assert await store.unpublished(limit=2) == commits[:2]

    async def test_younger_ones_can_be_left_to_their_publisher(self, store: Store) -> None:
        old, young = entry("b/1", at=NOON), entry("a/1", at=NOON + timedelta(seconds=1))
        await store.append([young, old])
        assert await store.unpublished(older_than=NOON + timedelta(seconds=1)) == [old[0]]

    async def test_loading_gives_them_per_stream_oldest_first(self, store: Store) -> None:
        first, other, second = await appended(store, ("a/1", 1), ("b/1", 1), ("a/1", 2))
        loaded = await store.load(["b/1", "a/1", "c/1"])
        assert loaded.unpublished == {"a/1": [first, second], "b/1": [other]}


class TestWhenCommitsAreMarkedPublished:
    async def test_they_are_no_longer_unpublished(self, store: Store) -> None:
        first, other, second = await appended(store, ("a/1", 1), ("b/1", 1), ("a/1", 2))
        await store.mark_published([first.id, other.id])
        assert await store.unpublished() == [second]
        assert (await store.load(["a/1", "b/1"])).unpublished == {"a/1": [second]}

    async def test_twice_is_once(self, store: Store) -> None:
        first, second = await appended(store, ("a/1", 1), ("a/1", 2))
        await store.mark_published([first.id, first.id])
        await store.mark_published([first.id])
        assert await store.unpublished() == [second]

    async def test_unknown_ids_are_ignored(self, store: Store) -> None:
        commits = await appended(store, ("a/1", 1))
        await store.mark_published(["a/1/2", "nowhere/1", "", "a/1/x", "a/1/", "/", "a/1/²", "a/1/" + "9" * 40])
        await store.mark_published([])
        assert await store.unpublished() == commits

    async def test_a_thousand_are_marked_at_once(self, store: Store) -> None:
        batch = [entry(f"complaint/{n}") for n in range(1000)]
        await store.append(batch)
        await store.mark_published([commit.id for commit, _ in batch])
        assert await store.unpublished() == []

    async def test_they_stay_in_the_log(self, store: Store) -> None:
        (commit,) = await appended(store, ("a/1", 1))
        await store.mark_published([commit.id])
        assert await store.history("a/1") == [commit]
        assert await store.log() == [(await store.position(), commit)]


class TestWhenTheBrokerLostItsMemory:
    async def test_everything_after_a_position_is_unpublished_again(self, store: Store) -> None:
        commits = await appended(store, ("a/1", 1), ("b/1", 1), ("a/1", 2))
        positions = [position for position, _ in await store.log()]
        await store.mark_published([commit.id for commit in commits])
        assert await store.mark_unpublished(after=positions[0]) == 2
        assert await store.unpublished() == commits[1:]

    async def test_what_was_not_published_yet_is_not_counted(self, store: Store) -> None:
        commits = await appended(store, ("a/1", 1), ("b/1", 1), ("a/1", 2))
        await store.mark_published([commits[1].id])
        assert await store.mark_unpublished(after=0) == 1
        assert await store.mark_unpublished(after=0) == 0
        assert await store.unpublished() == commits

    async def test_only_the_newest_are_where_a_most_is_given(self, store: Store) -> None:
        commits = await appended(store, ("a/1", 1), ("b/1", 1), ("a/1", 2))
        await store.mark_published([commit.id for commit in commits])
        assert await store.mark_unpublished(after=0, most=2) == 2
        assert await store.unpublished() == commits[1:]

    async def test_commits_without_records_stay_out_of_it(self, store: Store) -> None:
        batch = [entry("a/1"), entry("b/1"), entry("c/1", data=[])]
        await store.append(batch)
        await store.mark_published([commit.id for commit, _ in batch])
        assert await store.mark_unpublished(after=0, most=1) == 1
        assert await store.unpublished() == [batch[1][0]]

    async def test_nothing_happens_after_the_last_position(self, store: Store) -> None:
        commits = await appended(store, ("a/1", 1))
        await store.mark_published([commits[0].id])
        assert await store.mark_unpublished(after=await store.position()) == 0
        assert await store.unpublished() == []


class TestWhenTheLogIsRead:
    async def test_the_position_of_an_empty_log_is_zero(self, store: Store) -> None:
        assert await store.position() == 0
        assert await store.log() == []

    async def test_the_position_rises_with_every_commit(self, store: Store) -> None:
        seen = [await store.position()]
        for n in range(3):
            await store.append([entry(f"a/{n}")])
            seen.append(await store.position())
        assert seen == sorted(set(seen))

    async def test_a_refused_commit_does_not_move_it(self, store: Store) -> None:
        await appended(store, ("a/1", 1))
        before = await store.position()
        await store.append([entry("a/1")])
        assert await store.position() == before

    async def test_pages_make_up_the_whole_in_order(self, store: Store) -> None:
        commits = await appended(store, *[(f"a/{n % 3}", 1 + n // 3) for n in range(9)])
        pages: list[Commit] = []
        after = 0
        while page := await store.log(after=after, limit=4):
            after = page[-1][0]
            pages += [commit for _, commit in page]
        assert pages == commits
        assert after == await store.position()

    async def test_the_history_of_a_stream_is_its_own_commits_oldest_first(self, store: Store) -> None:
        commits = await appended(store, ("a/1", 1), ("a/11", 1), ("a/1", 2), ("a/1", 3))
        mine = [commit for commit in commits if commit.stream == "a/1"]
        assert await store.history("a/1") == mine
        assert await store.history("a/1", after=1, limit=1) == mine[1:2]
        assert await store.history("a/1", after=3) == []
        assert await store.history("a/2") == []

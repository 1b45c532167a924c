"""What could not be applied waits in line behind its head, key by key."""

from dataclasses import replace
from datetime import timedelta

from shared.store.port import Parked, Skipped, Store
from shared.testing.commits import NOON, parked


def ids(records: list[Parked]) -> list[str]:
    return [record.id for record in records]


class TestWhenRecordsAreParked:
    async def test_they_come_back_as_they_came_with_their_place_in_line(self, store: Store) -> None:
        record = parked(
            "complaints.intake.v1/3/41",
            "ключ 'k'",
            headers=[("ce_id", "й🙂".encode()), ("odd", bytes(range(256))), ("ce_id", b"")],
            value=b"\xff\x00\xfe" + bytes(range(256)),
            reason='the body is not JSON: "\n"',
            permanent=True,
            attempts=4,
            due=NOON + timedelta(microseconds=1),
        )
        await store.park([record])
        assert await store.parked_behind("ключ 'k'") == [replace(record, position=1)]

    async def test_each_key_has_its_own_line_in_the_order_of_arrival(self, store: Store) -> None:
        await store.park([parked("9", "a"), parked("5", "b"), parked("7", "a")])
        await store.park([parked("1", "a")])
        line = await store.parked_behind("a")
        assert ids(line) == ["9", "7", "1"]
        assert [record.position for record in line] == [1, 2, 3]
        assert ids(await store.parked_behind("b")) == ["5"]
        assert await store.parked_behind("c") == []

    async def test_the_keys_that_have_a_line_are_told_with_its_length(self, store: Store) -> None:
        await store.park([parked("9", "a"), parked("5", "b"), parked("7", "a")])
        assert await store.parked(["a", "b", "c", "a"]) == {"a": 2, "b": 1}
        assert await store.parked([]) == {}

    async def test_twice_is_once(self, store: Store) -> None:
        await store.park([parked("1", "a"), parked("2", "a"), parked("1", "a", reason="again")])
        await store.park([parked("1", "a", reason="again"), parked("3", "a")])
        line = await store.parked_behind("a")
        assert ids(line) == ["1", "2", "3"]
        assert line[0].reason == "the body is not JSON"

    async def test_parking_nothing_parks_nothing(self, store: Store) -> None:
        await store.park([])
        assert await store.parked_list() == []

    async def test_a_thousand_keep_their_order(self, store: Store) -> None:
        await store.park([parked(str(n), f"key-{n % 10}") for n in range(1000)])
        assert ids(await store.parked_behind("key-3")) == [str(n) for n in range(3, 1000, 10)]
        assert await store.parked([f"key-{n}" for n in range(500)]) == {f"key-{n}": 100 for n in range(10)}


class TestWhenTheLineMoves:
    async def test_the_next_one_becomes_the_head(self, store: Store) -> None:
        await store.park([parked("1", "a", due=NOON), parked("2", "a", due=NOON), parked("3", "a")])
        await store.unpark(["1"])
        assert ids(await store.parked_behind("a")) == ["2", "3"]
        assert ids(await store.parked_due(NOON)) == ["2"]

    async def test_later_ones_still_queue_at_the_end(self, store: Store) -> None:
        await store.park([parked("1", "a"), parked("2", "a"), parked("3", "a")])
        await store.unpark(["1", "2"])
        await store.park([parked("0", "a")])
        assert ids(await store.parked_behind("a")) == ["3", "0"]

    async def test_an_empty_line_is_gone(self, store: Store) -> None:
        await store.park([parked("1", "a"), parked("2", "b")])
        await store.unpark(["1", "unknown"])
        await store.unpark(["1"])
        await store.unpark([])
        assert await store.parked(["a", "b"]) == {"b": 1}

    async def test_one_that_was_applied_may_be_parked_again(self, store: Store) -> None:
        await store.park([parked("1", "a")])
        await store.unpark(["1"])
        await store.park([parked("1", "a", reason="once more")])
        assert [record.reason for record in await store.parked_behind("a")] == ["once more"]


class TestWhenAnAttemptFails:
    async def test_attempts_due_reason_and_permanence_are_replaced_and_nothing_else(self, store: Store) -> None:
        await store.park([parked("1", "a"), parked("2", "a")])
        (head, _) = await store.parked_behind("a")
        again = replace(head, attempts=2, due=NOON, reason="no such department", permanent=True)
        await store.repark(replace(again, position=7, value=b"other", key="b"))
        assert (await store.parked_behind("a"))[0] == again

    async def test_one_that_is_no_longer_parked_does_not_come_back(self, store: Store) -> None:
        await store.park([parked("1", "a")])
        await store.unpark(["1"])
        await store.repark(parked("1", "a"))
        assert await store.parked_list() == []


class TestWhenRetriesAreDue:
    async def test_the_due_heads_come_earliest_first(self, store: Store) -> None:
        due = {"c": 3, "a": 1, "b": 2, "d": 5}
        await store.park([parked(key, key, due=NOON + timedelta(minutes=m)) for key, m in due.items()])
        assert ids(await store.parked_due(NOON + timedelta(minutes=3))) == ["a", "b", "c"]
        assert ids(await store.parked_due(NOON + timedelta(minutes=9), limit=2)) == ["a", "b"]
        assert await store.parked_due(NOON) == []

    async def test_one_behind_its_head_is_not_due(self, store: Store) -> None:
        await store.park([parked("1", "a", due=NOON + timedelta(hours=1)), parked("2", "a", due=NOON)])
        assert await store.parked_due(NOON) == []

    async def test_a_permanent_head_waits_for_a_person(self, store: Store) -> None:
        await store.park([parked("1", "a", due=NOON, permanent=True), parked("2", "a", due=NOON), parked("3", "b")])
        assert await store.parked_due(NOON) == []


class TestWhenTheParkedAreListed:
    async def test_they_come_by_key_and_place_page_by_page(self, store: Store) -> None:
        await store.park([parked(str(n), "cab"[n % 3]) for n in range(9)])
        whole = ["1", "4", "7", "2", "5", "8", "0", "3", "6"]
        assert ids(await store.parked_list()) == whole
        pages: list[str] = []
        while page := await store.parked_list(after=pages[-1] if pages else "", limit=4):
            pages += ids(page)
        assert pages == whole

    async def test_from_the_beginning_where_the_last_seen_is_gone(self, store: Store) -> None:
        await store.park([parked(str(n), "a") for n in range(4)])
        await store.unpark(["1"])
        assert ids(await store.parked_list(after="1")) == ["0", "2", "3"]


class TestWhenAPersonGivesRecordsUp:
    async def test_the_line_goes_on_and_what_was_given_up_is_kept_as_it_came(self, store: Store) -> None:
        odd = parked("1", "ключ", headers=[("odd", bytes(range(256)))], value=bytes(range(256)), due=NOON, attempts=3)
        await store.park([odd, parked("2", "ключ")])
        (head, _) = await store.parked_behind("ключ")
        given_up = Skipped(head, "прислано по ошибке", "operator", NOON + timedelta(microseconds=1))
        await store.skip([given_up])
        assert ids(await store.parked_behind("ключ")) == ["2"]
        assert await store.skipped() == [given_up]

    async def test_of_one_id_the_first_reason_stays(self, store: Store) -> None:
        first = Skipped(parked("1", "a"), "broken", "operator", NOON)
        await store.skip([first])
        await store.park([parked("1", "a")])
        await store.skip([replace(first, why="again", at=NOON + timedelta(hours=1))])
        assert await store.skipped() == [first]
        assert await store.parked_list() == []

    async def test_they_are_listed_by_time_and_id_page_by_page(self, store: Store) -> None:
        at = {"c": 1, "a": 1, "b": 0, "d": 2}
        given_up = [Skipped(parked(i, i), "why", "operator", NOON + timedelta(minutes=m)) for i, m in at.items()]
        await store.skip(given_up)
        assert [one.record.id for one in await store.skipped()] == ["b", "a", "c", "d"]
        assert [one.record.id for one in await store.skipped(after="a", limit=1)] == ["c"]
        assert [one.record.id for one in await store.skipped(after="x", limit=1)] == ["b"]
        assert await store.skipped(after="d") == []

    async def test_whether_one_was_given_up_is_told_by_its_id(self, store: Store) -> None:
        await store.skip([Skipped(parked(i, i), "why", "operator", NOON) for i in ("a", "ключ")])
        await store.park([parked("b", "b")])
        assert await store.which_skipped(["a", "b", "ключ", "never-there"]) == {"a", "ключ"}
        assert await store.which_skipped([]) == set()

    async def test_giving_nothing_up_changes_nothing(self, store: Store) -> None:
        await store.skip([])
        assert await store.skipped() == []


class TestWhenNumbersAreKept:
    async def test_a_mark_never_set_is_zero(self, store: Store) -> None:
        assert await store.get_mark("published") == 0

    async def test_a_mark_is_what_it_was_set_to_last(self, store: Store) -> None:
        await store.set_mark("published", 5)
        await store.set_mark("published", 2**53)
        await store.set_mark("other", -1)
        assert (await store.get_mark("published"), await store.get_mark("other")) == (2**53, -1)

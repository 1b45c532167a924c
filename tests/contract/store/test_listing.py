"""States are found and counted by their indexed fields, and by when they are due."""

from datetime import datetime, timedelta

import pytest

from shared.store.port import Store
from shared.testing.commits import NOON, entry

STATES = {
    "1": {"state": "open", "severity": 1, "departments": ["carrier"]},
    "2": {"state": "open", "severity": 2, "departments": ["carrier", "seller"]},
    "3": {"state": "closed", "severity": 2, "departments": ["seller", "payment"]},
    "4": {"state": "closed", "severity": 3, "departments": []},
    "5": {"state": "resolved", "severity": 3, "departments": ["payment", "carrier"]},
}


@pytest.fixture
async def filled(store: Store) -> Store:
    batch = [entry(f"complaint/{key}", index=index) for key, index in STATES.items()]
    # Kinds whose names surround the asked one must not be mixed up with it.
    others = ["complain/1", "complaint0/1", "complaint-/1", "complaints/1", "review/1"]
    batch += [entry(stream, index={"state": "open", "of": stream.split("/")[0]}) for stream in others]
    await store.append(list(reversed(batch)))
    return store


async def keys(store: Store, where: dict[str, list[str | int]] | None = None, **page: object) -> str:
    found = await store.find("complaint", where, **page)
    return "".join(snapshot.stream.removeprefix("complaint/") for snapshot in found.items)


class TestWhenStatesAreFound:
    async def test_all_of_a_kind_come_by_name(self, filled: Store) -> None:
        assert await keys(filled) == "12345"

    async def test_whole_states_come(self, filled: Store) -> None:
        _, snapshot = entry("complaint/2", index=STATES["2"])
        assert (await filled.find("complaint", {"severity": [2]})).items[0] == snapshot

    async def test_one_value_of_one_field(self, filled: Store) -> None:
        assert await keys(filled, {"state": ["open"]}) == "12"

    async def test_one_of_several_values(self, filled: Store) -> None:
        assert await keys(filled, {"state": ["resolved", "closed", "closed", "nowhere"]}) == "345"

    async def test_numbers(self, filled: Store) -> None:
        assert await keys(filled, {"severity": [3, 1]}) == "145"

    async def test_a_number_is_not_its_digits(self, filled: Store) -> None:
        assert await keys(filled, {"severity": ["3"]}) == ""

    async def test_a_word_of_a_list(self, filled: Store) -> None:
        assert await keys(filled, {"departments": ["carrier"]}) == "125"

    async def test_a_state_that_matches_two_words_comes_once(self, filled: Store) -> None:
        assert await keys(filled, {"departments": ["carrier", "seller", "payment"]}) == "1235"

    async def test_several_fields_must_all_match(self, filled: Store) -> None:
        assert await keys(filled, {"state": ["open", "closed"], "severity": [2, 3], "departments": ["seller"]}) == "23"
        assert await keys(filled, {"state": ["open"], "severity": [3]}) == ""

    @pytest.mark.parametrize("where", [{"colour": ["red"]}, {"state": []}, {"state": ["open"], "colour": ["red"]}])
    async def test_an_unknown_field_or_no_value_matches_nothing(
        self, filled: Store, where: dict[str, list[str | int]]
    ) -> None:
        assert await keys(filled, where) == ""

    async def test_no_filter_is_the_empty_filter(self, filled: Store) -> None:
        assert await keys(filled, {}) == "12345"

    async def test_an_unknown_kind_has_none(self, filled: Store) -> None:
        assert (await filled.find("nothing")).items == ()

    async def test_a_changed_field_is_found_by_its_new_value_only(self, filled: Store) -> None:
        changed = {"state": "closed", "severity": 1, "departments": ["seller", "payment"]}
        await filled.append([entry("complaint/1", 2, index=changed)])
        assert await keys(filled, {"state": ["open"]}) == "2"
        assert await keys(filled, {"state": ["closed"]}) == "134"
        assert await keys(filled, {"departments": ["carrier"]}) == "25"
        assert await keys(filled, {"departments": ["payment"]}) == "135"
        assert await keys(filled, {"severity": [1]}) == "1"

    async def test_a_field_that_is_gone_is_not_found(self, filled: Store) -> None:
        await filled.append([entry("complaint/1", 2, index={})])
        assert await keys(filled, {"state": ["open"]}) == "2"
        assert await keys(filled) == "12345"

    async def test_values_with_quotes_and_other_scripts(self, store: Store) -> None:
        await store.append([entry("complaint/1", index={'город\'s "x"': "Санкт-Петербург 'n' 🙂\n%"})])
        assert await keys(store, {'город\'s "x"': ["Санкт-Петербург 'n' 🙂\n%"]}) == "1"


class TestWhenAListingIsPaged:
    @pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
    @pytest.mark.parametrize(
        "where", [None, {"departments": ["carrier", "seller"]}, {"severity": [2, 3], "state": ["closed", "resolved"]}]
    )
    async def test_the_pages_make_up_the_whole(
        self, filled: Store, where: dict[str, list[str | int]] | None, limit: int
    ) -> None:
        whole = (await filled.find("complaint", where)).items
        pages = [await filled.find("complaint", where, limit=limit)]
        while pages[-1].next:
            pages.append(await filled.find("complaint", where, limit=limit, after=pages[-1].next))
        assert tuple(item for page in pages for item in page.items) == whole
        assert all(len(page.items) == limit for page in pages[:-1])
        assert pages[-1].items

    async def test_the_last_page_has_no_next(self, filled: Store) -> None:
        assert (await filled.find("complaint", limit=5)).next == ""
        assert (await filled.find("complaint", limit=4)).next != ""

    async def test_what_comes_in_between_does_not_repeat_or_hide_a_state(self, filled: Store) -> None:
        first = await filled.find("complaint", limit=2)
        await filled.append([entry("complaint/0"), entry("complaint/25"), entry("complaint/2", 2)])
        assert await keys(filled, after=first.next) == "25345"

    async def test_names_are_in_the_order_of_their_bytes(self, store: Store) -> None:
        names = ["\U0001f642", "￮", "é", "z", "Z", "a/b", "a"]
        await store.append([entry(f"complaint/{name}") for name in names])
        first = await store.find("complaint", limit=6)
        rest = await store.find("complaint", after=first.next)
        found = [snapshot.stream.removeprefix("complaint/") for snapshot in (*first.items, *rest.items)]
        assert found == ["Z", "a", "a/b", "z", "é", "￮", "\U0001f642"]


class TestWhenStatesAreCounted:
    async def test_by_a_word(self, filled: Store) -> None:
        assert await filled.count("complaint", "state") == {"open": 2, "closed": 2, "resolved": 1}

    async def test_by_a_number(self, filled: Store) -> None:
        assert await filled.count("complaint", "severity") == {"1": 1, "2": 2, "3": 2}

    async def test_each_word_of_a_list_counts(self, filled: Store) -> None:
        assert await filled.count("complaint", "departments") == {"carrier": 3, "seller": 2, "payment": 2}

    async def test_only_those_that_match_the_filter(self, filled: Store) -> None:
        assert await filled.count("complaint", "state", {"severity": [2, 3]}) == {"open": 1, "closed": 2, "resolved": 1}
        assert await filled.count("complaint", "departments", {"departments": ["seller"], "state": ["open"]}) == {
            "carrier": 1,
            "seller": 1,
        }

    async def test_a_state_that_matches_two_words_counts_once(self, filled: Store) -> None:
        assert await filled.count("complaint", "state", {"departments": ["carrier", "seller"]}) == {
            "open": 2,
            "closed": 1,
            "resolved": 1,
        }

    async def test_nothing_where_nothing_matches(self, filled: Store) -> None:
        assert await filled.count("complaint", "colour") == {}
        assert await filled.count("nothing", "state") == {}
        assert await filled.count("complaint", "state", {"severity": [9]}) == {}
        assert await filled.count("complaint", "state", {"severity": []}) == {}


class TestWhenClocksRunOut:
    async def test_the_due_come_earliest_first(self, store: Store) -> None:
        minutes = {"c/1": 3, "a/1": 1, "b/1": 2, "d/1": 5}
        await store.append([entry(s, next_due=NOON + timedelta(minutes=m)) for s, m in minutes.items()])
        await store.append([entry("e/1")])
        assert [s.stream for s in await store.due(NOON + timedelta(minutes=3))] == ["a/1", "b/1", "c/1"]
        assert [s.stream for s in await store.due(NOON + timedelta(minutes=9), limit=2)] == ["a/1", "b/1"]

    async def test_the_very_instant_is_due_and_the_microsecond_before_is_not(self, store: Store) -> None:
        await store.append([entry("a/1", next_due=NOON)])
        assert await store.due(NOON - timedelta(microseconds=1)) == []
        assert [s.next_due for s in await store.due(NOON)] == [NOON]

    async def test_the_next_is_the_earliest_of_all(self, store: Store) -> None:
        assert await store.next_due() is None
        await store.append([entry("a/1", next_due=NOON), entry("b/1", next_due=NOON - timedelta(days=1))])
        assert await store.next_due() == NOON - timedelta(days=1)

    @pytest.mark.parametrize(("to", "next_due"), [(None, None), (NOON + timedelta(hours=1), NOON + timedelta(hours=1))])
    async def test_a_changed_clock_counts_from_then_on(
        self, store: Store, to: datetime | None, next_due: datetime | None
    ) -> None:
        await store.append([entry("a/1", next_due=NOON)])
        await store.append([entry("a/1", 2, next_due=to)])
        assert await store.due(NOON) == []
        assert await store.next_due() == next_due

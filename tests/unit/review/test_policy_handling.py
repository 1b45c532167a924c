from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.review.policy.chain import touch, whole
from services.review.policy.handling import attribute_handling
from shared.contracts.review import Mark
from tests.unit.review.build import HOUR, NOW, TABLE, mark

COURSE = [command.mark for command in TABLE]
MICROSECOND = timedelta(microseconds=1)


def stretches(course: list[Mark]) -> list[tuple[str, str, float, float]]:
    found = attribute_handling(NOW, course)
    return [(p.department, p.what, (p.start - NOW) / HOUR, (p.end - NOW) / HOUR) for p in found]


def laid(*departments: str, after: timedelta = timedelta(0)) -> list[Mark]:
    """What the table says at once when it opens: the invitations and the round."""
    invited = [mark("invited", after, department) for department in departments]
    table = mark("table-opened", after, departments[0], departments=departments)
    return [table, *invited, mark("round-started", after)]


def contributed(department: str, after: timedelta) -> list[Mark]:
    return [mark("times-reported", after, department), mark("proposed", after, department)]


def marks() -> st.SearchStrategy[Mark]:
    who = st.sampled_from(["carrier", "warehouse", "payment", "it"])
    after = st.integers(-(10**10), 10**12).map(lambda number: number * MICROSECOND)
    what = st.sampled_from(
        [
            "table-opened",
            "invited",
            "joined",
            "declined",
            "management-seat",
            "lead-changed",
            "round-started",
            "times-reported",
            "proposed",
            "revealed",
            "agreed",
            "remedy-delivered",
            "escalated",
            "escalation-closed",
            "completed",
            "table-closed",
        ]
    )
    return st.builds(
        lambda w, a, d, ds: mark(w, a, d, departments=tuple(sorted(ds)) if w == "table-opened" else ()),
        what,
        after,
        who,
        st.sets(who, min_size=1),
    )


class TestWhateverHappened:
    @given(st.lists(marks(), max_size=30))
    def test_the_parts_touch_never_overlap_and_add_up_to_the_whole(self, course: list[Mark]) -> None:
        found = attribute_handling(NOW, course)
        ends = [seen.happened for seen in course if seen.what == "completed"]
        expected = max(max(ends) - NOW, timedelta(0)) if ends else timedelta(0)
        assert touch(found)
        assert sum((p.end - p.start) // MICROSECOND for p in found) == expected // MICROSECOND
        assert whole(found) == expected
        assert all((a.department, a.what) != (b.department, b.what) for a, b in pairwise(found))

    @given(st.lists(marks(), max_size=12, unique=True), st.randoms())
    def test_the_order_of_arrival_does_not_matter(self, course: list[Mark], chance: object) -> None:
        shuffled = sorted(course, key=lambda _: chance.random())  # type: ignore[attr-defined]
        keys = {(seen.happened, seen.what, seen.department, seen.code) for seen in course}
        if len(keys) == len(course):
            assert attribute_handling(NOW, course) == attribute_handling(NOW, shuffled)


class TestAComplaintResolvedAtItsFirstTable:
    def test_every_stretch_has_its_owner(self) -> None:
        assert stretches(COURSE) == [
            ("triage", "triage", 0, 1),
            ("warehouse", "joining", 1, 5),
            ("warehouse", "round", 5, 10),
            ("carrier", "agreeing", 10, 12),
            ("warehouse", "remedy", 12, 15),
            ("carrier", "answer", 15, 16),
        ]


class TestWhenSeveralDepartmentsAreWaitedFor:
    def test_the_last_to_contribute_has_the_whole_stretch_until_the_reveal(self) -> None:
        course = [
            *laid("carrier", "care"),
            mark("joined", 2 * HOUR, "care"),
            *contributed("care", 3 * HOUR),
            mark("joined", 40 * HOUR, "carrier"),
            *contributed("carrier", 41 * HOUR),
            mark("revealed", 41 * HOUR),
            mark("completed", 42 * HOUR),
        ]
        assert stretches(course) == [
            ("carrier", "joining", 0, 40),
            ("carrier", "round", 40, 41),
            ("carrier", "agreeing", 41, 42),
        ]

    def test_who_joined_early_and_contributed_last_has_it_too(self) -> None:
        course = [
            *laid("carrier", "it"),
            mark("joined", HOUR, "it"),
            mark("joined", 4 * HOUR, "carrier"),
            *contributed("carrier", 5 * HOUR),
            *contributed("it", 9 * HOUR),
            mark("revealed", 9 * HOUR),
            mark("completed", 9 * HOUR),
        ]
        assert stretches(course) == [("it", "joining", 0, 1), ("it", "round", 1, 9)]

    def test_it_is_times_and_a_proposal_that_are_waited_for(self) -> None:
        course = [
            *laid("carrier", "it"),
            mark("joined", timedelta(0), "carrier"),
            mark("joined", timedelta(0), "it"),
            mark("times-reported", HOUR, "it"),
            *contributed("carrier", HOUR),
            mark("proposed", 2 * HOUR, "it"),
            mark("revealed", 2 * HOUR),
            mark("completed", 2 * HOUR),
        ]
        assert stretches(course) == [("it", "round", 0, 2)]

    def test_a_silent_department_has_it_until_management_takes_its_seat(self) -> None:
        course = [
            *laid("carrier", "it"),
            mark("joined", HOUR, "it"),
            *contributed("it", 2 * HOUR),
            mark("management-seat", 8 * HOUR, "carrier"),
            mark("revealed", 8 * HOUR),
            mark("completed", 8 * HOUR),
        ]
        assert stretches(course) == [("carrier", "joining", 0, 8)]

    def test_who_joined_and_gave_nothing_until_the_round_ran_out_has_it(self) -> None:
        course = [
            *laid("carrier", "it"),
            mark("joined", HOUR, "carrier"),
            mark("joined", 2 * HOUR, "it"),
            *contributed("it", 3 * HOUR),
            mark("revealed", 20 * HOUR),
            mark("completed", 20 * HOUR),
        ]
        assert stretches(course) == [("carrier", "joining", 0, 1), ("carrier", "round", 1, 20)]

    def test_a_department_is_not_waited_for_before_it_was_invited(self) -> None:
        course = [
            *laid("carrier"),
            mark("declined", HOUR, "carrier"),
            mark("invited", HOUR, "it"),
            mark("joined", 3 * HOUR, "it"),
            *contributed("it", 3 * HOUR),
            mark("revealed", 3 * HOUR),
            mark("completed", 3 * HOUR),
        ]
        assert stretches(course) == [("carrier", "joining", 0, 1), ("it", "joining", 1, 3)]

    def test_of_those_that_never_came_it_is_the_first_by_id(self) -> None:
        course = [*laid("warehouse", "it"), mark("completed", 2 * HOUR)]
        assert stretches(course) == [("it", "joining", 0, 2)]


class TestWhenManagementHasIt:
    def test_the_time_is_managements_until_it_hands_back(self) -> None:
        course = [
            *laid("carrier"),
            mark("escalated", HOUR),
            mark("joined", 2 * HOUR, "carrier"),
            mark("escalation-closed", 3 * HOUR),
            *contributed("carrier", 4 * HOUR),
            mark("revealed", 4 * HOUR),
            mark("completed", 4 * HOUR),
        ]
        assert stretches(course) == [
            ("carrier", "joining", 0, 1),
            ("management", "management", 1, 3),
            ("carrier", "round", 3, 4),
        ]


class TestWhenTheCustomerRejects:
    def test_the_time_until_the_second_table_is_still_the_answers(self) -> None:
        course = [
            *laid("carrier"),
            mark("joined", HOUR, "carrier"),
            *contributed("carrier", HOUR),
            mark("revealed", HOUR),
            mark("agreed", HOUR),
            mark("remedy-delivered", HOUR, "carrier"),
            mark("completed", HOUR, stage=1),
            *laid("it", "carrier", after=3 * HOUR),
            mark("joined", 4 * HOUR, "it"),
            *contributed("it", 4 * HOUR),
            mark("joined", 4 * HOUR, "carrier"),
            *contributed("carrier", 4 * HOUR),
            mark("revealed", 4 * HOUR),
            mark("agreed", 4 * HOUR),
            mark("completed", 5 * HOUR, stage=2),
        ]
        assert stretches(course) == [
            ("carrier", "joining", 0, 1),
            ("carrier", "answer", 1, 3),
            ("carrier", "joining", 3, 4),
            ("it", "remedy", 4, 5),
        ]


class TestWhenNothingWasCompleted:
    def test_there_are_no_parts(self) -> None:
        assert stretches(COURSE[:-1]) == []

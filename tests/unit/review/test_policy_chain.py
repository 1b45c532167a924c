from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from services.review.policy.chain import attribute_chain, known_times, touch, whole
from shared.contracts.parts import StepTime
from shared.contracts.review import Mark
from tests.unit.review.build import HOUR, LATE_ORDER, ORDERED, ORGANISATION

MICROSECOND = timedelta(microseconds=1)
STEPS = [step.id for step in ORGANISATION.steps]


def ran(step: str, start: float, end: float, **more: object) -> StepTime:
    times = {"started": ORDERED + start * HOUR, "ended": ORDERED + end * HOUR}
    return StepTime.model_validate({"step": step, **times, **more})


def parts(*steps: StepTime) -> list[tuple[str, str, str, float, float]]:
    found = attribute_chain(ORGANISATION, steps)
    return [(p.department, p.step, p.what, (p.start - ORDERED) / HOUR, (p.end - ORDERED) / HOUR) for p in found]


def instants() -> st.SearchStrategy[datetime]:
    return st.integers(0, 10**12).map(lambda number: ORDERED + number * MICROSECOND)


def step_times() -> st.SearchStrategy[StepTime]:
    return st.builds(
        lambda step, one, other, limit, standard: StepTime(
            step=step, started=min(one, other), ended=max(one, other), limit=limit, standard=standard
        ),
        st.sampled_from(STEPS),
        instants(),
        instants(),
        st.none() | instants(),
        st.none() | st.integers(0, 10**12).map(lambda number: number * MICROSECOND),
    )


class TestWhateverTheStepTimes:
    @given(st.lists(step_times(), max_size=8))
    def test_the_parts_touch_never_overlap_and_add_up_to_the_whole(self, steps: list[StepTime]) -> None:
        found = attribute_chain(ORGANISATION, steps)
        assert touch(found)
        real = [(s.started, s.ended) for s in steps if s.started is not None and s.ended is not None]
        expected = max(end for _, end in real) - min(start for start, _ in real) if real else timedelta(0)
        assert sum(((p.end - p.start) // MICROSECOND for p in found), 0) == expected // MICROSECOND
        assert whole(found) == expected
        assert all(part.department == ORGANISATION.owner(part.step).id for part in found)

    @given(st.lists(step_times(), max_size=8), st.randoms())
    @example([ran("picking", 0, 5), ran("packing", 0, 5)], None)  # type: ignore[arg-type]
    def test_the_order_in_which_they_are_told_does_not_matter(self, steps: list[StepTime], chance: object) -> None:
        shuffled = sorted(steps, key=lambda _: chance.random()) if chance else steps[::-1]  # type: ignore[attr-defined]
        once, again = attribute_chain(ORGANISATION, steps), attribute_chain(ORGANISATION, shuffled)
        if len({(s.step, s.started, s.ended) for s in steps}) == len(steps):
            assert once == again


class TestAnOrderWithGaps:
    def test_waiting_belongs_to_the_owner_of_the_next_step(self) -> None:
        assert parts(*LATE_ORDER) == [
            ("warehouse", "picking", "standard", 0, 18),
            ("warehouse", "picking", "overrun", 18, 20),
            ("carrier", "line-haul", "waiting", 20, 30),
            ("carrier", "line-haul", "standard", 30, 78),
            ("carrier", "line-haul", "overrun", 78, 84),
        ]

    def test_a_step_within_its_time_has_no_overrun(self) -> None:
        assert parts(ran("picking", 0, 18)) == [("warehouse", "picking", "standard", 0, 18)]


class TestWhatTheOrderFixes:
    def test_its_limit_counts_instead_of_the_standard(self) -> None:
        found = parts(ran("picking", 0, 20, limit=ORDERED + 5 * HOUR))
        assert found == [("warehouse", "picking", "standard", 0, 5), ("warehouse", "picking", "overrun", 5, 20)]

    def test_a_limit_before_the_start_makes_all_of_it_overrun(self) -> None:
        found = parts(ran("picking", 10, 12, limit=ORDERED + 5 * HOUR))
        assert found == [("warehouse", "picking", "overrun", 10, 12)]

    def test_its_own_time_counts_instead_of_the_standard(self) -> None:
        found = parts(ran("picking", 0, 20, standard=12 * HOUR))
        assert found == [("warehouse", "picking", "standard", 0, 12), ("warehouse", "picking", "overrun", 12, 20)]


class TestStepsThatOverlap:
    def test_the_stretch_belongs_to_the_step_that_began_first(self) -> None:
        assert parts(ran("packing", 4, 8), ran("picking", 0, 6)) == [
            ("warehouse", "picking", "standard", 0, 6),
            ("warehouse", "packing", "standard", 6, 8),
        ]

    def test_a_step_inside_another_owns_nothing(self) -> None:
        assert parts(ran("picking", 0, 10), ran("packing", 2, 4)) == [("warehouse", "picking", "standard", 0, 10)]

    def test_of_two_that_began_together_the_first_in_the_chain_has_it(self) -> None:
        assert parts(ran("packing", 0, 4), ran("picking", 0, 4)) == [("warehouse", "picking", "standard", 0, 4)]


class TestTimesThatCannotBeUsed:
    def test_a_step_without_its_end_is_left_out(self) -> None:
        unended = StepTime(step="line-haul", started=ORDERED + 30 * HOUR)
        assert parts(ran("picking", 0, 2), unended) == [("warehouse", "picking", "standard", 0, 2)]

    def test_an_order_with_a_step_that_ends_before_it_starts_has_no_parts(self) -> None:
        assert parts(ran("picking", 0, 2), ran("packing", 5, 4)) == []

    def test_a_step_the_organisation_does_not_know_is_left_out(self) -> None:
        assert parts(ran("teleport", 0, 2)) == []


class TestWhenADepartmentReportsTimes:
    def report(self, *steps: StepTime) -> Mark:
        return Mark(what="times-reported", happened=ORDERED, department="carrier", steps=steps)

    def test_they_fill_what_the_order_does_not_know(self) -> None:
        order = (StepTime(step="line-haul", started=ORDERED, limit=ORDERED + HOUR),)
        known = known_times(order, [self.report(ran("line-haul", 0, 3)), self.report(ran("delivery", 3, 4))])
        assert known == (ran("line-haul", 0, 3, limit=ORDERED + HOUR), ran("delivery", 3, 4))

    def test_what_the_order_knows_stays(self) -> None:
        assert known_times(LATE_ORDER, [self.report(ran("line-haul", 30, 40))]) == LATE_ORDER

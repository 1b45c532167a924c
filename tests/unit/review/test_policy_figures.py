from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.policy.causes import causes_by_facts
from services.review.policy.costs import costs_of
from services.review.policy.histogram import bucket, middle, percentile
from services.review.policy.shares import divided, divided_money, normalised
from services.review.policy.spent import spent_in
from shared.contracts.parts import StepTime, TimePart
from shared.contracts.review import TimeSpent
from tests.unit.review.build import HOUR, LATE_ORDER, NOW, ORGANISATION, TABLE, TOUCHED, mark, touched

WEIGHTS = st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=20)
COURSE = [command.mark for command in TABLE]


class TestDividing:
    @given(st.integers(0, 10**12), WEIGHTS)
    def test_the_parts_add_up_to_the_whole(self, total: int, weights: list[float]) -> None:
        assert sum(divided(total, weights)) == total

    @given(st.decimals(0, 10**9, places=2), WEIGHTS)
    def test_shares_of_money_add_up_to_the_cent(self, amount: Decimal, weights: list[float]) -> None:
        assert sum(divided_money(amount, weights)) == amount

    @given(WEIGHTS)
    def test_normalised_weights_add_up_to_one_and_none_is_nothing(self, weights: list[float]) -> None:
        found = normalised(weights)
        assert sum(round(weight * 1_000_000) for weight in found) == 1_000_000
        assert min(found) > 0

    def test_of_equal_remainders_the_first_wins(self) -> None:
        assert divided(100, [1, 1, 1]) == [34, 33, 33]

    def test_plain_weights_stay_plain(self) -> None:
        assert normalised([7, 2, 1]) == [0.7, 0.2, 0.1]

    @pytest.mark.parametrize("weights", [[], [0.0], [-1.0, 2.0]])
    def test_weights_that_divide_nothing_are_refused(self, weights: list[float]) -> None:
        with pytest.raises(ValueError, match="positive"):
            divided(1, weights)


class TestCausesByRule:
    def test_steps_that_overran_weigh_by_their_share_of_all_overrun(self) -> None:
        causes = causes_by_facts(ORGANISATION, LATE_ORDER, TOUCHED)
        assert [(cause.step, cause.factor, cause.weight) for cause in causes] == [
            ("picking", "capacity", 0.25),
            ("line-haul", "capacity", 0.75),
        ]
        assert "6.0 h over its time, 75% of all overrun" in causes[1].evidence

    def test_without_overrun_the_touched_steps_weigh_the_same(self) -> None:
        causes = causes_by_facts(ORGANISATION, (), TOUCHED)
        assert [(cause.step, cause.weight) for cause in causes] == [("picking", 0.5), ("line-haul", 0.5)]
        assert "the parcel came late" in causes[0].evidence

    def test_an_overrun_counts_even_where_it_was_not_touched(self) -> None:
        causes = causes_by_facts(ORGANISATION, LATE_ORDER[:1], (touched("refund", "payment"),))
        assert [cause.step for cause in causes] == ["picking"]

    def test_where_nothing_is_known_there_is_no_cause(self) -> None:
        assert causes_by_facts(ORGANISATION, (), (touched("teleport", "it"),)) == ()

    def test_a_step_that_ends_before_it_starts_is_no_cause(self) -> None:
        backwards = StepTime(step="picking", started=NOW, ended=NOW - HOUR, limit=NOW - 2 * HOUR)
        assert causes_by_facts(ORGANISATION, (backwards,), ()) == ()


class TestCosts:
    def test_each_rate_is_the_organisations(self) -> None:
        costs = costs_of(ORGANISATION, "medium", COURSE, 2)
        carrier, warehouse = Decimal(31) * 30 / 60, Decimal(24) * 75 / 60
        assert costs.staff == carrier + warehouse == Decimal("45.5")
        assert costs.compensation == Decimal("12.50")
        assert costs.rework == 2 * ORGANISATION.costs.rework
        assert costs.value_at_risk == Decimal("20.80")
        assert costs.total == costs.staff + costs.compensation + costs.rework + costs.value_at_risk

    def test_a_later_report_of_a_department_replaces_its_earlier_one(self) -> None:
        twice = [
            mark("times-reported", HOUR, "it", staff_minutes=60),
            mark("times-reported", HOUR, "it", staff_minutes=30),
        ]
        assert costs_of(ORGANISATION, "low", twice, 0).staff == Decimal("21.00")

    def test_the_second_stage_counts_on_top(self) -> None:
        opened = mark("table-opened", HOUR, "it", departments=("it",), stage=2)
        report = mark("times-reported", HOUR, "it", staff_minutes=30)
        assert costs_of(ORGANISATION, "low", [report, opened, report], 0).staff == Decimal("42.00")

    def test_a_department_the_organisation_does_not_know_costs_the_default(self) -> None:
        report = mark("times-reported", HOUR, "moon", staff_minutes=60)
        assert costs_of(ORGANISATION, "low", [report], 0).staff == ORGANISATION.costs.staff_hourly


class TestBuckets:
    @given(st.integers(17_000_000, 10**15))
    def test_the_middle_is_close_to_every_duration_in_it(self, microseconds: int) -> None:
        seconds = microseconds // 1_000_000
        assert abs(middle(bucket(microseconds)) - seconds) <= 0.032 * seconds

    @given(st.integers(0, 10**15), st.integers(0, 10**15))
    def test_longer_durations_never_have_lower_buckets(self, one: int, other: int) -> None:
        assert (bucket(min(one, other))) <= bucket(max(one, other))

    @given(st.lists(st.integers(17, 10**7), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99]))
    def test_percentiles_are_close_to_those_of_the_sorted_list(self, seconds: list[int], share: float) -> None:
        buckets: dict[int, int] = {}
        for value in seconds:
            index = bucket(value * 1_000_000)
            buckets[index] = buckets.get(index, 0) + 1
        exact = sorted(seconds)[round(share * (len(seconds) - 1))]
        found = percentile(buckets, share)
        assert found is not None
        assert abs(found - exact) <= 0.032 * exact

    def test_there_is_none_of_nothing(self) -> None:
        assert percentile({}, 0.5) is None


class TestSumsOfParts:
    def test_standard_and_overrun_are_one_step(self) -> None:
        cut = [NOW, NOW + HOUR, NOW + 3 * HOUR, NOW + 4 * HOUR]
        what = ("waiting", "standard", "overrun")
        found = spent_in(
            [
                TimePart.model_validate(
                    {"department": "carrier", "step": "line-haul", "start": a, "end": b, "what": kind}
                )
                for a, b, kind in zip(cut, cut[1:], what, strict=False)
            ]
        )
        hour = HOUR // timedelta(microseconds=1)
        assert found == (
            TimeSpent(department="carrier", step="line-haul", what="waiting", microseconds=hour),
            TimeSpent(department="carrier", step="line-haul", what="step", microseconds=3 * hour, over=hour),
        )

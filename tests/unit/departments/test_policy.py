from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.departments.policy.budgets import what_the_budgets_would_break
from services.departments.policy.seats import (
    Standing,
    the_accountable_lead,
    the_last_participant_cannot_decline_until_another_accepted,
    the_lead_of_the_second_stage,
    waited_for,
)
from services.departments.policy.wording import contradictions, effect_on_the_customer, failed_instances
from tests.unit.departments.build import ORGANISATION, complaint

HOUR = timedelta(hours=1)


class TestTheLastParticipant:
    @pytest.mark.parametrize(
        ("others", "last"),
        [
            ({}, True),
            ({"carrier": "declined"}, True),
            ({"carrier": "invited"}, False),
            ({"carrier": "active"}, False),
            ({"carrier": "managed"}, False),
        ],
    )
    def test_is_the_one_beside_whom_nobody_sits(self, others: dict[str, Standing], *, last: bool) -> None:
        standings: dict[str, Standing] = {"warehouse": "active", **others}
        assert the_last_participant_cannot_decline_until_another_accepted(standings, "warehouse") is last


class TestTheLead:
    @pytest.mark.parametrize(
        ("standings", "lead"),
        [
            ({"last-mile": "invited", "carrier": "active"}, "last-mile"),
            ({"last-mile": "declined", "carrier": "invited", "warehouse": "invited"}, "carrier"),
            ({"last-mile": "managed", "carrier": "invited", "warehouse": "active"}, "warehouse"),
            ({"last-mile": "managed", "warehouse": "managed"}, "last-mile"),
            ({"last-mile": "declined", "carrier": "managed", "warehouse": "managed"}, "carrier"),
        ],
    )
    def test_is_who_answers_itself_or_the_next_nearest(self, standings: dict[str, Standing], lead: str) -> None:
        assert the_accountable_lead(ORGANISATION, standings, "last-mile") == lead

    def test_of_the_second_stage_has_not_led_before(self) -> None:
        both = ("last-mile", "carrier")
        assert the_lead_of_the_second_stage(ORGANISATION, both, ["last-mile"]) == "carrier"
        assert the_lead_of_the_second_stage(ORGANISATION, both, both) == "customer-care"

    def test_where_everybody_has_led_is_the_nearest_again(self) -> None:
        everybody = [department.id for department in ORGANISATION.departments]
        assert the_lead_of_the_second_stage(ORGANISATION, ["carrier", "it"], everybody) == "carrier"


class TestThoseWaitedFor:
    def test_are_the_active(self) -> None:
        assert waited_for({"a": "active", "b": "managed", "c": "invited"}) == ("a",)

    def test_are_the_seats_of_management_where_nobody_else_is(self) -> None:
        assert waited_for({"a": "declined", "b": "managed"}) == ("b",)


class TestBudgets:
    def test_within_a_general_promise_break_nothing(self) -> None:
        assert what_the_budgets_would_break(ORGANISATION, {"line-haul": 66}, None) == ""

    def test_above_it_name_it(self) -> None:
        assert "At your door within five days" in what_the_budgets_would_break(ORGANISATION, {"line-haul": 67}, None)

    def test_each_promise_counts_by_itself(self) -> None:
        assert "Money back" in what_the_budgets_would_break(ORGANISATION, {"line-haul": 48, "refund": 200}, None)

    def test_of_steps_under_no_promise_fit_into_this_order_s(self) -> None:
        assert what_the_budgets_would_break(ORGANISATION, {"notices": 30}, 30 * HOUR) == ""
        assert "more than the 29 h" in what_the_budgets_would_break(ORGANISATION, {"notices": 30}, 29 * HOUR)

    def test_where_this_order_s_is_unknown_fit_into_the_standards(self) -> None:
        assert what_the_budgets_would_break(ORGANISATION, {"notices": 5, "care-answer": 20}, None) == ""
        assert "more than the 25 h" in what_the_budgets_would_break(
            ORGANISATION, {"notices": 6, "care-answer": 20}, None
        )

    def test_that_are_not_given_break_nothing(self) -> None:
        assert what_the_budgets_would_break(ORGANISATION, {}, HOUR) == ""


class TestWords:
    def test_the_effect_names_the_category_even_one_the_file_no_longer_has(self) -> None:
        assert effect_on_the_customer(ORGANISATION, complaint(harm=True), "gone").startswith("gone. People may have")
        assert effect_on_the_customer(ORGANISATION, complaint(historic=True), "damaged") == "Damaged goods."

    def test_contradictions_name_both_sides(self) -> None:
        days = {"a": {"new lamp": date(2026, 1, 2)}, "b": {"new lamp": date(2026, 1, 3)}, "c": {}}
        assert contradictions(days, {}) == ("new lamp: a says 2026-01-02, b says 2026-01-03",)

    def test_equal_amounts_written_differently_do_not_contradict(self) -> None:
        assert contradictions({}, {"a": {"fee": Decimal("5.0")}, "b": {"fee": Decimal(5)}}) == ()

    def test_every_failed_instance_is_named_once(self) -> None:
        assert failed_instances(["a", "b"], ["b", "c"], ["a", "d"]) == ("a", "b", "c", "d")

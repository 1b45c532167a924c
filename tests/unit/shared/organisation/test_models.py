from decimal import Decimal

import pytest

from shared.organisation import UnknownId
from tests.unit.shared.organisation.build import shop

SHOP = shop()


class TestWhenLookedUp:
    def test_the_owner_of_a_step_is_its_department(self) -> None:
        assert SHOP.owner("pick").id == "stock"

    def test_owners_come_once_each_in_the_order_of_the_file(self) -> None:
        assert [department.id for department in SHOP.owners(["pick", "reply", "pick"])] == ["care", "stock"]

    def test_steps_come_in_the_order_of_the_value_chain(self) -> None:
        assert SHOP.in_order(["reply", "pick", "reply"]) == ("pick", "reply")

    def test_an_unknown_id_is_answered_with_the_closest(self) -> None:
        with pytest.raises(UnknownId, match="there is no step 'pik'; did you mean 'pick'"):
            SHOP.step("pik")

    def test_a_department_without_its_own_cost_costs_the_default(self) -> None:
        assert (SHOP.hourly_cost("stock"), SHOP.hourly_cost("care")) == (Decimal(12), Decimal(30))

    def test_value_at_risk_is_to_the_cent(self) -> None:
        assert SHOP.costs.value_at_risk("high") == Decimal("31.00")


class TestWhenALeadIsWanted:
    def test_the_department_nearest_the_customer_leads(self) -> None:
        assert SHOP.nearest(["stock", "care"]).id == "care"

    def test_of_equals_the_first_in_the_file_leads(self) -> None:
        assert SHOP.nearest(["stock", "carrier"]).id == "carrier"

    def test_nobody_leads_nobody(self) -> None:
        with pytest.raises(ValueError, match="empty"):
            SHOP.nearest([])


class TestWhenFactsAreMatched:
    def test_the_first_rule_that_holds_decides(self) -> None:
        rule = SHOP.rule_for({"kind": "noise -  ROOF ", "place": "yard"})
        assert rule is SHOP.rules[0]

    def test_every_condition_must_hold(self) -> None:
        assert SHOP.rule_for({"kind": "Noise", "place": "Cellar"}) is None
        assert SHOP.rule_for({"kind": "Noise"}) is None

    def test_a_rule_without_steps_touches_those_of_its_category(self) -> None:
        rule = SHOP.rule_for({"kind": "Noise - Bar", "place": "Street"})
        assert rule is not None
        assert SHOP.steps_by(rule) == ("bring",)

    def test_the_reason_names_the_facts_it_saw(self) -> None:
        facts = {"kind": "Noise - Roof"}
        assert SHOP.rules[0].reason(facts) == "kind is 'Noise - Roof': the roof is special"


class TestWhenWordsBlamePeople:
    def test_the_phrase_its_place_and_a_hint_are_given(self) -> None:
        (blame,) = SHOP.blame_in("This is YOUR  fault.", "en")
        assert (blame.hit.text, blame.hit.start, blame.hint, blame.override) == (
            "YOUR  fault",
            8,
            "say what happened",
            False,
        )

    def test_a_name_of_the_staff_is_found_in_any_language(self) -> None:
        assert [blame.hit.text for blame in SHOP.blame_in("Так решила olga petrova", "ru")] == ["olga petrova"]

    def test_a_text_about_the_step_is_clean(self) -> None:
        assert SHOP.blame_in("The parcel waited 30 h at the gate; a later cut-off would help.", "en") == ()

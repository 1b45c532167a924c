from datetime import timedelta
from decimal import Decimal

import pytest

from services.routing.policy.judgement import Judgement, judge
from shared.contracts.parts import StepTime
from tests.unit.routing.build import DAY, HOUR, NOW, RULES, a_step, registered

KEPT = (a_step("picking", 10), a_step("packing", 3), a_step("line-haul", 40), a_step("delivery", 20))
LATE_PICKING = (a_step("picking", 30), *KEPT[1:])


def judged(**changes: object) -> Judgement:
    return judge(RULES, registered(**changes))


def whys(judgement: Judgement) -> dict[str, list[str]]:
    return {touched.step: [why.basis for why in touched.why] for touched in judgement.steps}


class TestWhenStepsWentOverTheirTime:
    def test_exactly_those_are_touched_with_the_overrun_as_the_why(self) -> None:
        judgement = judged(steps=LATE_PICKING)
        assert whys(judgement) == {"picking": ["fact"]}
        why = judgement.steps[0].why[0]
        assert why.overrun == 12 * HOUR
        assert "30.0 h of 18.0 h" in why.sentence
        assert judgement.steps[0].department == "warehouse"
        assert (judgement.confidence, judgement.basis, judgement.sure) == (1.0, "facts", True)

    def test_words_about_time_touch_no_step_that_kept_its_time(self) -> None:
        judgement = judged(steps=LATE_PICKING, text="Still waiting, overdue, days after the promise.")
        assert whys(judgement) == {"picking": ["fact"]}
        assert judgement.category == "late-delivery"

    def test_words_about_time_stand_beside_the_fact_at_the_step_that_overran(self) -> None:
        slow = (*KEPT[:2], a_step("line-haul", 60), KEPT[3])
        judgement = judged(steps=slow, text="My parcel is late.")
        assert whys(judgement) == {"line-haul": ["fact", "words"]}

    def test_one_word_about_something_else_adds_nothing(self) -> None:
        assert whys(judged(steps=LATE_PICKING, text="It was broken.")) == {"picking": ["fact"]}

    def test_several_words_about_something_else_add_its_steps(self) -> None:
        judgement = judged(steps=LATE_PICKING, text="The vase is broken, the box was crushed.")
        assert whys(judgement) == {
            "picking": ["fact"],
            "packing": ["words"],
            "line-haul": ["words"],
            "delivery": ["words"],
        }
        assert judgement.category == "damaged"

    def test_without_words_the_category_is_one_that_touches_the_longest_overrun(self) -> None:
        judgement = judged(steps=(a_step("payment-check", 5), a_step("line-haul", 90)))
        assert judgement.category == "late-delivery"

    def test_a_step_that_ends_before_it_starts_is_no_fact(self) -> None:
        backwards = StepTime(step="picking", started=NOW, ended=NOW - DAY, limit=NOW - 2 * DAY)
        assert not judged(steps=(backwards,)).sure

    def test_a_step_that_has_not_ended_is_over_its_time_when_the_customer_complains(self) -> None:
        judgement = judged(steps=(StepTime(step="line-haul", started=NOW - 5 * DAY),))
        assert whys(judgement) == {"line-haul": ["fact"]}
        assert "had not ended" in judgement.steps[0].why[0].sentence
        assert judgement.steps[0].why[0].overrun == 3 * DAY

    def test_a_step_that_has_not_ended_and_still_has_time_is_no_fact(self) -> None:
        assert judged(steps=(StepTime(step="line-haul", started=NOW - HOUR),)).steps == ()

    def test_a_step_that_the_organisation_does_not_know_is_passed_over(self) -> None:
        assert judged(steps=(a_step("teleport", 500),)).steps == ()


class TestWhenFactsOfTheSourceAreKnown:
    def test_the_first_rule_that_holds_touches_its_steps_and_says_which_facts_it_saw(self) -> None:
        judgement = judged(facts={"parcel_status": "Returned-to-Sender"})
        assert whys(judgement) == {"delivery": ["fact"], "notices": ["fact"]}
        assert judgement.category == "not-delivered"
        assert "parcel_status is 'Returned-to-Sender'" in judgement.steps[0].why[0].sentence
        assert (judgement.confidence, judgement.basis) == (0.95, "facts")

    def test_a_rule_adds_to_the_steps_that_overran(self) -> None:
        judgement = judged(steps=LATE_PICKING, facts={"parcel_status": "returned-to-sender"})
        assert list(whys(judgement)) == ["picking", "delivery", "notices"]
        assert judgement.confidence == 1.0

    def test_facts_that_no_rule_knows_decide_nothing(self) -> None:
        assert not judged(facts={"moon": "full"}).sure


class TestWhenACategoryIsRegistered:
    def test_its_steps_are_touched(self) -> None:
        judgement = judged(category_hint="wrong-item")
        assert whys(judgement) == {"picking": ["category"]}
        assert (judgement.category, judgement.confidence, judgement.basis) == ("wrong-item", 0.85, "rules")

    def test_a_category_of_goods_is_not_a_category_of_complaints(self) -> None:
        judgement = judged(category_hint="telephony", text="It came late")
        assert judgement.category == "late-delivery"
        assert all(bases == ["words"] for bases in whys(judgement).values())

    def test_about_time_it_touches_no_step_that_kept_its_time(self) -> None:
        judgement = judged(category_hint="late-delivery", steps=LATE_PICKING)
        assert whys(judgement) == {"picking": ["fact"]}
        assert judgement.category == "late-delivery"


class TestWhenThereAreOnlyWords:
    @pytest.mark.parametrize(
        ("text", "category"),
        [
            ("The lamp arrived shattered, the box torn.", "damaged"),
            ("Курьер нахамил и бросил посылку под дверью", "courier-conduct"),
            ("You charged twice for one order", "payment-error"),
            ("Верните деньги, возврат денег жду месяц", "refund-delay"),
        ],
    )
    def test_they_touch_the_steps_of_their_category_in_their_own_language(self, text: str, category: str) -> None:
        judgement = judged(text=text)
        assert judgement.sure
        assert judgement.category == category
        assert set(RULES.organisation.category(category).steps) <= set(whys(judgement))

    def test_more_of_them_are_surer_and_never_certain(self) -> None:
        once = judged(text="It is broken.")
        thrice = judged(text="It is broken, crushed and torn.")
        assert once.confidence == 0.7
        assert once.confidence < thrice.confidence < 1.0

    def test_a_text_about_two_things_touches_the_steps_of_both(self) -> None:
        judgement = judged(text="It came late and the wrong colour.")
        assert list(whys(judgement)) == ["picking", "line-haul", "delivery"]
        assert judgement.category == "late-delivery"

    def test_a_text_that_speaks_equally_of_many_things_goes_to_a_person(self) -> None:
        judgement = judged(text="Late, crushed, rude, charged twice, tracking dead.")
        assert not judgement.sure
        assert judgement.confidence < RULES.threshold
        assert len(judgement.candidates) == 5

    def test_words_of_another_language_are_not_looked_for(self) -> None:
        assert not judged(text="Das Paket kam late an", language="de").sure

    def test_the_points_are_read_where_there_is_no_text(self) -> None:
        assert judged(points=("it came late", "it is broken")).sure


class TestWhenNothingIsKnown:
    def test_nothing_is_touched_and_nothing_is_sure(self) -> None:
        judgement = judged()
        assert (judgement.steps, judgement.category, judgement.confidence) == ((), "", 0.0)
        assert not judgement.sure


class TestHowSevereItIs:
    def test_the_category_says_where_it_starts(self) -> None:
        assert judged(text="broken").severity == "medium"
        assert judged(text="late").severity == "low"

    def test_harm_overrides_everything(self) -> None:
        flagged = judged(text="late", harm=True)
        worded = judged(text="It came late and caught fire.")
        assert flagged.severity == worded.severity == "critical"
        assert worded.severity_why == ("harm: caught fire",)
        assert worded.circumstances.harm == "caught fire"

    def test_harm_is_found_in_the_texts_own_language(self) -> None:
        assert judged(text="Лампа загорелась, остался ожог").severity == "critical"

    def test_a_vulnerable_customer_raises_it(self) -> None:
        assert judged(text="late, my grandmother waits").severity == "medium"

    def test_money_repeats_and_waiting_raise_it(self) -> None:
        assert judged(text="late", value=Decimal(400)).severity == "high"
        assert judged(text="late", repeat_of="c0").severity == "medium"
        waited = judged(text="late", promised_by=NOW - 11 * DAY)
        assert waited.severity == "high"
        assert waited.circumstances.waited == timedelta(days=11)

    def test_the_wait_ends_with_the_last_step(self) -> None:
        step = a_step("delivery", 20, began=NOW - 5 * DAY)
        judgement = judged(text="late", promised_by=NOW - 5 * DAY, steps=(step,))
        assert judgement.circumstances.waited == timedelta(hours=20)

    def test_what_came_before_the_promise_was_no_wait(self) -> None:
        assert judged(text="late", promised_by=NOW + DAY).circumstances.waited == timedelta(0)

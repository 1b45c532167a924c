from datetime import date
from decimal import Decimal

import pytest

from services.departments import commands
from services.departments.state.models import Completed, Delivering
from shared.contracts import departments
from tests.unit.departments.build import (
    DAY,
    NOW,
    agreed,
    answer,
    clocks,
    completed,
    deliver,
    history,
    revealed,
    who,
)

THURSDAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)


def state_that(department: str, **said_: object) -> commands.MakeStatement:
    return commands.MakeStatement(**who(department), **said_)  # type: ignore[arg-type]


class TestBeforeTheAgreement:
    def test_nothing_is_delivered(self) -> None:
        revealed().when(deliver()).then_rejected("agree-first")

    def test_nothing_is_answered(self) -> None:
        revealed().when(answer()).then_rejected("agree-first")


class TestWhenTheRemedyIsDelivered:
    def test_it_is_costed(self) -> None:
        (delivered,) = agreed().when(deliver()).then_types(departments.RemedyDelivered)
        assert isinstance(delivered, departments.RemedyDelivered)
        assert (delivered.cost, delivered.staff_minutes) == (80, 5)

    def test_it_is_delivered_once(self) -> None:
        given = history(deliver(), start=agreed())
        given.when(deliver()).then_nothing()
        given.when(deliver(cost=90)).then_rejected("already-delivered")

    def test_it_costs_something_or_nothing_never_less(self) -> None:
        agreed().when(deliver(cost=-1)).then_rejected("costs-are-counted")


class TestWhenAnswering:
    def test_the_answer_is_agreed(self) -> None:
        agreed().when(answer(promises={"new lamp": NOW + 2 * DAY})).then_types(departments.AnswerAgreed)

    def test_only_the_lead_answers(self) -> None:
        agreed().when(answer("warehouse")).then_rejected("only-the-lead-answers")

    @pytest.mark.parametrize(
        ("covers", "rule"),
        [
            ((), "answer-covers-every-point"),
            ((2,), "answer-covers-every-point"),
            ((1, 2, 3), "points-of-the-complaint"),
            ((1, 1, 2), "points-of-the-complaint"),
        ],
    )
    def test_it_covers_every_numbered_point(self, covers: tuple[int, ...], rule: str) -> None:
        agreed().when(answer(covers=covers)).then_rejected(rule)

    def test_a_complaint_without_points_has_none_to_cover(self) -> None:
        agreed(points=0).when(answer(covers=())).then_types(departments.AnswerAgreed)

    def test_what_it_promises_is_still_ahead(self) -> None:
        agreed().when(answer(promises={"new lamp": NOW})).then_rejected("promises-are-ahead")

    def test_it_blames_nobody(self) -> None:
        agreed().when(answer(text="The driver was careless.")).then_rejected("blames-people")

    def test_the_same_answer_again_changes_nothing_and_a_better_one_replaces_it(self) -> None:
        given = history(answer(), start=agreed())
        given.when(answer()).then_nothing()
        after = given.when(answer(text="It comes on Thursday.")).after
        assert isinstance(after, Delivering)
        assert after.answer is not None
        assert after.answer.text == "It comes on Thursday."

    def test_after_the_customer_has_it_nothing_is_added(self) -> None:
        completed().when(answer()).then_nothing()
        completed().when(answer(text="One more thing.")).then_rejected("the-customers-turn")
        completed().when(state_that("warehouse", dates={"new lamp": FRIDAY})).then_rejected("the-customers-turn")


class TestWhenTwoDepartmentsSayDifferentThings:
    given = history(state_that("warehouse", dates={"new lamp": THURSDAY}), start=agreed())
    other = answer(dates={"new lamp": FRIDAY})

    def test_the_answer_is_held_and_says_who_says_what(self) -> None:
        _, held = self.given.when(self.other).then_types(departments.StatementMade, departments.AnswerHeld)
        assert isinstance(held, departments.AnswerHeld)
        assert held.contradictions == ("new lamp: last-mile says 2026-03-06, warehouse says 2026-03-05",)

    def test_it_is_held_once_however_often_it_is_sent(self) -> None:
        history(self.other, start=self.given).when(self.other).then_nothing()

    def test_it_goes_out_once_they_agree(self) -> None:
        settled = history(self.other, state_that("warehouse", dates={"new lamp": FRIDAY}), start=self.given)
        settled.when(self.other).then_types(departments.AnswerAgreed)

    def test_an_answer_that_says_the_same_is_not_held(self) -> None:
        self.given.when(answer(dates={"new lamp": THURSDAY})).then_types(
            departments.StatementMade, departments.AnswerAgreed
        )

    def test_amounts_are_compared_as_numbers(self) -> None:
        given = history(state_that("warehouse", amounts={"fee": Decimal("5.00")}), start=agreed())
        given.when(answer(amounts={"fee": Decimal(5)})).then_types(departments.StatementMade, departments.AnswerAgreed)
        given.when(answer(amounts={"fee": Decimal(6)})).then_types(departments.StatementMade, departments.AnswerHeld)

    def test_the_agreed_amount_of_the_remedy_has_a_say(self) -> None:
        result = agreed().when(answer(amounts={"remedy": Decimal(60)}))
        _, held = result.then_types(departments.StatementMade, departments.AnswerHeld)
        assert isinstance(held, departments.AnswerHeld)
        assert "the agreement says 80" in held.contradictions[0]

    def test_a_later_statement_holds_back_an_answer_that_was_given(self) -> None:
        given = history(answer(dates={"new lamp": FRIDAY}), start=agreed())
        result = given.when(state_that("warehouse", dates={"new lamp": THURSDAY}))
        result.then_types(departments.StatementMade, departments.AnswerHeld)
        given.given(*result.events).when(deliver()).then_types(departments.RemedyDelivered)

    def test_statements_about_other_things_hold_nothing_back(self) -> None:
        given = history(answer(dates={"new lamp": FRIDAY}), start=agreed())
        given.when(state_that("warehouse", dates={"old lamp": THURSDAY})).then_types(departments.StatementMade)

    def test_a_statement_may_come_early_and_the_same_one_counts_once(self) -> None:
        early = state_that("warehouse", dates={"new lamp": FRIDAY})
        history(early, start=revealed()).when(early).then_nothing()


class TestWhenBothAreDone:
    @pytest.mark.parametrize("first", ["remedy", "answer"])
    def test_it_is_the_customer_s_turn_with_minutes_and_compensation_summed(self, first: str) -> None:
        one, two = (deliver(), answer()) if first == "remedy" else (answer(), deliver())
        result = history(one, start=agreed()).when(two)
        done = result.events[-1]
        assert done == departments.ResolutionCompleted(
            at=NOW, by="system", stage=1, staff_minutes=25, compensation=Decimal(80)
        )
        assert isinstance(result.after, Completed)

    def test_the_customer_s_clock_has_done_its_work(self) -> None:
        completed().when(clocks(NOW + 30 * DAY)).then_nothing()

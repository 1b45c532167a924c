from datetime import timedelta
from decimal import Decimal

import pytest

from services.departments import commands
from services.departments.state.models import Agreeing, Delivering
from shared.contracts import departments
from shared.contracts.parts import Remedy
from tests.unit.departments.build import (
    DAY,
    HOUR,
    NOW,
    agree,
    agreed,
    clocks,
    completed,
    decline,
    draft,
    endorse,
    history,
    object_to,
    pair,
    prevention,
    propose,
    revealed,
    who,
)


class TestBeforeTheReveal:
    given = history(propose("warehouse", "w"), start=pair())

    def test_nobody_endorses_what_nobody_else_sees(self) -> None:
        self.given.when(endorse("last-mile", "w")).then_rejected("not-revealed-yet")

    def test_nobody_objects(self) -> None:
        self.given.when(object_to("last-mile", "w", "x")).then_rejected("not-revealed-yet")

    def test_nothing_is_agreed(self) -> None:
        history(propose("last-mile", "l"), start=self.given).when(agree("last-mile", "l")).then_rejected(
            "not-revealed-yet"
        )


class TestWhenEndorsing:
    def test_it_is_said_once(self) -> None:
        revealed().when(endorse("last-mile", "w")).then_types(departments.ProposalEndorsed)
        history(endorse("last-mile", "w"), start=revealed()).when(endorse("last-mile", "w")).then_nothing()

    def test_who_proposed_it_stands_behind_it_already(self) -> None:
        revealed().when(endorse("warehouse", "w")).then_nothing()

    def test_there_must_be_such_a_proposal(self) -> None:
        revealed().when(endorse("warehouse", "nothing")).then_rejected("no-such-proposal")

    def test_it_settles_an_own_objection(self) -> None:
        given = history(object_to("last-mile", "w", "x"), endorse("last-mile", "w"), start=revealed())
        given.when(agree("last-mile", "w")).then_types(departments.AgreementReached)


class TestWhenObjecting:
    def test_the_alternative_is_put_on_the_table_with_it(self) -> None:
        result = revealed().when(object_to("last-mile", "w", "x"))
        made, objected = result.then_types(departments.ProposalMade, departments.ProposalObjected)
        assert isinstance(made, departments.ProposalMade)
        assert isinstance(objected, departments.ProposalObjected)
        assert made.proposal.proposal == objected.alternative == "x"

    def test_the_alternative_keeps_to_the_playbook(self) -> None:
        outside = draft("x", remedy=Remedy(remedy="voucher", amount=Decimal(1000)))
        command = commands.ObjectTo(**who("last-mile"), proposal="w", reason="Too slow.", alternative=outside)
        revealed().when(command).then_rejected("remedy-within-the-limit")

    def test_the_alternative_to_a_remedy_is_a_remedy(self) -> None:
        command = commands.ObjectTo(**who("last-mile"), proposal="w", reason="Too slow.", alternative=prevention("x"))
        revealed().when(command).then_rejected("alternative-of-its-kind")

    def test_nobody_objects_to_what_it_proposed_itself(self) -> None:
        revealed().when(object_to("warehouse", "w", "x")).then_rejected("own-proposal")

    def test_one_objection_to_a_proposal_is_enough(self) -> None:
        given = history(object_to("last-mile", "w", "x"), start=revealed())
        given.when(object_to("last-mile", "w", "y")).then_rejected("already-objected")

    def test_the_reason_blames_nobody(self) -> None:
        alternative = draft("x")
        command = commands.ObjectTo(**who("last-mile"), proposal="w", reason="Their fault.", alternative=alternative)
        revealed().when(command).then_rejected("blames-people")

    def test_it_takes_back_an_own_endorsement(self) -> None:
        given = history(endorse("last-mile", "w"), object_to("last-mile", "w", "x"), start=revealed())
        given.when(agree("last-mile", "w")).then_rejected("not-agreed-yet")


class TestWhenAgreeing:
    def test_one_remedy_the_preventions_and_the_budgets_are_written_down(self) -> None:
        given = history(endorse("last-mile", "w"), start=revealed())
        (reached,) = given.when(agree("last-mile", "w", "l", packing=8)).then_types(departments.AgreementReached)
        assert reached == departments.AgreementReached(
            at=NOW,
            by="last-mile",
            remedy=Remedy(remedy="replace", amount=Decimal(80)),
            proposals=("w", "l"),
            preventions=("Scan at the door.",),
            budgets={"packing": 8},
            by_lead=False,
        )

    def test_only_the_lead_writes_it_down(self) -> None:
        revealed().when(agree("warehouse", "w")).then_rejected("only-the-lead-agrees")

    def test_every_participant_has_to_stand_behind_it(self) -> None:
        rejected = revealed().when(agree("last-mile", "w")).then_rejected("not-agreed-yet")
        assert "last-mile has not endorsed it" in rejected.sentence

    def test_an_unanswered_objection_keeps_it_open(self) -> None:
        given = history(object_to("last-mile", "w", "x"), start=revealed())
        rejected = given.when(agree("last-mile", "w")).then_rejected("not-agreed-yet")
        assert "last-mile objects and proposes x" in rejected.sentence

    def test_an_objection_to_a_chosen_prevention_keeps_it_open_too(self) -> None:
        instead = prevention("x", step="delivery", text="A photograph at the door.")
        objection = commands.ObjectTo(**who("warehouse"), proposal="l", reason="Too slow.", alternative=instead)
        given = history(endorse("last-mile", "w"), objection, start=revealed())
        given.when(agree("last-mile", "w", "l")).then_rejected("not-agreed-yet")
        given.when(agree("last-mile", "w", "x")).then_types(departments.AgreementReached)
        given.when(agree("last-mile", "w", "l", "x")).then_types(departments.AgreementReached)

    def test_choosing_the_alternative_answers_the_objection(self) -> None:
        given = history(object_to("last-mile", "w", "x"), endorse("warehouse", "x"), start=revealed())
        (reached,) = given.when(agree("last-mile", "x")).then_types(departments.AgreementReached)
        assert isinstance(reached, departments.AgreementReached)
        assert (reached.by_lead, reached.objections) == (False, ())

    def test_who_left_the_table_is_not_waited_for(self) -> None:
        given = history(propose("last-mile", "r"), decline("warehouse", "carrier"), start=revealed())
        given.when(agree("last-mile", "r")).then_types(departments.AgreementReached)

    def test_a_prevention_is_no_remedy(self) -> None:
        revealed().when(agree("last-mile", "l")).then_rejected("one-remedy")

    @pytest.mark.parametrize("preventions", [("w",), ("l", "l")])
    def test_preventions_are_preventions_named_once(self, preventions: tuple[str, ...]) -> None:
        given = history(endorse("last-mile", "w"), start=revealed())
        given.when(agree("last-mile", "w", *preventions)).then_rejected("preventions-once-each")

    def test_the_budgets_fit_into_what_customers_were_promised(self) -> None:
        given = history(endorse("last-mile", "w"), start=revealed())
        # The six steps' standards add up to 102 h of the 120 h promised: packing has 18 h to spare.
        given.when(agree("last-mile", "w", packing=24)).then_types(departments.AgreementReached)
        rejected = given.when(agree("last-mile", "w", packing=25)).then_rejected("budgets-within-the-promise")
        assert "121 h" in rejected.sentence
        assert "120 h" in rejected.sentence

    def test_a_budget_is_of_a_known_step_and_positive(self) -> None:
        given = history(endorse("last-mile", "w"), start=revealed())
        given.when(agree("last-mile", "w", wishing=1)).then_rejected("budget-of-a-known-step")
        given.when(agree("last-mile", "w", packing=0)).then_rejected("budget-is-positive")

    def test_the_same_agreement_again_changes_nothing_another_is_refused(self) -> None:
        agreed().when(agree("last-mile", "w", "l")).then_nothing()
        agreed().when(agree("last-mile", "w")).then_rejected("already-agreed")
        completed().when(agree("last-mile", "w", "l")).then_nothing()

    def test_afterwards_nobody_endorses_or_objects(self) -> None:
        agreed().when(endorse("warehouse", "l")).then_rejected("already-agreed")
        agreed().when(object_to("last-mile", "w", "x")).then_rejected("already-agreed")


class TestWhenTheTimeToAgreeRanOut:
    given = history(object_to("last-mile", "w", "x"), start=revealed())

    def test_it_is_said_once_and_the_lead_decides_with_the_objections_on_record(self) -> None:
        overdue = history(clocks(NOW + DAY), start=self.given)
        overdue.when(clocks(NOW + DAY)).then_nothing()
        (reached,) = overdue.when(agree("last-mile", "w", now=NOW + DAY)).then_types(departments.AgreementReached)
        assert isinstance(reached, departments.AgreementReached)
        assert reached.by_lead
        assert reached.objections == ("last-mile objects to w: A new lamp takes a week.",)

    def test_the_lead_does_not_wait_for_the_timer_to_say_so(self) -> None:
        state = self.given.state
        assert isinstance(state, Agreeing)
        assert state.agree_by is not None
        result = self.given.when(agree("last-mile", "w", now=state.agree_by))
        result.then_types(departments.AgreementOverdue, departments.AgreementReached)
        just_before = state.agree_by - timedelta(microseconds=1)
        self.given.when(agree("last-mile", "w", now=just_before)).then_rejected("not-agreed-yet")

    def test_what_all_stand_behind_is_the_table_s_agreement_also_late(self) -> None:
        given = history(endorse("warehouse", "x"), start=self.given)
        result = given.when(agree("last-mile", "x", now=NOW + 9 * HOUR))
        reached = result.events[-1]
        assert isinstance(reached, departments.AgreementReached)
        assert not reached.by_lead
        assert isinstance(result.after, Delivering)

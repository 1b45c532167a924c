from datetime import timedelta
from decimal import Decimal

import pytest

from services.departments import commands
from services.departments.policy.seats import PROPOSALS_PER_DEPARTMENT
from services.departments.state.models import Agreeing, Round
from shared.contracts import departments
from shared.contracts.parts import Remedy, StepTime
from tests.unit.departments.build import (
    DAY,
    HOUR,
    NOW,
    ORGANISATION,
    agreed,
    clocks,
    completed,
    draft,
    history,
    join,
    opened,
    pair,
    prevention,
    propose,
    revealed,
    times,
    who,
)


class TestWhenReportingTimes:
    def test_own_step_times_are_taken_down(self) -> None:
        (reported,) = pair().when(times("warehouse", "packing")).then_types(departments.TimesReported)
        assert isinstance(reported, departments.TimesReported)
        assert (reported.waiting, reported.staff_minutes) == ({"packing": 3600}, 10)

    def test_the_same_report_again_changes_nothing_and_another_replaces_it(self) -> None:
        given = history(times("warehouse", "packing"), start=pair())
        given.when(times("warehouse", "packing", NOW + HOUR)).then_nothing()
        after = given.when(times("warehouse", "packing", minutes=30)).after
        assert isinstance(after, Round)
        assert [seat.staff_minutes for seat in after.seats if seat.reported] == [30]

    def test_another_department_s_step_is_not_its_to_report(self) -> None:
        pair().when(times("warehouse", "delivery")).then_rejected("own-steps-only")

    def test_a_step_does_not_end_before_it_starts(self) -> None:
        wrong = StepTime(step="packing", started=NOW, ended=NOW - HOUR)
        pair().when(commands.ReportTimes(**who("warehouse"), steps=(wrong,))).then_rejected("ends-after-it-starts")

    @pytest.mark.parametrize("seconds", [-1, 3601])
    def test_waiting_is_part_of_the_step(self, seconds: int) -> None:
        hour = StepTime(step="packing", started=NOW - HOUR, ended=NOW)
        report = commands.ReportTimes(**who("warehouse"), steps=(hour,), waiting={"packing": seconds})
        pair().when(report).then_rejected("waiting-within-the-step")

    def test_waiting_in_a_step_that_was_not_reported_is_refused(self) -> None:
        report = commands.ReportTimes(**who("warehouse"), steps=(), waiting={"packing": 5})
        pair().when(report).then_rejected("waiting-within-the-step")

    def test_minutes_are_not_negative(self) -> None:
        report = commands.ReportTimes(**who("warehouse"), steps=(), staff_minutes=-1)
        pair().when(report).then_rejected("minutes-are-counted")

    def test_nothing_is_reported_when_it_is_the_customer_s_turn(self) -> None:
        completed().when(times("warehouse", "packing", minutes=99)).then_rejected("the-customers-turn")


class TestWhenProposing:
    def test_a_proposal_is_put_on_the_table(self) -> None:
        pair().when(propose("warehouse", "w")).then_types(departments.ProposalMade)

    def test_the_same_proposal_again_changes_nothing(self) -> None:
        history(propose("warehouse", "w"), start=pair()).when(propose("warehouse", "w")).then_nothing()

    def test_it_is_tied_to_a_step_of_the_table(self) -> None:
        rejected = pair().when(propose("warehouse", "w", step="refund")).then_rejected("step-of-this-table")
        assert "packing" in rejected.sentence

    @pytest.mark.parametrize(
        ("remedy", "rule"),
        [
            (None, "remedy-of-the-playbook"),
            (Remedy(remedy="holiday"), "remedy-of-the-playbook"),
            (Remedy(remedy="voucher", amount=Decimal("50.01")), "remedy-within-the-limit"),
            (Remedy(remedy="voucher", amount=Decimal(-1)), "remedy-within-the-limit"),
            (Remedy(remedy="full-refund", amount=Decimal(100)), "remedy-needs-the-lead"),
        ],
    )
    def test_a_remedy_stays_within_the_playbook(self, remedy: Remedy | None, rule: str) -> None:
        pair().when(propose("warehouse", "w", remedy=remedy)).then_rejected(rule)

    def test_the_lead_may_propose_what_needs_the_lead(self) -> None:
        remedy = Remedy(remedy="full-refund", amount=Decimal(100))
        pair().when(propose("last-mile", "l", remedy=remedy)).then_types(departments.ProposalMade)

    def test_a_prevention_has_no_remedy(self) -> None:
        pair().when(propose("warehouse", "w", kind="prevention")).then_rejected("prevention-has-no-remedy")

    def test_a_budget_is_positive(self) -> None:
        pair().when(propose("warehouse", "w", budget_hours=0)).then_rejected("budget-is-positive")

    def test_there_is_a_limit_to_what_one_department_proposes(self) -> None:
        given = history(
            *(propose("warehouse", f"w{number}") for number in range(PROPOSALS_PER_DEPARTMENT)), start=pair()
        )
        given.when(propose("warehouse", "one more")).then_rejected("enough-proposals")

    def test_nothing_is_proposed_after_the_agreement(self) -> None:
        agreed().when(propose("warehouse", "late")).then_rejected("already-agreed")
        completed().when(propose("warehouse", "late")).then_rejected("the-customers-turn")


class TestWhenWordsBlamePeople:
    @pytest.mark.parametrize(
        ("text", "phrase"),
        [
            ("Send a new one; the packer is to blame.", "to blame"),
            ("Отправить новую, курьер виноват.", "виноват"),
            ("Ask Jonas Feld to pack it again.", "Jonas Feld"),
        ],
    )
    def test_they_are_refused_with_the_phrase_and_a_hint(self, text: str, phrase: str) -> None:
        rejected = pair().when(propose("warehouse", "w", text=text)).then_rejected("blames-people")
        assert f"«{phrase}»" in rejected.sentence
        assert "override" in rejected.sentence

    def test_the_words_of_a_remedy_count_too(self) -> None:
        remedy = Remedy(remedy="voucher", text="because of a careless driver")
        pair().when(propose("warehouse", "w", remedy=remedy)).then_rejected("blames-people")

    def test_an_explicit_override_publishes_them_and_is_on_record(self) -> None:
        command = propose(
            "warehouse", "w", text="The vendor says they are to blame.", override="The vendor's own words."
        )
        (made,) = pair().when(command).then_types(departments.ProposalMade)
        assert isinstance(made, departments.ProposalMade)
        assert made.proposal.override == "The vendor's own words."

    def test_an_override_that_nothing_needed_is_not_kept(self) -> None:
        (made,) = pair().when(propose("warehouse", "w", override="Just in case.")).then_types(departments.ProposalMade)
        assert isinstance(made, departments.ProposalMade)
        assert made.proposal.override == ""

    def test_insults_stay_refused_whatever_the_override(self) -> None:
        command = propose("warehouse", "w", text="An idiot packed it.", override="True.")
        rejected = pair().when(command).then_rejected("blames-people")
        assert "override" not in rejected.sentence

    def test_the_refusal_is_on_record_once_without_the_words(self) -> None:
        note = commands.NoteRefusedWording(**who("warehouse"), rule="blames-people", attempt="w")
        (refused,) = pair().when(note).then_types(departments.WordingRefused)
        assert refused == departments.WordingRefused(
            at=NOW, by="warehouse", department="warehouse", rule="blames-people", attempt="w"
        )

    def test_nothing_is_recorded_where_no_table_is_open(self) -> None:
        note = commands.NoteRefusedWording(**who("warehouse"), rule="blames-people", attempt="w")
        history(commands.CloseTable(now=NOW, why="withdrawn"), start=pair()).when(note).then_nothing()


class TestWhenTheRoundEnds:
    almost = history(
        times("warehouse", "packing"), propose("warehouse", "w"), times("last-mile", "delivery"), start=pair()
    )

    def test_everything_is_revealed_with_the_last_contribution(self) -> None:
        result = self.almost.when(propose("last-mile", "l", step="delivery"))
        _, reveal = result.then_types(departments.ProposalMade, departments.RoundRevealed)
        assert isinstance(reveal, departments.RoundRevealed)
        assert reveal.complete
        assert reveal.agree_by == ORGANISATION.calendar("delivery-rounds").add(NOW, 8 * HOUR)
        assert isinstance(result.after, Agreeing)

    def test_times_without_a_proposal_are_not_enough(self) -> None:
        assert isinstance(self.almost.state, Round)

    def test_while_somebody_may_still_join_nothing_is_revealed(self) -> None:
        given = history(
            join("warehouse"),
            times("warehouse", "packing"),
            propose("warehouse", "w"),
            start=opened("packing", "delivery"),
        )
        assert isinstance(given.state, Round)

    def test_when_the_last_invited_one_stays_silent_it_is_revealed(self) -> None:
        given = history(
            join("last-mile"),
            times("last-mile", "delivery"),
            propose("last-mile", "l"),
            start=opened("packing", "delivery"),
        )
        result = given.when(clocks(NOW + 7 * HOUR))
        result.then_types(departments.DepartmentSilent, departments.ManagementTookSeat, departments.RoundRevealed)

    def test_the_clock_ends_it_with_what_there_is(self) -> None:
        assert isinstance(self.almost.state, Round)
        ends = self.almost.state.ends
        assert ends is not None
        self.almost.when(clocks(ends - timedelta(microseconds=1))).then_nothing()
        (reveal,) = self.almost.when(clocks(ends)).then_types(departments.RoundRevealed)
        assert isinstance(reveal, departments.RoundRevealed)
        assert not reveal.complete

    def test_later_times_and_proposals_are_welcome(self) -> None:
        given = history(clocks(NOW + 2 * DAY), start=self.almost)
        given.when(commands.Propose(**who("last-mile"), draft=prevention("l"))).then_types(departments.ProposalMade)
        revealed().when(times("warehouse", "packing", minutes=99)).then_types(departments.TimesReported)

    def test_a_department_that_no_step_was_touched_of_may_speak_of_every_step(self) -> None:
        empty = commands.NoteTriage(now=NOW, triage=departments.TriageBrief(category="other", severity="low", steps=()))
        given = history(
            commands.NoteComplaint(now=NOW, complaint=departments.ComplaintBrief(registered_at=NOW)),
            empty,
            join("customer-care"),
        )
        command = commands.Propose(**who("customer-care"), draft=draft("c", step="refund"))
        given.when(command).then_types(departments.ProposalMade)

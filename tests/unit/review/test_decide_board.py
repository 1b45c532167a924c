from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.review.commands import (
    AcknowledgeSummary,
    AgreeAction,
    CauseGiven,
    Conclude,
    FinishAction,
    RunClocks,
    SetCauses,
)
from services.review.decide import review_decider
from services.review.policy.rules import CONCLUDE_WITHIN
from services.review.state.review import Concluded, Open
from services.review.timers import on_due
from shared.contracts import topics
from shared.contracts.review import (
    ActionAgreed,
    ActionDone,
    ActionOverdue,
    CausesFound,
    CostsComputed,
    CourseEvidenceNoted,
    ReviewConcluded,
    SummaryAcknowledged,
    SummaryPublished,
)
from shared.organisation.judgement import ReviewSettings
from tests.unit.review.build import (
    CLOSED_TABLE,
    DAY,
    DECIDER,
    ENDING,
    HOUR,
    LATER,
    ORGANISATION,
    TABLE,
    a_closed_one_for_the_board,
    a_concluded_one,
    a_resolved_one,
    given,
    note,
    note_complaint,
    note_triage,
    nothing,
    on,
)

BOARD = "review-board"
DUE = LATER + 30 * DAY


def set_causes(*causes: tuple[str, str, float]) -> SetCauses:
    given_causes = tuple(
        CauseGiven(step=step, factor=factor, weight=weight, evidence="seen on site") for step, factor, weight in causes
    )  # type: ignore[arg-type]
    return SetCauses(**on(by=BOARD), causes=given_causes)


def agree(**changes: object) -> AgreeAction:
    fields: dict[str, Any] = {
        "action": "a1",
        "kind": "corrective",
        "department": "warehouse",
        "step": "picking",
        "text": "Pick before noon.",
        "due": DUE,
        "criterion": "No picking over 18 h for three months.",
    }
    return AgreeAction(**on(by=BOARD), **fields | changes)


def clocks(now: datetime) -> RunClocks:
    return RunClocks(now=now, by="clock")


class TestSettingCauses:
    def test_they_replace_those_by_rule_and_their_weights_become_one(self) -> None:
        command = set_causes(("packing", "method", 3), ("delivery", "knowledge", 1))
        (found,) = a_resolved_one().when(command).then_types(CausesFound)
        assert isinstance(found, CausesFound)
        assert [(cause.step, cause.factor, cause.weight, cause.basis) for cause in found.causes] == [
            ("packing", "method", 0.75, "board"),
            ("delivery", "knowledge", 0.25, "board"),
        ]

    def test_more_causes_mean_more_rework(self) -> None:
        command = set_causes(("packing", "method", 1), ("delivery", "method", 1), ("picking", "method", 1))
        _, costs = a_resolved_one().when(command).then_types(CausesFound, CostsComputed)
        assert isinstance(costs, CostsComputed)
        assert costs.costs.rework == 3 * ORGANISATION.costs.rework

    def test_later_facts_do_not_replace_them(self) -> None:
        command = set_causes(("packing", "method", 1), ("delivery", "method", 1))
        resolved = a_resolved_one().given(*DECIDER.decide(a_resolved_one().state, command))
        state = resolved.when(note("completed", 30 * HOUR, stage=2)).after
        assert isinstance(state, Open)
        assert [cause.basis for cause in state.causes or ()] == ["board", "board"]

    @pytest.mark.parametrize(
        ("causes", "rule"),
        [
            ([], "no-causes"),
            ([("moon", "method", 1.0)], "unknown-step"),
            ([("picking", "method", 0.0)], "weights-are-positive"),
            ([("picking", "method", 1.0), ("picking", "method", 2.0)], "causes-are-distinct"),
        ],
    )
    def test_causes_that_say_nothing_are_refused(self, causes: list[tuple[str, str, float]], rule: str) -> None:
        a_resolved_one().when(set_causes(*causes)).then_rejected(rule)

    def test_a_cause_needs_evidence(self) -> None:
        bare = SetCauses(
            **on(by=BOARD), causes=(CauseGiven(step="picking", factor="method", weight=1.0, evidence=" "),)
        )
        a_resolved_one().when(bare).then_rejected("causes-need-evidence")

    def test_evidence_names_no_culprits_unless_somebody_says_why_it_must(self) -> None:
        blaming = SetCauses(
            **on(by=BOARD),
            causes=(CauseGiven(step="picking", factor="method", weight=1.0, evidence="The picker is to blame."),),
        )
        a_resolved_one().when(blaming).then_rejected("blames-people")
        found, *_ = a_resolved_one().when(replace(blaming, override="a quotation")).events
        assert isinstance(found, CausesFound)
        assert found.override == "a quotation"

    def test_there_must_be_a_review(self) -> None:
        nothing().when(set_causes(("picking", "method", 1))).then_rejected("review-not-open")

    def test_those_of_a_concluded_review_stay(self) -> None:
        a_concluded_one().when(set_causes(("picking", "method", 1))).then_rejected("review-concluded")


class TestActions:
    def test_an_action_is_agreed_with_its_criterion(self) -> None:
        (agreed,) = a_resolved_one().when(agree()).then_types(ActionAgreed)
        assert isinstance(agreed, ActionAgreed)
        assert (agreed.action, agreed.due, agreed.criterion) == ("a1", DUE, "No picking over 18 h for three months.")

    def test_it_may_be_agreed_after_the_review_was_concluded(self) -> None:
        a_concluded_one().when(agree()).then_types(ActionAgreed)

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"department": "moon"}, "unknown-department"),
            ({"step": "moon"}, "unknown-step"),
            ({"text": " "}, "action-says-nothing"),
            ({"criterion": " "}, "action-needs-criterion"),
            ({"due": LATER}, "action-due-in-future"),
        ],
    )
    def test_an_action_that_cannot_be_checked_is_refused(self, changes: dict[str, object], rule: str) -> None:
        a_resolved_one().when(agree(**changes)).then_rejected(rule)

    def test_an_action_names_no_culprits_unless_somebody_says_why_it_must(self) -> None:
        blaming = "The picker is to blame for it."
        a_resolved_one().when(agree(text=blaming)).then_rejected("blames-people")
        a_resolved_one().when(agree(criterion=blaming)).then_rejected("blames-people")
        (agreed,) = a_resolved_one().when(agree(text=blaming, override="a quotation")).events
        assert isinstance(agreed, ActionAgreed)
        assert agreed.override == "a quotation"

    def test_there_must_be_a_review(self) -> None:
        nothing().when(agree()).then_rejected("review-not-open")

    def test_its_owner_says_that_it_is_done(self) -> None:
        agreed = a_concluded_one().given(*DECIDER.decide(a_concluded_one().state, agree()))
        assert not DECIDER.is_terminal(agreed.state)
        result = agreed.when(FinishAction(**on(DUE - DAY, by="warehouse"), action="a1"))
        result.then(ActionDone(at=DUE - DAY, by="warehouse", action="a1"))
        assert DECIDER.is_terminal(result.after)

    def test_an_action_nobody_agreed_cannot_be_done(self) -> None:
        a_concluded_one().when(FinishAction(**on(), action="a9")).then_rejected("unknown-action")
        nothing().when(FinishAction(**on(), action="a1")).then_rejected("unknown-action")

    def test_when_its_due_date_passes_it_is_overdue_once(self) -> None:
        agreed = a_concluded_one().given(*DECIDER.decide(a_concluded_one().state, agree()))
        assert DECIDER.next_due(agreed.state) == DUE
        agreed.when(clocks(DUE - timedelta(microseconds=1))).then_nothing()
        late = agreed.when(clocks(DUE))
        late.then(ActionOverdue(at=DUE, by="clock", action="a1", due=DUE))
        assert DECIDER.next_due(late.after) is None

    def test_it_may_be_done_late(self) -> None:
        agreed = a_concluded_one().given(*DECIDER.decide(a_concluded_one().state, agree()))
        late = agreed.given(*DECIDER.decide(agreed.state, clocks(DUE)))
        late.when(FinishAction(**on(DUE + DAY), action="a1")).then_types(ActionDone)


class TestConcluding:
    @pytest.mark.parametrize("severity", ["low", "medium"])
    def test_a_mild_one_concludes_when_both_sides_have_ended(self, severity: Any) -> None:  # noqa: ANN401
        closed = given(note_complaint(), note_triage(severity), *TABLE, *ENDING)
        closed.when(CLOSED_TABLE).then_types(CourseEvidenceNoted, ReviewConcluded, SummaryPublished)

    def test_the_customers_word_alone_does_not_end_it(self) -> None:
        given(note_complaint(), note_triage(), *TABLE, ENDING[0]).when(ENDING[1]).then_types(CourseEvidenceNoted)

    @pytest.mark.parametrize("severity", ["high", "critical"])
    def test_a_severe_one_waits_for_the_board(self, severity: Any) -> None:  # noqa: ANN401
        closed = given(note_complaint(), note_triage(severity), *TABLE, *ENDING)
        result = closed.when(CLOSED_TABLE)
        result.then_types(CourseEvidenceNoted)
        assert DECIDER.next_due(result.after) == LATER + CONCLUDE_WITHIN

    def test_the_board_concludes_it(self) -> None:
        result = a_closed_one_for_the_board().when(Conclude(**on(by=BOARD)))
        concluded, published = result.then_types(ReviewConcluded, SummaryPublished)
        assert (concluded.by, published.by) == (BOARD, BOARD)

    def test_without_the_board_its_clock_does(self) -> None:
        waiting = a_closed_one_for_the_board()
        end = LATER + CONCLUDE_WITHIN
        waiting.when(clocks(end - timedelta(microseconds=1))).then_nothing()
        waiting.when(clocks(end)).then_types(ReviewConcluded, SummaryPublished)

    def test_a_clock_that_ran_out_before_the_closing_ends_it_at_the_closing(self) -> None:
        resolved = a_resolved_one("high").when(clocks(LATER + 20 * DAY))
        resolved.then_nothing()
        closed = a_resolved_one("high").given(*DECIDER.decide(a_resolved_one("high").state, ENDING[1]))
        late = type(CLOSED_TABLE)(**on(LATER + 20 * DAY), mark=CLOSED_TABLE.mark)
        closed.when(late).then_types(CourseEvidenceNoted, ReviewConcluded, SummaryPublished)

    def test_before_the_closing_nobody_concludes_it(self) -> None:
        a_resolved_one("high").when(Conclude(**on())).then_rejected("complaint-not-closed")
        nothing().when(Conclude(**on())).then_rejected("review-not-open")

    def test_twice_is_once(self) -> None:
        a_concluded_one().when(Conclude(**on())).then_nothing()

    def test_clocks_of_what_is_not_open_do_nothing(self) -> None:
        nothing().when(clocks(LATER)).then_nothing()
        assert on_due("review", nothing().state, LATER) is None
        assert on_due("review", a_concluded_one().state, LATER) == clocks(LATER)

    def test_a_withdrawn_one_that_was_resolved_is_concluded_as_withdrawn(self) -> None:
        resolved = a_resolved_one().given(*DECIDER.decide(a_resolved_one().state, note("withdrawn", 17 * HOUR)))
        events = resolved.when(note("table-closed", 17 * HOUR, code="withdrawn")).events
        assert isinstance(events[-1], SummaryPublished)
        assert events[-1].summary.outcome == "withdrawn"


class TestTheSummary:
    def test_it_says_everything_the_board_reads(self) -> None:
        state = a_concluded_one().state
        assert isinstance(state, Concluded)
        assert state.summary is not None
        summary = state.summary
        assert summary.complaint == "c1"
        assert (summary.outcome, summary.remedy, summary.period) == ("late-handover", "refund", "2026-03")
        assert summary.preventions == ("Pick before noon.",)
        assert (summary.promises_kept, summary.promises_broken, summary.escalated) == (1, 0, False)
        assert summary.departments == ("carrier", "warehouse")
        assert summary.costs.total == Decimal("101.80")
        assert sum(spent.microseconds for spent in summary.spent if spent.step) == 84 * 3_600_000_000
        assert sum(spent.microseconds for spent in summary.spent if not spent.step) == 16 * 3_600_000_000

    def test_a_department_that_declined_is_not_among_those_at_the_table(self) -> None:
        left = (*TABLE[:4], note("declined", 2 * HOUR, "warehouse"), note("joined", 3 * HOUR, "it"), *TABLE[6:])
        state = given(note_complaint(), note_triage(), *left, *ENDING, CLOSED_TABLE).state
        assert isinstance(state, Concluded)
        assert state.summary is not None
        assert state.summary.departments == ("carrier", "it")

    def test_it_is_also_on_the_summaries_topic(self) -> None:
        (_, published) = a_closed_one_for_the_board().when(Conclude(**on())).events
        assert DECIDER.audience(nothing().state, published) == (topics.SUMMARIES,)

    def test_a_department_acknowledges_it_once(self) -> None:
        read = AcknowledgeSummary(**on(by="it"), department="it")
        a_concluded_one().when(read).then(SummaryAcknowledged(at=LATER, by="it", department="it"))

    def test_there_must_be_one_and_the_department_must_exist(self) -> None:
        a_resolved_one().when(AcknowledgeSummary(**on(), department="it")).then_rejected("no-summary-yet")
        a_concluded_one().when(AcknowledgeSummary(**on(), department="moon")).then_rejected("unknown-department")


class TestUnderTheOrganisationsThreshold:
    strict = review_decider(ORGANISATION.model_copy(update={"review": ReviewSettings(from_severity="high")}))

    def review(self, **changes: object) -> str:
        state = self.strict.initial
        for command in (note_complaint(**changes), note_triage("medium"), *TABLE):
            state = self.strict.fold(self.strict.decide(state, command), state)
        return state.status

    def test_a_mild_complaint_gets_no_review(self) -> None:
        assert self.review() == "collecting"

    def test_a_repeat_does(self) -> None:
        assert self.review(repeat=True) == "open"

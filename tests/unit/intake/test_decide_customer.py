from collections.abc import Callable

import pytest

from services.intake.commands import (
    AcceptOutcome,
    AcknowledgeComplaint,
    ComplaintCommand,
    GiveFeedback,
    KeepPromise,
    RejectOutcome,
    RenegotiatePromise,
    RequestEscalation,
    WithdrawComplaint,
)
from services.intake.state import Acknowledged, Answered, Closed, Withdrawn
from shared.contracts.intake import (
    AcknowledgementMissed,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintWithdrawn,
    EscalationRequested,
    FeedbackAsked,
    FeedbackGiven,
    OutcomeAccepted,
    OutcomeRejected,
)
from tests.unit.intake.build import (
    ACKNOWLEDGE_BY,
    DAY,
    NOW,
    Spec,
    a_closed_one,
    a_historic_one,
    a_registered_one,
    a_withdrawn_one,
    acknowledged,
    an_answered_one,
    at,
    escalated,
    handed_back,
    nothing,
    on,
    one_answered_twice,
    one_in_its_second_stage,
    one_in_work,
    rejected,
    taken_over,
)

ACCEPT = AcceptOutcome(**on())
REJECT = RejectOutcome(**on(), reason="Not enough.")
ESCALATE = RequestEscalation(**on(), reason="Nobody calls.")
WITHDRAW = WithdrawComplaint(**on(), reason="Found it.")
ACKNOWLEDGE = AcknowledgeComplaint(**on(by="customer-care"), next="I look into it.", by_when=NOW + DAY)
SCORE = GiveFeedback(**on(), scores=(5, 4))

OPEN = [a_registered_one, one_in_work, an_answered_one, one_in_its_second_stage, one_answered_twice]


class TestAcknowledging:
    @pytest.mark.parametrize("known", OPEN)
    def test_a_person_speaks_to_the_customer_once(self, known: Callable[[], Spec]) -> None:
        acknowledged = ComplaintAcknowledged(
            **at(by="customer-care"), kind="personal", who="customer-care", next="I look into it.", by_when=NOW + DAY
        )
        known().when(ACKNOWLEDGE).then(acknowledged)
        known().given(acknowledged).when(ACKNOWLEDGE).then_nothing()

    def test_it_stops_the_clock(self) -> None:
        spec = one_in_work()
        assert spec.state.case.acknowledge_by == ACKNOWLEDGE_BY
        after = spec.when(ACKNOWLEDGE).after
        assert isinstance(after, Acknowledged)
        assert after.case.acknowledge_by is None


class TestAccepting:
    def test_an_answered_complaint_closes_and_feedback_is_asked(self) -> None:
        events = an_answered_one().when(ACCEPT).then_types(OutcomeAccepted, ComplaintClosed, FeedbackAsked)
        assert events[1] == ComplaintClosed(**at(by="customer"), learning_code="accepted")
        assert len(events[2].questions) == 2

    def test_the_learning_code_is_kept(self) -> None:
        after = an_answered_one().when(AcceptOutcome(**on(), learning_code="process-changed")).after
        assert isinstance(after, Closed)
        assert after.learning_code == "process-changed"

    def test_an_unknown_learning_code_is_refused(self) -> None:
        an_answered_one().when(AcceptOutcome(**on(), learning_code="whatever")).then_rejected("unknown-learning-code")

    def test_who_was_asked_lately_is_not_asked_again(self) -> None:
        lately = AcceptOutcome(**on(), last_asked=NOW - 89 * DAY)
        an_answered_one().when(lately).then_types(OutcomeAccepted, ComplaintClosed)
        long_ago = AcceptOutcome(**on(), last_asked=NOW - 90 * DAY)
        an_answered_one().when(long_ago).then_types(OutcomeAccepted, ComplaintClosed, FeedbackAsked)

    @pytest.mark.parametrize("known", [a_registered_one, one_in_work, one_in_its_second_stage])
    def test_it_needs_an_answer(self, known: Callable[[], Spec]) -> None:
        known().when(ACCEPT).then_rejected("no-answer-yet")

    @pytest.mark.parametrize("event", [taken_over(), escalated()])
    def test_it_waits_while_management_has_it(self, event: EscalationRequested) -> None:
        spec = an_answered_one().given(event)
        spec.when(ACCEPT).then_rejected("management-has-it")
        spec.given(handed_back()).when(ACCEPT).then_types(OutcomeAccepted, ComplaintClosed, FeedbackAsked)

    def test_twice_is_once(self) -> None:
        a_closed_one().when(ACCEPT).then_nothing()


class TestRejecting:
    def test_the_first_answer_opens_the_second_stage(self) -> None:
        result = an_answered_one().when(REJECT)
        result.then(OutcomeRejected(**at(by="customer"), stage=1, reason="Not enough."))
        assert isinstance(result.after, Acknowledged)
        assert result.after.case.stage == 2

    def test_the_second_answer_leads_to_management(self) -> None:
        result = one_answered_twice().when(REJECT)
        result.then(
            OutcomeRejected(**at(by="customer"), stage=2, reason="Not enough."),
            EscalationRequested(**at(by="customer"), reason="Not enough."),
        )

    def test_the_customer_is_not_escalated_twice(self) -> None:
        one_answered_twice().given(escalated()).when(REJECT).then_types(OutcomeRejected)

    def test_after_management_handed_it_back_it_is_the_customers_turn_again(self) -> None:
        spec = one_answered_twice().given(rejected(2), escalated(), handed_back())
        assert isinstance(spec.state, Answered)
        spec.when(ACCEPT).then_types(OutcomeAccepted, ComplaintClosed, FeedbackAsked)
        spec.when(REJECT).then_types(OutcomeRejected, EscalationRequested)

    @pytest.mark.parametrize("known", [a_registered_one, one_in_work])
    def test_it_needs_an_answer(self, known: Callable[[], Spec]) -> None:
        known().when(REJECT).then_rejected("no-answer-yet")

    def test_twice_is_once(self) -> None:
        one_in_its_second_stage().when(REJECT).then_nothing()


class TestAskingForManagement:
    @pytest.mark.parametrize("known", OPEN[1:])
    def test_nobody_may_refuse_it_after_the_acknowledgement(self, known: Callable[[], Spec]) -> None:
        known().when(ESCALATE).then(escalated())

    def test_a_personal_acknowledgement_is_enough(self) -> None:
        a_registered_one().given(acknowledged()).when(ESCALATE).then(escalated())

    def test_so_is_one_that_never_came(self) -> None:
        missed = AcknowledgementMissed(**at(), due=ACKNOWLEDGE_BY)
        a_registered_one().given(missed).when(ESCALATE).then(escalated())

    def test_before_that_it_is_too_early(self) -> None:
        a_registered_one().when(ESCALATE).then_rejected("acknowledgement-first")

    def test_the_customers_wish_is_on_record_even_where_management_has_it_already(self) -> None:
        one_in_work().given(taken_over()).when(ESCALATE).then(escalated())

    def test_after_it_came_back_it_can_be_asked_again(self) -> None:
        one_in_work().given(escalated(), handed_back()).when(ESCALATE).then(escalated())


class TestWithdrawing:
    @pytest.mark.parametrize("known", OPEN)
    def test_an_open_complaint_ends(self, known: Callable[[], Spec]) -> None:
        result = known().when(WITHDRAW)
        result.then(ComplaintWithdrawn(**at(by="customer"), reason="Found it."))
        assert isinstance(result.after, Withdrawn)
        assert known().decider.is_terminal(result.after)
        assert known().decider.next_due(result.after) is None

    def test_twice_is_once(self) -> None:
        a_withdrawn_one().when(WITHDRAW).then_nothing()


class TestFeedback:
    def test_one_score_per_question(self) -> None:
        a_closed_one().when(SCORE).then(FeedbackGiven(**at(by="customer"), scores=(5, 4)))
        a_closed_one().when(GiveFeedback(**on(), scores=(5,))).then_rejected("feedback-incomplete")

    def test_other_scores_afterwards_are_refused(self) -> None:
        given = a_closed_one().given(FeedbackGiven(**at(by="customer"), scores=(5, 4)))
        given.when(SCORE).then_nothing()
        given.when(GiveFeedback(**on(), scores=(1, 1))).then_rejected("feedback-given")

    @pytest.mark.parametrize("known", [*OPEN, a_historic_one, a_withdrawn_one])
    def test_only_who_was_asked_gives_it(self, known: Callable[[], Spec]) -> None:
        known().when(SCORE).then_rejected("feedback-not-asked")


class TestWhenItIsOver:
    @pytest.mark.parametrize("command", [REJECT, ESCALATE, WITHDRAW, ACKNOWLEDGE])
    def test_nothing_is_done_with_a_closed_one(self, command: ComplaintCommand) -> None:
        a_closed_one().when(command).then_rejected("complaint-over")

    @pytest.mark.parametrize("command", [ACCEPT, REJECT, ESCALATE, ACKNOWLEDGE])
    def test_nothing_is_done_with_a_withdrawn_one(self, command: ComplaintCommand) -> None:
        a_withdrawn_one().when(command).then_rejected("complaint-over")

    @pytest.mark.parametrize("command", [ACCEPT, REJECT, ESCALATE, ACKNOWLEDGE, WITHDRAW])
    def test_nobody_acts_on_a_historic_one(self, command: ComplaintCommand) -> None:
        a_historic_one().when(command).then_rejected("historic")


class TestWhenNothingIsKnown:
    @pytest.mark.parametrize(
        "command",
        [
            ACCEPT,
            REJECT,
            ESCALATE,
            WITHDRAW,
            ACKNOWLEDGE,
            SCORE,
            KeepPromise(**on(), promise="answer"),
            RenegotiatePromise(**on(), promise="answer", due=NOW + DAY),
        ],
    )
    def test_there_is_no_such_complaint(self, command: ComplaintCommand) -> None:
        nothing().when(command).then_rejected("no-such-complaint")

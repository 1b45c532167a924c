from collections.abc import Callable
from datetime import timedelta

import pytest

from services.intake.commands import KeepPromise, RenegotiatePromise, RunClocks
from shared.contracts.intake import AcknowledgementMissed, PromiseBroken, PromiseKept, PromiseRenegotiated
from tests.unit.intake.build import (
    ACKNOWLEDGE_BY,
    ANSWER_BY,
    DAY,
    NOW,
    REFUND_BY,
    Spec,
    a_closed_one,
    a_historic_one,
    a_registered_one,
    a_withdrawn_one,
    acknowledged,
    an_answered_one,
    at,
    nothing,
    on,
    one_in_work,
)

TICK = timedelta(microseconds=1)
KEEP = KeepPromise(**on(), promise="refund")
LATER = RenegotiatePromise(**on(), promise="refund", due=REFUND_BY + DAY)


def one_with_a_refund_promised() -> Spec:
    return an_answered_one(refund=REFUND_BY)


def one_closed_with_a_refund_promised() -> Spec:
    return a_closed_one(refund=REFUND_BY)


STILL_BOUND = pytest.mark.parametrize("known", [one_with_a_refund_promised, one_closed_with_a_refund_promised])


class TestKeeping:
    @STILL_BOUND
    def test_what_happened_in_time_is_kept_even_after_closing(self, known: Callable[[], Spec]) -> None:
        known().when(KEEP).then(PromiseKept(**at(by="customer"), promise="refund"))

    def test_at_its_very_date_it_is_still_in_time(self) -> None:
        one_with_a_refund_promised().when(KeepPromise(**on(REFUND_BY), promise="refund")).then_types(PromiseKept)

    def test_after_its_date_it_is_not(self) -> None:
        late = KeepPromise(**on(REFUND_BY + TICK), promise="refund")
        one_with_a_refund_promised().when(late).then_rejected("promise-was-due")

    def test_only_the_answer_keeps_the_promise_of_an_answer(self) -> None:
        one_in_work().when(KeepPromise(**on(), promise="answer")).then_rejected("kept-by-the-answer")

    def test_a_broken_one_stays_broken(self) -> None:
        broken = PromiseBroken(**at(REFUND_BY), promise="refund", due=REFUND_BY)
        one_with_a_refund_promised().given(broken).when(KEEP).then_rejected("promise-settled")

    def test_it_must_have_been_promised(self) -> None:
        one_in_work().when(KEEP).then_rejected("no-such-promise")

    def test_a_withdrawn_complaint_binds_nobody(self) -> None:
        a_withdrawn_one().when(KEEP).then_rejected("complaint-over")


class TestRenegotiating:
    @STILL_BOUND
    def test_before_it_is_due_a_new_date_may_be_agreed(self, known: Callable[[], Spec]) -> None:
        result = known().when(LATER)
        result.then(PromiseRenegotiated(**at(by="customer"), promise="refund", due=REFUND_BY + DAY))

    @pytest.mark.parametrize("when", [REFUND_BY, REFUND_BY + TICK])
    def test_once_it_is_due_it_is_too_late(self, when: object) -> None:
        command = RenegotiatePromise(now=when, by="customer", promise="refund", due=REFUND_BY + DAY)  # type: ignore[arg-type]
        one_with_a_refund_promised().when(command).then_rejected("promise-was-due")

    def test_the_new_date_lies_ahead(self) -> None:
        command = RenegotiatePromise(**on(), promise="refund", due=NOW)
        one_with_a_refund_promised().when(command).then_rejected("promise-in-the-past")

    def test_a_kept_one_has_no_new_date(self) -> None:
        kept = PromiseKept(**at(), promise="refund")
        one_with_a_refund_promised().given(kept).when(LATER).then_rejected("promise-settled")

    def test_the_new_date_is_the_one_that_counts(self) -> None:
        spec = one_with_a_refund_promised().given(PromiseRenegotiated(**at(), promise="refund", due=REFUND_BY + DAY))
        spec.when(RunClocks(now=REFUND_BY)).then_nothing()
        spec.when(RunClocks(now=REFUND_BY + DAY)).then_types(PromiseBroken)


class TestWhenTimePasses:
    def test_nothing_runs_out_early(self) -> None:
        one_in_work().when(RunClocks(now=ACKNOWLEDGE_BY - TICK)).then_nothing()

    def test_the_acknowledgement_is_missed_at_its_instant(self) -> None:
        missed = AcknowledgementMissed(**at(ACKNOWLEDGE_BY), due=ACKNOWLEDGE_BY)
        for known in (a_registered_one(), one_in_work()):
            known.when(RunClocks(now=ACKNOWLEDGE_BY)).then(missed)

    def test_not_where_a_person_spoke_in_time(self) -> None:
        a_registered_one().given(acknowledged()).when(RunClocks(now=ACKNOWLEDGE_BY + DAY)).then_nothing()

    def test_a_promise_breaks_at_its_date_even_after_closing(self) -> None:
        broken = PromiseBroken(**at(REFUND_BY), promise="refund", due=REFUND_BY)
        for known in (one_with_a_refund_promised(), one_closed_with_a_refund_promised()):
            known.when(RunClocks(now=REFUND_BY)).then(broken)

    def test_all_that_ran_out_is_said_in_the_order_in_which_it_did(self) -> None:
        late = ANSWER_BY + DAY
        one_in_work().when(RunClocks(now=late)).then(
            AcknowledgementMissed(**at(late), due=ACKNOWLEDGE_BY),
            PromiseBroken(**at(late), promise="answer", due=ANSWER_BY),
        )

    @pytest.mark.parametrize("known", [nothing, a_withdrawn_one, a_historic_one])
    def test_what_has_no_clock_has_nothing_to_say(self, known: Callable[[], Spec]) -> None:
        known().when(RunClocks(now=NOW + 1000 * DAY)).then_nothing()


class TestTheNextInstant:
    def test_it_is_the_earliest_of_all_clocks(self) -> None:
        decider = nothing().decider
        assert decider.next_due(nothing().state) is None
        assert decider.next_due(one_in_work().state) == ACKNOWLEDGE_BY
        assert decider.next_due(one_in_work().given(acknowledged()).state) == ANSWER_BY
        assert decider.next_due(one_with_a_refund_promised().state) == REFUND_BY
        assert decider.next_due(an_answered_one().state) is None

    def test_a_closed_complaint_ends_only_when_its_promises_did(self) -> None:
        decider = nothing().decider
        open_still = one_closed_with_a_refund_promised()
        assert not decider.is_terminal(open_still.state)
        assert decider.is_terminal(open_still.given(PromiseKept(**at(), promise="refund")).state)

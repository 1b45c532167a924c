from collections.abc import Callable

import pytest

from services.intake.commands import ComplaintCommand, EndEscalation, SendAnswer, StartEscalation
from services.intake.state import Acknowledged, Answered
from shared.contracts.intake import (
    AnswerPrepared,
    AnswerSent,
    ComplaintAcknowledged,
    ManagementHandedBack,
    ManagementTookOver,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
)
from tests.unit.intake.build import (
    ACKNOWLEDGE_BY,
    ANSWER_BY,
    DAY,
    REFUND_BY,
    Spec,
    a_closed_one,
    a_historic_one,
    a_registered_one,
    a_withdrawn_one,
    acknowledged,
    an_answered_one,
    announce,
    at,
    escalated,
    nothing,
    on,
    one_answered_twice,
    one_in_its_second_stage,
    one_in_work,
    prepare,
    prepared,
    registered,
    rejected,
    taken_over,
)

SEND = SendAnswer(**on(by="system"), stage=1)
ENGAGE = StartEscalation(**on(by="system"), reason="silence", asked_by="clock")
RELEASE = EndEscalation(**on(by="system"))


class TestWhenTheTableOpens:
    def test_the_customer_hears_who_has_it_and_the_answer_is_promised(self) -> None:
        acknowledged, promised = a_registered_one().when(announce()).then_types(ComplaintAcknowledged, PromiseMade)
        assert isinstance(acknowledged, ComplaintAcknowledged)
        assert (acknowledged.kind, acknowledged.who, acknowledged.by_when) == ("automatic", "last-mile", ANSWER_BY)
        assert acknowledged.next.startswith("Last-mile delivery answers for your complaint")
        assert promised == PromiseMade(**at(), promise="answer", what="the answer to your complaint", due=ANSWER_BY)

    def test_a_bot_does_not_stop_the_clock(self) -> None:
        after = a_registered_one().when(announce()).after
        assert isinstance(after, Acknowledged)
        assert after.case.acknowledge_by == ACKNOWLEDGE_BY

    @pytest.mark.parametrize(
        ("language", "beginning"),
        [
            ("ru", "За вашу жалобу"),  # noqa: RUF001 - Russian
            ("pt", "Last-mile"),
            ("de", "Last-mile"),
        ],
    )
    def test_it_is_said_in_the_customers_language_where_there_are_words(self, language: str, beginning: str) -> None:
        acknowledged, _ = nothing().given(registered(language=language)).when(announce()).events
        assert isinstance(acknowledged, ComplaintAcknowledged)
        assert acknowledged.next.startswith(beginning)

    def test_an_undeclared_russian_text_is_answered_in_russian(self) -> None:
        acknowledged, _ = nothing().given(registered(text="Коробка порвана, LED мигает")).when(announce()).events
        assert isinstance(acknowledged, ComplaintAcknowledged)
        assert acknowledged.next.startswith("За вашу жалобу отвечает Доставка до двери")  # noqa: RUF001 - Russian

    def test_a_lead_the_file_does_not_know_is_named_by_its_id(self) -> None:
        acknowledged, _ = a_registered_one().when(announce(lead="bakery")).events
        assert isinstance(acknowledged, ComplaintAcknowledged)
        assert acknowledged.next.startswith("bakery")

    def test_without_a_date_nothing_is_promised(self) -> None:
        a_registered_one().when(announce(answer_by=None)).then_types(ComplaintAcknowledged)

    def test_it_is_said_even_after_a_person_spoke(self) -> None:
        a_registered_one().given(acknowledged()).when(announce()).then_types(ComplaintAcknowledged, PromiseMade)

    def test_the_second_table_promises_a_second_answer(self) -> None:
        spec = an_answered_one().given(rejected())
        _, promised = spec.when(announce(2)).then_types(ComplaintAcknowledged, PromiseMade)
        assert isinstance(promised, PromiseMade)
        assert promised.promise == "answer-2"


class TestWhenTheAnswerIsAgreed:
    def test_it_is_remembered(self) -> None:
        one_in_work().when(prepare(refund=REFUND_BY)).then(prepared(refund=REFUND_BY))

    def test_a_better_one_replaces_it(self) -> None:
        spec = one_in_work().given(prepared())
        spec.when(prepare("We send two lamps.")).then_types(AnswerPrepared)

    def test_after_it_was_sent_it_stays_as_it_is(self) -> None:
        an_answered_one().when(prepare("We send two lamps.")).then_nothing()


class TestWhenTheResolutionIsComplete:
    def test_the_answer_is_sent_its_promise_is_kept_and_its_promises_enter_the_ledger(self) -> None:
        result = one_in_work().given(prepared(refund=REFUND_BY)).when(SEND)
        result.then(
            AnswerSent(**at(), stage=1, text="We send a new lamp.", covers=(1,)),
            PromiseKept(**at(), promise="answer"),
            PromiseMade(**at(), promise="refund", what="refund", due=REFUND_BY),
        )
        assert isinstance(result.after, Answered)

    def test_a_late_answer_breaks_its_promise(self) -> None:
        late = ANSWER_BY + DAY
        events = one_in_work().given(prepared()).when(SendAnswer(**on(late, "system"), stage=1)).events
        assert events[1:] == [PromiseBroken(**at(late), promise="answer", due=ANSWER_BY)]

    def test_at_the_very_date_it_is_kept(self) -> None:
        events = one_in_work().given(prepared()).when(SendAnswer(**on(ANSWER_BY, "system"), stage=1)).events
        assert events[1:] == [PromiseKept(**at(ANSWER_BY), promise="answer")]

    def test_a_promise_that_was_broken_before_is_not_settled_again(self) -> None:
        broken = PromiseBroken(**at(ANSWER_BY), promise="answer", due=ANSWER_BY)
        one_in_work().given(prepared(), broken).when(SEND).then_types(AnswerSent)

    def test_a_promise_named_like_the_answer_gets_a_name_of_its_own(self) -> None:
        result = one_in_work().given(prepared(answer=REFUND_BY)).when(SEND)
        assert result.events[-1] == PromiseMade(**at(), promise="answer-2", what="answer", due=REFUND_BY)

    def test_the_acknowledgement_clock_stops(self) -> None:
        assert an_answered_one().state.case.acknowledge_by is None

    def test_the_second_answer_is_sent_too(self) -> None:
        spec = one_in_its_second_stage().given(prepared(2))
        spec.when(SendAnswer(**on(by="system"), stage=2)).then_types(AnswerSent, PromiseKept)

    def test_the_first_completion_again_sends_nothing(self) -> None:
        an_answered_one().when(SEND).then_nothing()
        one_answered_twice().when(SEND).then_nothing()

    def test_without_an_answer_it_is_for_a_person_to_look_at(self) -> None:
        one_in_work().when(SEND).then_rejected("answer-before-completion")


class TestWhenManagementHasIt:
    def test_it_is_remembered_until_it_comes_back(self) -> None:
        one_in_work().when(ENGAGE).then(ManagementTookOver(**at(), reason="silence", asked_by="clock"))
        one_in_work().given(taken_over()).when(RELEASE).then(ManagementHandedBack(**at()))

    def test_what_the_customer_asked_for_is_no_news(self) -> None:
        one_in_work().given(escalated()).when(ENGAGE).then_nothing()

    def test_the_first_stage_goes_on_when_it_comes_back(self) -> None:
        after = one_in_work().given(taken_over()).when(RELEASE).after
        assert isinstance(after, Acknowledged)

    def test_the_second_stage_goes_on_when_it_comes_back(self) -> None:
        after = one_in_its_second_stage().given(taken_over()).when(RELEASE).after
        assert isinstance(after, Acknowledged)

    def test_what_it_never_had_does_not_come_back(self) -> None:
        one_in_work().when(RELEASE).then_nothing()


class TestWhenItIsTooLate:
    @pytest.mark.parametrize("known", [nothing, a_closed_one, a_withdrawn_one, a_historic_one])
    @pytest.mark.parametrize(
        "command", [announce(), announce(2), prepare(), SEND, SendAnswer(**on(), stage=2), ENGAGE, RELEASE]
    )
    def test_nothing_happens_any_more(self, known: Callable[[], Spec], command: ComplaintCommand) -> None:
        known().when(command).then_nothing()

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.commands import (
    AcceptOutcome,
    AcknowledgeComplaint,
    ComplaintCommand,
    EndEscalation,
    RejectOutcome,
    RequestEscalation,
    RunClocks,
    SendAnswer,
    StartEscalation,
    WithdrawComplaint,
)
from services.intake.state import STATE, Closed, State, Unregistered, Withdrawn
from shared.contracts import intake
from shared.contracts.departments import DepartmentJoined
from shared.contracts.event import Event
from shared.eventsourcing.decider import Rejected
from tests.unit.intake.build import (
    ANSWER_BY,
    DECIDER,
    HOUR,
    NOW,
    REFUND_BY,
    a_closed_one,
    an_answered_one,
    announce,
    at,
    nothing,
    one_in_work,
    prepare,
    register,
    registered,
    taken_over,
)

HEARD = (
    announce(),
    prepare(refund=REFUND_BY),
    SendAnswer(now=NOW, by="system", stage=1),
    announce(2),
    SendAnswer(now=NOW, by="system", stage=2),
)
"""What the departments' topic brings, in its order."""

SAID: tuple[ComplaintCommand, ...] = (
    AcknowledgeComplaint(now=NOW, by="customer-care", next="I look."),
    AcceptOutcome(now=NOW, by="customer"),
    RejectOutcome(now=NOW, by="customer", reason="No."),
    RequestEscalation(now=NOW, by="customer", reason="Now."),
    StartEscalation(now=NOW, by="system", reason="silence", asked_by="clock"),
    EndEscalation(now=NOW, by="system"),
    WithdrawComplaint(now=NOW, by="customer", reason="Found."),
    RunClocks(now=NOW + 13 * HOUR),
    RunClocks(now=ANSWER_BY),
    RunClocks(now=REFUND_BY),
)


def carried_out(commands: Sequence[ComplaintCommand]) -> tuple[State, list[Event]]:
    state, log = DECIDER.initial, list[Event]()
    for command in commands:
        try:
            events = list(DECIDER.decide(state, command))
        except Rejected:
            continue
        log += events
        state = DECIDER.fold(events, state)
    return state, log


@st.composite
def histories(draw: st.DrawFn) -> list[ComplaintCommand]:
    """The topic's commands in their order, people and clocks anywhere between."""
    rest = draw(st.lists(st.sampled_from(SAID), max_size=12))
    history: list[ComplaintCommand] = [register()]
    for command in HEARD:
        cut = draw(st.integers(0, len(rest)))
        history += [*rest[:cut], command]
        rest = rest[cut:]
    return history + rest


class TestInAnyOrder:
    @given(histories())
    @settings(max_examples=50, deadline=None)
    def test_nothing_happens_twice(self, history: list[ComplaintCommand]) -> None:
        _, log = carried_out(history)
        once = (intake.AcknowledgementMissed, intake.ComplaintClosed, intake.ComplaintWithdrawn, intake.FeedbackAsked)
        for kind in once:
            assert sum(isinstance(event, kind) for event in log) <= 1
        answers = [event.stage for event in log if isinstance(event, intake.AnswerSent)]
        assert len(answers) == len(set(answers))
        settled = [event.promise for event in log if isinstance(event, intake.PromiseKept | intake.PromiseBroken)]
        assert len(settled) == len(set(settled))
        made = [event.promise for event in log if isinstance(event, intake.PromiseMade)]
        assert len(made) == len(set(made))
        assert set(settled) <= set(made)

    @given(histories())
    @settings(max_examples=50, deadline=None)
    def test_the_state_is_the_fold_of_its_log_and_survives_json(self, history: list[ComplaintCommand]) -> None:
        state, log = carried_out(history)
        assert DECIDER.fold(log) == state
        assert STATE.validate_json(STATE.dump_json(state)) == state

    @given(histories())
    @settings(max_examples=50, deadline=None)
    def test_it_never_closes_while_management_has_it(self, history: list[ComplaintCommand]) -> None:
        _, log = carried_out(history)
        management = False
        for event in log:
            match event:
                case intake.EscalationRequested() | intake.ManagementTookOver():
                    management = True
                case intake.ManagementHandedBack():
                    management = False
                case intake.ComplaintClosed():
                    assert not management

    @given(histories())
    @settings(max_examples=50, deadline=None)
    def test_after_every_clock_ran_none_is_due(self, history: list[ComplaintCommand]) -> None:
        end = REFUND_BY + timedelta(days=1)
        state, _ = carried_out([*history, RunClocks(now=end)])
        due = DECIDER.next_due(state)
        assert due is None or due > end
        assert DECIDER.is_terminal(state) == isinstance(state, Closed | Withdrawn)


class TestWhatCanBeSearched:
    def test_status_management_and_promises(self) -> None:
        spec = an_answered_one(refund=REFUND_BY).given(taken_over())
        assert DECIDER.index(spec.state) == {
            "status": "answered",
            "historic": 0,
            "management": 1,
            "promises": ["answer:kept", "refund:open"],
        }

    def test_who_was_asked_for_feedback_by_pseudonym(self) -> None:
        state = (
            nothing().given(registered(customer_ref="6f1c"), intake.FeedbackAsked(**at(), questions=("a", "b"))).state
        )
        assert DECIDER.index(state)["asked"] == "6f1c"
        assert "asked" not in DECIDER.index(a_closed_one().state)

    def test_nothing_of_what_does_not_exist(self) -> None:
        assert DECIDER.index(nothing().state) == {}


class TestUnknownEvents:
    def test_they_leave_the_state_as_it_is(self) -> None:
        state = one_in_work().state
        joined = DepartmentJoined(**at(), department="warehouse")
        assert DECIDER.evolve(state, joined) is state
        assert DECIDER.evolve(Unregistered(), joined) == Unregistered()

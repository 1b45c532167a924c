from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.departments import commands
from services.departments.state.clocks import next_due
from services.departments.state.models import Closed, Round, State, Waiting
from shared.contracts import departments
from shared.testing.spec import Given, spec
from tests.unit.departments.build import (
    DAY,
    DECIDER,
    HOUR,
    NOW,
    ORGANISATION,
    agreed,
    completed,
    history,
    note_complaint,
    note_triage,
    opened,
    propose,
    revealed,
)


class TestWhenNothingIsKnown:
    def test_a_complaint_is_remembered_until_its_triage_comes(self) -> None:
        spec(DECIDER).when(note_complaint()).then_types(departments.ComplaintNoted)

    def test_a_triage_is_remembered_until_its_complaint_comes(self) -> None:
        spec(DECIDER).when(note_triage()).then_types(departments.TriageNoted)

    def test_an_end_is_remembered_and_no_table_opens_afterwards(self) -> None:
        noted = history(note_complaint())
        result = noted.when(commands.CloseTable(now=NOW, why="withdrawn"))
        result.then_types(departments.TableClosed)
        noted.given(*result.events).when(note_triage()).then_nothing()

    def test_clocks_have_nothing_to_say(self) -> None:
        spec(DECIDER).when(commands.RunClocks(now=NOW + 400 * DAY)).then_nothing()

    def test_no_department_finds_a_table(self) -> None:
        spec(DECIDER).when(commands.Join(now=NOW, department="carrier")).then_rejected("not-at-this-table")

    def test_escalating_needs_no_table(self) -> None:
        result = history(note_complaint()).when(commands.Escalate(now=NOW, by="customer", reason="At once, please."))
        (escalated,) = result.then_types(departments.EscalatedToManagement)
        assert isinstance(escalated, departments.EscalatedToManagement)
        assert escalated.failed == ("triage",)

    def test_the_opening_says_for_all_what_comes_with_it(self) -> None:
        state, said = history(note_complaint()).state, list[tuple[str, ...]]()
        events = history(note_complaint()).when(note_triage("packing", "delivery")).events
        for event in events:
            state = DECIDER.evolve(state, event)
            own = () if DECIDER.log_only(state, event) else ("departments",)
            said.append(
                (*own, *(topic.rpartition(".")[0].rpartition(".")[2] for topic in DECIDER.audience(state, event)))
            )
        opening, *others = events
        assert isinstance(opening, departments.TableOpened)
        assert said == [("departments", "warehouse", "last-mile"), ("warehouse",), ("last-mile",), ()]
        assert [opening.round_ends] == [one.ends for one in others if isinstance(one, departments.RoundStarted)]

    def test_an_escalation_from_before_the_table_stays_open_at_the_table(self) -> None:
        given = history(note_complaint(), commands.Escalate(now=NOW, by="customer", reason="At once."), note_triage())
        assert isinstance(given.state, Round)
        assert given.state.escalation is not None


class TestWhenComplaintAndTriageAreKnown:
    @pytest.mark.parametrize("triage_first", [True, False])
    def test_the_table_opens_whichever_came_first(self, *, triage_first: bool) -> None:
        first, second = (note_triage(), note_complaint()) if triage_first else (note_complaint(), note_triage())
        state = history(first, second).state
        assert isinstance(state, Round)
        assert state.participants == ("warehouse", "carrier", "last-mile")

    def test_all_owners_are_invited_at_once_and_the_round_begins(self) -> None:
        history(note_complaint()).when(note_triage()).then_types(
            departments.TableOpened,
            departments.DepartmentInvited,
            departments.DepartmentInvited,
            departments.DepartmentInvited,
            departments.RoundStarted,
        )

    def test_the_department_nearest_the_customer_leads(self) -> None:
        assert _opening().lead == "last-mile"

    def test_the_customer_s_clock_runs_from_registration_however_long_triage_took(self) -> None:
        late = history(note_complaint()).when(note_triage(now=NOW + DAY)).events[0]
        assert isinstance(late, departments.TableOpened)
        assert late.answer_by == NOW + 5 * DAY == _opening().answer_by
        assert late.calendar == "always@1"

    def test_each_department_has_its_clock_on_its_own_calendar(self) -> None:
        # Monday 09:00 UTC is 10:00 in Berlin: six hours of the care desk's day end at 16:00, the office's at 17:00.
        history_ = opened("delivery", "packing")
        assert isinstance(history_.state, Round)
        due = {seat.department: seat.respond_by for seat in history_.state.seats}
        assert due == {"last-mile": NOW + 6 * HOUR, "warehouse": NOW + 6 * HOUR + timedelta(minutes=30)}

    def test_the_briefing_says_what_and_why_and_what_the_customer_feels(self) -> None:
        events = history(note_complaint(vulnerable=True, value="99.50")).when(note_triage("packing")).events
        invited = next(event for event in events if isinstance(event, departments.DepartmentInvited))
        assert [step.step for step in invited.steps] == ["packing"]
        assert "99.50 EUR" in invited.effect
        assert "vulnerable" in invited.effect
        assert "The lamp came in pieces." in invited.effect
        assert "You answer for the whole." in invited.asked

    def test_the_round_ends_when_the_slowest_calendar_has_had_its_time(self) -> None:
        state = opened("delivery", "packing").state
        assert isinstance(state, Round)
        calendars = {"last-mile": "delivery-rounds", "warehouse": "warehouse-shifts"}
        ends = [
            ORGANISATION.calendar(calendars[seat.department]).add(seat.respond_by or NOW, 8 * HOUR)
            for seat in state.seats
        ]
        assert state.ends == max(ends)

    def test_a_triage_without_steps_goes_to_whoever_is_nearest_the_customer(self) -> None:
        empty = commands.NoteTriage(now=NOW, triage=departments.TriageBrief(category="other", severity="low", steps=()))
        state = history(note_complaint(), empty).state
        assert isinstance(state, Round)
        assert (state.lead, state.participants) == ("customer-care", ("customer-care",))


class TestWhenTheComplaintIsHistoric:
    def test_the_table_is_closed_as_it_opens_and_no_clock_runs(self) -> None:
        result = history().when(note_triage("packing", "delivery", historic=True))
        opened_, first, second, closed = result.then_types(
            departments.TableOpened,
            departments.DepartmentInvited,
            departments.DepartmentInvited,
            departments.TableClosed,
        )
        assert isinstance(opened_, departments.TableOpened)
        assert opened_.answer_by is None
        assert [one.respond_by for one in (first, second) if isinstance(one, departments.DepartmentInvited)] == [
            None,
            None,
        ]
        assert isinstance(closed, departments.TableClosed)
        assert closed.why == "historic"
        assert next_due(result.after) is None

    def test_the_complaint_itself_says_nothing_that_its_triage_does_not(self) -> None:
        history().when(note_complaint(historic=True)).then_nothing()
        opened("packing", historic=True).when(note_complaint(historic=True)).then_nothing()

    def test_one_half_of_which_an_earlier_release_took_down_opens_with_the_other(self) -> None:
        """It waited for complaint and triage of a historic one too."""
        known, triaged = note_complaint(historic=True), note_triage("packing", historic=True)
        complaint = departments.ComplaintNoted(at=NOW, by="system", complaint=known.complaint)
        triage = departments.TriageNoted(at=NOW, by="system", triage=triaged.triage)
        for result in (history().given(complaint).when(triaged), history().given(triage).when(known)):
            assert isinstance(result.after, Closed)
            assert result.after.why == "historic"

    def test_its_end_at_intake_does_not_keep_the_table_from_opening(self) -> None:
        history().when(commands.CloseTable(now=NOW, why="historic")).then_nothing()

    def test_only_the_main_topic_says_that_there_was_one(self) -> None:
        state, said = history().state, list[tuple[str, ...]]()
        for event in history().when(note_triage("packing", historic=True)).events:
            state = DECIDER.evolve(state, event)
            own = () if DECIDER.log_only(state, event) else (type(event).__name__,)
            said.append((*own, *DECIDER.audience(state, event)))
        assert said == [("TableOpened",), (), ()]

    def test_the_whys_stay_readable(self) -> None:
        state = opened("packing", historic=True).state
        assert isinstance(state, Closed)
        assert state.table is not None
        assert [step.why[0].sentence for step in state.table.steps.values()] == ["damaged goods touch it"]


class TestWhenATriageIsCorrected:
    def test_newly_touched_departments_are_invited(self) -> None:
        result = opened("packing").when(note_triage("packing", "delivery"))
        (invited,) = result.then_types(departments.DepartmentInvited)
        assert isinstance(invited, departments.DepartmentInvited)
        assert invited.department == "last-mile"

    def test_those_at_the_table_are_not_asked_twice(self) -> None:
        opened("packing", "delivery").when(note_triage("delivery")).then_nothing()

    def test_before_the_complaint_is_known_the_later_triage_counts(self) -> None:
        given = history(note_triage("packing"), note_triage("delivery"), note_complaint())
        assert isinstance(given.state, Round)
        assert given.state.participants == ("last-mile",)

    def test_after_the_table_s_work_is_done_nobody_is_invited(self) -> None:
        completed().when(note_triage("line-haul")).then_nothing()


class TestWhenTheCustomerRejects:
    reject = commands.OpenSecondStage(now=NOW + DAY, by="customer", rejected_stage=1, reason="Not what I asked for.")

    def test_the_second_stage_has_another_lead_and_everybody_is_invited_again(self) -> None:
        result = completed().when(self.reject)
        first, *_ = result.then_types(
            departments.TableOpened,
            departments.DepartmentInvited,
            departments.DepartmentInvited,
            departments.RoundStarted,
        )
        assert isinstance(first, departments.TableOpened)
        assert (first.stage, first.lead) == (2, "warehouse")
        assert first.answer_by == NOW + 6 * DAY

    def test_a_single_department_is_joined_by_another_that_leads(self) -> None:
        alone = history(
            commands.Join(now=NOW, department="warehouse"),
            commands.ReportTimes(now=NOW, department="warehouse", steps=()),
            propose("warehouse", "p"),
            commands.Agree(now=NOW, department="warehouse", remedy_proposal="p"),
            commands.DeliverRemedy(now=NOW, department="warehouse", cost=Decimal(0)),
            commands.Answer(now=NOW, department="warehouse", text="Done.", covers=(1, 2)),
            start=opened("packing"),
        )
        first = alone.when(self.reject).events[0]
        assert isinstance(first, departments.TableOpened)
        assert first.lead == "customer-care"
        assert set(first.departments) == {"customer-care", "warehouse"}

    def test_costs_and_minutes_of_the_first_stage_are_kept(self) -> None:
        after = completed().when(self.reject).after
        assert isinstance(after, Round)
        assert (after.earlier_minutes, after.earlier_compensation) == (25, 80)

    def test_a_rejection_of_an_earlier_stage_is_old_news(self) -> None:
        second = history(self.reject, start=completed())
        second.when(self.reject).then_nothing()

    def test_the_second_rejection_goes_to_management(self) -> None:
        given = completed()
        given = type(given)(given.decider, given.state.model_copy(update={"stage": 2}))
        result = given.when(replace(self.reject, rejected_stage=2))
        (escalated,) = result.then_types(departments.EscalatedToManagement)
        assert isinstance(escalated, departments.EscalatedToManagement)
        assert escalated.asked_by == "customer"


class TestWhenTheCustomerSSideEnds:
    @pytest.mark.parametrize("given", [opened, revealed, agreed, completed])
    def test_the_table_is_closed_in_every_phase_and_its_clocks_stop(
        self, given: Callable[[], Given[State, commands.ResolutionCommand]]
    ) -> None:
        result = given().when(commands.CloseTable(now=NOW, why="withdrawn"))
        result.then_types(departments.TableClosed)
        assert next_due(result.after) is None
        assert DECIDER.is_terminal(result.after)

    def test_nothing_happens_to_a_closed_table(self) -> None:
        closed = history(commands.CloseTable(now=NOW, why="accepted"), start=completed())
        for command in (
            commands.Escalate(now=NOW, reason="Late."),
            commands.CloseTable(now=NOW, why="withdrawn"),
            note_triage("line-haul"),
            note_complaint(),
            commands.RunClocks(now=NOW + 400 * DAY),
            TestWhenTheCustomerRejects.reject,
        ):
            closed.when(command).then_nothing()
        closed.when(commands.Join(now=NOW, department="warehouse")).then_rejected("table-closed")
        closed.when(commands.Join(now=NOW, department="payment")).then_rejected("not-at-this-table")


def _opening() -> departments.TableOpened:
    event = history(note_complaint()).when(note_triage()).events[0]
    assert isinstance(event, departments.TableOpened)
    return event


def test_waiting_is_the_beginning() -> None:
    assert Waiting() == DECIDER.initial

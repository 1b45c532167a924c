from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.departments import commands
from services.departments.commands import ResolutionCommand
from services.departments.state.clocks import next_due
from services.departments.state.models import State
from shared.contracts import departments
from shared.testing.spec import Given, spec
from tests.unit.departments.build import (
    DAY,
    DECIDER,
    HOUR,
    NOW,
    ORGANISATION,
    agreed,
    clocks,
    completed,
    history,
    note_complaint,
    opened,
    revealed,
)

ESCALATE = commands.Escalate(now=NOW, by="customer", reason="Nobody calls me back.")
CONTACT = commands.ContactCustomer(now=NOW + HOUR, by="management", note="Called; a new lamp is welcome.")


def close(**findings: str) -> commands.CloseEscalation:
    given = {name.replace("_", "-"): words for name, words in findings.items()}
    return commands.CloseEscalation(now=NOW + 2 * HOUR, by="management", findings=given)


class TestWhenTheCustomerAsksForManagement:
    @pytest.mark.parametrize("given", [lambda: history(note_complaint()), opened, revealed, agreed, completed])
    def test_nobody_refuses_it_in_any_phase(self, given: Callable[[], Given[State, ResolutionCommand]]) -> None:
        given().when(ESCALATE).then_types(departments.EscalatedToManagement)

    def test_it_carries_who_failed_and_by_when_a_manager_calls(self) -> None:
        (escalated,) = opened().when(ESCALATE).then_types(departments.EscalatedToManagement)
        assert isinstance(escalated, departments.EscalatedToManagement)
        assert escalated.failed == ("last-mile",)
        assert escalated.contact_by == ORGANISATION.calendar("delivery-rounds").add(NOW, 8 * HOUR)
        assert escalated.calendar == "delivery-rounds@1"

    def test_silent_departments_are_among_those_that_failed(self) -> None:
        given = history(clocks(NOW + 7 * HOUR), start=opened("packing", "delivery"))
        (escalated,) = given.when(ESCALATE).then_types(departments.EscalatedToManagement)
        assert isinstance(escalated, departments.EscalatedToManagement)
        assert escalated.failed == ("last-mile", "warehouse")

    def test_asking_again_while_management_has_it_changes_nothing(self) -> None:
        history(ESCALATE, start=opened()).when(ESCALATE).then_nothing()


class TestWhenManagementHasIt:
    given = history(ESCALATE, start=opened())

    def test_a_manager_contacts_the_customer_once(self) -> None:
        self.given.when(CONTACT).then_types(departments.ManagerContacted)

    def test_it_is_not_handed_back_before_that(self) -> None:
        self.given.when(close(last_mile="A second round.")).then_rejected("contact-the-customer-first")

    @pytest.mark.parametrize("findings", [{}, {"last_mile": " "}])
    def test_each_failed_instance_needs_a_finding(self, findings: dict[str, str]) -> None:
        given = history(CONTACT, start=self.given)
        rejected = given.when(close(**findings)).then_rejected("findings-missing")
        assert "last-mile" in rejected.sentence

    def test_a_finding_is_of_an_instance_that_failed(self) -> None:
        given = history(CONTACT, start=self.given)
        given.when(close(last_mile="Fixed.", it="Fixed.")).then_rejected("unknown-instance")

    def test_a_finding_blames_nobody(self) -> None:
        given = history(CONTACT, start=self.given)
        given.when(close(last_mile="Oskar Wendt forgot it.")).then_rejected("blames-people")

    @pytest.mark.parametrize(("words", "kept"), [("The packer is to blame.", "A quotation."), ("Fixed.", "")])
    def test_the_override_is_kept_where_the_words_needed_it(self, words: str, kept: str) -> None:
        blamed = replace(CONTACT, note=words, override="A quotation.")
        (contacted,) = self.given.when(blamed).then_types(departments.ManagerContacted)
        closing = replace(close(last_mile=words), override="A quotation.")
        (closed,) = history(CONTACT, start=self.given).when(closing).then_types(departments.EscalationClosed)
        assert isinstance(contacted, departments.ManagerContacted)
        assert isinstance(closed, departments.EscalationClosed)
        assert (contacted.override, closed.override) == (kept, kept)

    def test_a_contact_note_blames_nobody(self) -> None:
        self.given.when(replace(CONTACT, note="The packer is to blame.")).then_rejected("blames-people")

    def test_with_contact_and_findings_it_is_handed_back(self) -> None:
        given = history(CONTACT, start=self.given)
        given.when(close(last_mile="A second round in the evening.")).then_types(departments.EscalationClosed)

    def test_afterwards_the_customer_may_ask_again(self) -> None:
        given = history(CONTACT, close(last_mile="Fixed."), start=self.given)
        given.when(ESCALATE).then_types(departments.EscalatedToManagement)

    def test_the_table_works_on_meanwhile(self) -> None:
        self.given.when(commands.Join(now=NOW, department="carrier")).then_types(departments.DepartmentJoined)


class TestWhenNothingWasEscalated:
    def test_there_is_nothing_to_contact_or_to_hand_back(self) -> None:
        opened().when(CONTACT).then_rejected("not-escalated")
        opened().when(close()).then_rejected("not-escalated")
        history(commands.CloseTable(now=NOW, why="withdrawn"), start=opened()).when(CONTACT).then_rejected(
            "not-escalated"
        )

    def test_an_unknown_complaint_is_unknown(self) -> None:
        spec(DECIDER).when(CONTACT).then_rejected("no-such-complaint")


class TestWhenAClockIsMissed:
    def test_no_contact_in_time_is_said_once(self) -> None:
        given = history(ESCALATE, start=completed())
        due = next_due(given.state)
        assert due is not None
        given.when(clocks(due - timedelta(microseconds=1))).then_nothing()
        given.when(clocks(due)).then_types(departments.EscalationOverdue)

    def test_after_the_contact_nothing_is_overdue(self) -> None:
        history(ESCALATE, CONTACT, start=completed()).when(clocks(NOW + 30 * DAY)).then_nothing()

    def test_no_answer_in_time_goes_to_management(self) -> None:
        given = agreed()
        result = given.when(clocks(NOW + 5 * DAY))
        _, escalated = result.then_types(departments.AnswerOverdue, departments.EscalatedToManagement)
        assert isinstance(escalated, departments.EscalatedToManagement)
        assert escalated.asked_by == "clock"
        given.when(clocks(NOW + 5 * DAY - timedelta(microseconds=1))).then_nothing()

    def test_where_management_has_it_already_only_the_clock_speaks(self) -> None:
        given = history(ESCALATE, CONTACT, start=agreed())
        given.when(clocks(NOW + 5 * DAY)).then_types(departments.AnswerOverdue)

    def test_clocks_that_ran_out_together_speak_in_the_order_of_their_instants(self) -> None:
        events = opened().when(clocks(NOW + 30 * DAY)).events
        dues = [
            event.due
            for event in events
            if isinstance(
                event, (departments.DepartmentSilent, departments.AgreementOverdue, departments.AnswerOverdue)
            )
        ]
        assert dues == sorted(dues)
        assert [type(event) for event in events].count(departments.DepartmentSilent) == 3
        assert [type(event) for event in events].count(departments.RoundRevealed) == 1

from datetime import timedelta
from decimal import Decimal
from typing import Any

from services.departments import DEFINITION, consumers
from services.departments.commands import CloseTable, Escalate, NoteTriage, OpenSecondStage, RunClocks
from services.departments.decide import decide
from services.departments.policy.wording import EXCERPT
from services.departments.timers import on_due
from shared.contracts import intake, routing, topics
from shared.contracts.envelope import Envelope
from shared.contracts.parts import StepTime
from shared.eventsourcing.definition import Incoming
from tests.unit.departments.build import DAY, DECIDER, NOW, ORGANISATION, touched

LATER = NOW + timedelta(minutes=1)


def incoming(event: Any) -> Incoming[Any]:  # noqa: ANN401 - any event
    envelope = Envelope("complaint/c1:1", "/intake", event.type_name(), "2026-03-02T09:00:00Z", "c1", 1)
    return Incoming(event, envelope, LATER)


def registered(**changes: object) -> intake.ComplaintRegistered:
    known: dict[str, Any] = {"complaint": "c1", "channel": "web", "received_at": NOW, "text": "Broken."}
    return intake.ComplaintRegistered(at=NOW, by="customer", **known | changes)


class TestWhenAComplaintIsRegistered:
    def test_the_briefing_gets_what_it_needs(self) -> None:
        steps = (StepTime(step="packing", started=NOW - DAY), StepTime(step="picking", started=NOW - 2 * DAY))
        event = registered(points=("a", "b"), value=Decimal(80), promised_by=NOW, steps=steps, harm=True)
        brief = consumers.complaint_registered(incoming(event)).complaint
        assert (brief.points, brief.value, brief.started, brief.harm) == (2, 80, NOW - 2 * DAY, True)
        assert (brief.registered_at, brief.excerpt) == (NOW, "Broken.")

    def test_long_words_are_cut_short_and_say_so(self) -> None:
        excerpt = consumers.complaint_registered(incoming(registered(text="long " * 1000))).complaint.excerpt
        assert len(excerpt) <= EXCERPT
        assert excerpt.endswith("…")

    def test_nobody_is_briefed_with_the_words_of_a_historic_one(self) -> None:
        assert consumers.complaint_registered(incoming(registered(historic=True))).complaint.excerpt == ""


class TestWhenOthersSpeak:
    def test_a_triage_brings_its_steps(self) -> None:
        event = routing.ComplaintTriaged(
            at=NOW,
            by="system",
            category="damaged",
            severity="high",
            language="en",
            steps=touched("packing"),
            confidence=1,
            basis="rules",
        )
        command = consumers.complaint_triaged(incoming(event))
        assert isinstance(command, NoteTriage)
        assert (command.now, command.triage.severity, command.triage.steps) == (LATER, "high", touched("packing"))

    def test_a_rejection_opens_the_second_stage(self) -> None:
        event = intake.OutcomeRejected(at=NOW, by="customer", stage=1, reason="No.")
        assert consumers.outcome_rejected(incoming(event)) == OpenSecondStage(
            now=LATER, by="customer", rejected_stage=1, reason="No."
        )

    def test_an_escalation_is_passed_on(self) -> None:
        event = intake.EscalationRequested(at=NOW, by="customer", reason="Now.")
        assert consumers.escalation_requested(incoming(event)) == Escalate(now=LATER, by="customer", reason="Now.")

    def test_each_end_closes_the_table_with_its_why(self) -> None:
        withdrawn = consumers.complaint_withdrawn(incoming(intake.ComplaintWithdrawn(at=NOW, by="customer", reason="")))
        ended = [
            consumers.complaint_closed(incoming(intake.ComplaintClosed(at=NOW, by="customer", learning_code=code)))
            for code in ("process-changed", "historic")
        ]
        assert [one.why for one in (withdrawn, *ended)] == ["withdrawn", "accepted", "historic"]
        assert isinstance(withdrawn, CloseTable)


class TestTheDefinition:
    def test_it_listens_only_to_topics_it_is_a_reader_of(self) -> None:
        assert set(DEFINITION.sources) == {topics.INTAKE, topics.ROUTING}

    def test_every_department_has_its_topic(self) -> None:
        assert "complaints.department.carrier.v1" in DEFINITION.given(ORGANISATION).topics

    def test_a_clock_that_is_due_asks_which_ran_out(self) -> None:
        assert on_due("resolution", DECIDER.initial, NOW) == RunClocks(now=NOW)

    def test_a_historic_complaint_s_events_in_every_order_of_the_two_topics_leave_a_closed_table(self) -> None:
        complaint = consumers.complaint_registered(incoming(registered(historic=True)))
        ended = consumers.complaint_closed(
            incoming(intake.ComplaintClosed(at=NOW, by="system", learning_code="historic"))
        )
        triaged = consumers.complaint_triaged(
            incoming(
                routing.ComplaintTriaged(
                    at=NOW,
                    by="system",
                    category="damaged",
                    severity="low",
                    language="en",
                    steps=touched("packing"),
                    confidence=1,
                    basis="rules",
                    historic=True,
                )
            )
        )
        for order in ((complaint, ended, triaged), (complaint, triaged, ended), (triaged, complaint, ended)):
            state = DECIDER.initial
            for command in order:
                state = DECIDER.fold(decide(ORGANISATION, state, command), state)
            assert state.status == "closed"
            assert state.why == "historic"

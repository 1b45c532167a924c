from services.routing import commands
from services.routing.state import Queued, Triaged
from shared.contracts import routing
from tests.unit.routing.build import (
    DAY,
    HOUR,
    NOW,
    a_decision,
    a_link,
    a_step,
    given,
    nothing,
    steps_of,
    triage,
    was_queued,
    was_triaged,
)


class TestWhenAComplaintIsRegistered:
    def test_what_is_sure_is_triaged(self) -> None:
        result = nothing().when(triage(text="The box was torn."))
        (event,) = result.then_types(routing.ComplaintTriaged)
        assert isinstance(event, routing.ComplaintTriaged)
        assert (event.category, event.severity, event.language) == ("damaged", "medium", "en")
        assert steps_of(event) == {"packing": ["words"], "line-haul": ["words"], "delivery": ["words"]}
        assert event.severity_why == ("category starts at medium",)
        assert isinstance(result.after, Triaged)

    def test_what_is_not_sure_waits_for_a_person_until_the_customer_must_hear_who_has_it(self) -> None:
        result = nothing().when(triage(text="What about your policy?"))
        (event,) = result.then_types(routing.TriageQueued)
        assert isinstance(event, routing.TriageQueued)
        assert (event.category, event.confidence, event.threshold) == ("", 0.0, 0.6)
        assert event.decide_by == NOW + DAY
        assert isinstance(result.after, Queued)

    def test_a_person_decides_no_later_than_the_acknowledgement_was_promised(self) -> None:
        (event,) = nothing().when(triage(acknowledge_by=NOW + HOUR)).then_types(routing.TriageQueued)
        assert isinstance(event, routing.TriageQueued)
        assert event.decide_by == NOW + HOUR

    def test_the_more_severe_the_sooner(self) -> None:
        (event,) = nothing().when(triage(harm=True)).then_types(routing.TriageQueued)
        assert isinstance(event, routing.TriageQueued)
        assert (event.severity, event.decide_by) == ("critical", NOW + HOUR)

    def test_the_best_guesses_are_there_to_choose_from(self) -> None:
        text = "Late, crushed, rude, charged twice, tracking dead."
        (event,) = nothing().when(triage(text=text)).then_types(routing.TriageQueued)
        assert isinstance(event, routing.TriageQueued)
        assert event.category == "late-delivery"
        assert [candidate.score for candidate in event.candidates] == [0.7] * 5
        assert steps_of(event)["notices"] == ["words"]

    def test_a_repeat_told_at_registration_is_linked(self) -> None:
        _, link = nothing().when(triage(repeat_of="c0")).then_types(routing.TriageQueued, routing.ComplaintLinked)
        assert link == routing.ComplaintLinked(at=NOW, by="system", other="c0", score=1.0, why="told at registration")

    def test_a_complaint_that_names_itself_as_its_repeat_is_not_linked(self) -> None:
        nothing().when(triage(repeat_of="c1")).then_types(routing.TriageQueued)


class TestWhenItIsHistoric:
    def test_it_is_triaged_by_its_facts_and_marked(self) -> None:
        result = nothing().when(triage(historic=True, steps=(a_step("picking", 30),)))
        (event,) = result.then_types(routing.ComplaintTriaged)
        assert isinstance(event, routing.ComplaintTriaged)
        assert event.historic
        assert event.basis == "facts"

    def test_it_waits_without_a_clock(self) -> None:
        (event,) = nothing().when(triage(historic=True, acknowledge_by=NOW)).then_types(routing.TriageQueued)
        assert isinstance(event, routing.TriageQueued)
        assert event.historic
        assert event.decide_by is None

    def test_closing_at_its_import_ends_nothing(self) -> None:
        end = commands.EndTriage(now=NOW, by="import", why="closed")
        given(was_queued(historic=True, decide_by=None)).when(end).then_nothing()
        given(was_triaged(historic=True)).when(end).then_nothing()

    def test_one_that_waits_may_still_be_decided_once(self) -> None:
        decided = given(was_queued(historic=True, decide_by=None)).when(a_decision())
        (event,) = decided.then_types(routing.ComplaintTriaged)
        assert isinstance(event, routing.ComplaintTriaged)
        assert event.historic
        given(was_triaged(historic=True)).when(a_decision()).then_rejected("historic")


class TestWhenItIsTriagedOrQueuedAlready:
    def test_the_same_registration_again_changes_nothing(self) -> None:
        given(was_triaged()).when(triage(text="It is broken")).then_nothing()
        given(was_queued()).when(triage(text="It is broken")).then_nothing()


class TestWhenItWaitsForAPerson:
    def test_nothing_is_said_before_the_time_is_up(self) -> None:
        given(was_queued()).when(commands.RunClocks(now=NOW + DAY - HOUR)).then_nothing()

    def test_it_is_overdue_once(self) -> None:
        late = commands.RunClocks(now=NOW + DAY)
        overdue = routing.TriageOverdue(at=NOW + DAY, by="system", due=NOW + DAY)
        given(was_queued()).when(late).then(overdue)
        given(was_queued(), overdue).when(commands.RunClocks(now=NOW + 3 * DAY)).then_nothing()

    def test_no_clock_runs_where_nothing_waits(self) -> None:
        later = commands.RunClocks(now=NOW + 9 * DAY)
        nothing().when(later).then_nothing()
        given(was_triaged()).when(later).then_nothing()
        given(was_queued(historic=True, decide_by=None)).when(later).then_nothing()


class TestWhenTheComplaintEnds:
    def test_nothing_is_left_to_decide(self) -> None:
        end = commands.EndTriage(now=NOW + HOUR, by="customer", why="withdrawn")
        ended = routing.TriageEnded(at=NOW + HOUR, by="customer", why="withdrawn")
        given(was_queued()).when(end).then(ended)
        given(was_triaged()).when(end).then(ended)
        given(was_queued(), ended).when(a_decision()).then_rejected("triage-ended")
        given(was_triaged(), ended).when(a_link()).then_rejected("triage-ended")
        given(was_queued(), ended).when(commands.RunClocks(now=NOW + 9 * DAY)).then_nothing()
        given(was_queued(), ended).when(triage()).then_nothing()

    def test_it_ends_once(self) -> None:
        ended = routing.TriageEnded(at=NOW, by="customer", why="closed")
        given(was_triaged(), ended).when(commands.EndTriage(now=NOW, by="customer", why="withdrawn")).then_nothing()

    def test_nothing_registered_does_not_end(self) -> None:
        nothing().when(commands.EndTriage(now=NOW, by="customer", why="closed")).then_nothing()

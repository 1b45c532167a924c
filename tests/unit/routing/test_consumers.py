from hypothesis import given
from hypothesis import strategies as st

from services.routing import DEFINITION, commands, consumers, timers
from services.routing.state import INITIAL, Ended, Triaged
from shared.contracts import departments, intake, topics
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.eventsourcing.definition import Incoming
from tests.unit.routing.build import DAY, DECIDER, HOUR, NOW, registered, was_queued, was_triaged

ENVELOPE = Envelope("complaint/c1:1", "/intake", "any.v1", "2026-03-02T09:00:00Z", "c1", 1)
REGISTERED = registered(text="It came late and broken.")
JOINED = departments.DepartmentJoined(at=NOW, by="carrier", department="carrier")
DECLINED = departments.DepartmentDeclined(
    at=NOW, by="last-mile", department="last-mile", reason="step-not-ours", nominee="warehouse"
)
CLOSED = intake.ComplaintClosed(at=NOW, by="customer", learning_code="nothing-new")
WITHDRAWN = intake.ComplaintWithdrawn(at=NOW, by="customer", reason="arrived after all")


def command_from(event: Event) -> commands.TriageCommand:
    """The command that an event becomes."""
    (listen,) = [listen for listen in consumers.LISTENS if listen.event is type(event)]
    command = listen.command(Incoming(event, ENVELOPE, NOW + HOUR))
    assert command is not None
    return command  # type: ignore[return-value]


class TestWhatBecomesOfAnEvent:
    def test_a_registration_is_triaged(self) -> None:
        assert command_from(REGISTERED) == commands.TriageComplaint(now=NOW + HOUR, by="system", registered=REGISTERED)

    def test_closing_and_withdrawing_end_the_triage(self) -> None:
        assert command_from(CLOSED) == commands.EndTriage(now=NOW + HOUR, by="customer", why="closed")
        assert command_from(WITHDRAWN) == commands.EndTriage(now=NOW + HOUR, by="customer", why="withdrawn")

    def test_joining_confirms_and_declining_refutes(self) -> None:
        assert command_from(JOINED) == commands.ConfirmSteps(now=NOW + HOUR, by="carrier", department="carrier")
        assert command_from(DECLINED) == commands.RefuteSteps(
            now=NOW + HOUR, by="last-mile", department="last-mile", reason="step-not-ours", nominee="warehouse"
        )

    def test_only_topics_that_routing_reads_are_listened_to(self) -> None:
        assert set(DEFINITION.sources) == {topics.INTAKE, topics.DEPARTMENTS}


class TestTheClocksEdge:
    def test_a_triage_that_waits_is_asked_to_run_its_clock(self) -> None:
        waiting = DECIDER.fold([was_queued()])
        assert timers.on_due("triage", waiting, NOW + DAY) == commands.RunClocks(now=NOW + DAY)

    def test_nothing_else_has_a_clock(self) -> None:
        assert timers.on_due("triage", INITIAL, NOW) is None
        assert timers.on_due("triage", DECIDER.fold([was_triaged()]), NOW) is None


@given(st.data())
def test_whatever_the_order_across_topics_nothing_is_refused_and_owners_words_count_once(data: st.DataObject) -> None:
    """Within one topic order holds; what departments says comes of the triage, so after the registration."""
    from_intake: list[Event] = [CLOSED]
    from_departments: list[Event] = [JOINED, DECLINED]
    state = INITIAL
    events: list[Event] = []
    arrivals: list[Event] = [REGISTERED]
    while from_intake or from_departments:
        line = data.draw(st.sampled_from([line for line in (from_intake, from_departments) if line]))
        arrivals.append(line.pop(0))
    for event in arrivals:
        decided = DECIDER.decide(state, command_from(event))
        events += decided
        state = DECIDER.fold(decided, state)
    assert isinstance(state, Ended)
    assert isinstance(state.triage, Triaged)
    assert state.triage.verdicts == {"line-haul": "confirmed", "delivery": "refuted"}
    assert len(events) == 4


@given(st.permutations([REGISTERED, JOINED, DECLINED, CLOSED, WITHDRAWN]))
def test_no_event_in_any_order_is_ever_refused(arrivals: list[Event]) -> None:
    state = INITIAL
    for event in arrivals:
        state = DECIDER.fold(DECIDER.decide(state, command_from(event)), state)

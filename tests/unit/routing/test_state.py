import pytest

from services.routing.state import INITIAL, STATE, evolve, index, is_terminal, next_due
from shared.contracts import routing
from shared.contracts.event import Event
from shared.contracts.intake import PromiseKept
from tests.unit.routing.build import DAY, DECIDER, NOW, was_queued, was_triaged

ENDED = routing.TriageEnded(at=NOW, by="customer", why="closed")
OVERDUE = routing.TriageOverdue(at=NOW + DAY, by="system", due=NOW + DAY)
CONFIRMED = routing.StepConfirmed(at=NOW, by="carrier", step="line-haul", department="carrier")
REFUTED = routing.StepRefuted(
    at=NOW, by="last-mile", step="delivery", department="last-mile", reason="step-not-ours", nominee="it"
)
LINKED = routing.ComplaintLinked(at=NOW, by="triage", other="c0", score=1.0, why="same box")
UNLINKED = routing.ComplaintUnlinked(at=NOW, by="triage", other="c0", why="another box")


class TestWhatTheStoreMaySearch:
    def test_nothing_but_that_it_is_unknown(self) -> None:
        assert index(INITIAL) == {"status": "unknown"}

    def test_what_waits(self) -> None:
        assert index(DECIDER.fold([was_queued(), OVERDUE])) == {
            "status": "queued",
            "severity": "low",
            "language": "en",
            "historic": 0,
            "overdue": 1,
            "order": "LL-204",
            "customer": "6f1c",
        }

    def test_what_is_triaged(self) -> None:
        fields = index(DECIDER.fold([was_triaged(), CONFIRMED, REFUTED]))
        assert fields["status"] == "triaged"
        assert fields["category"] == "late-delivery"
        assert fields["departments"] == ["carrier", "last-mile"]
        assert fields["steps"] == ["line-haul", "delivery"]
        assert fields["confirmed"] == ["line-haul"]
        assert fields["refuted"] == ["delivery"]

    def test_what_has_ended_is_found_by_what_it_was(self) -> None:
        fields = index(DECIDER.fold([was_triaged(), ENDED]))
        assert fields["status"] == "ended"
        assert fields["departments"] == ["carrier", "last-mile"]


class TestTheClock:
    def test_it_runs_while_a_person_is_waited_for(self) -> None:
        assert next_due(DECIDER.fold([was_queued()])) == NOW + DAY

    @pytest.mark.parametrize(
        "history",
        [
            [],
            [was_queued(), OVERDUE],
            [was_queued(), was_triaged()],
            [was_queued(), ENDED],
            [was_queued(historic=True, decide_by=None)],
        ],
    )
    def test_and_at_no_other_time(self, history: list[Event]) -> None:
        assert next_due(DECIDER.fold(history)) is None


class TestTheEnd:
    def test_a_triage_ends_with_its_complaint_or_when_a_historic_one_is_triaged(self) -> None:
        assert is_terminal(DECIDER.fold([was_triaged(), ENDED]))
        assert is_terminal(DECIDER.fold([was_queued(), ENDED]))
        assert is_terminal(DECIDER.fold([was_triaged(historic=True)]))

    def test_and_not_before(self) -> None:
        assert not is_terminal(INITIAL)
        assert not is_terminal(DECIDER.fold([was_queued()]))
        assert not is_terminal(DECIDER.fold([was_triaged()]))
        assert not is_terminal(DECIDER.fold([was_queued(historic=True)]))


class TestEvents:
    def test_events_that_do_not_concern_a_state_leave_it_as_it_is(self) -> None:
        other = PromiseKept(at=NOW, by="system", promise="answer")
        for state in (INITIAL, DECIDER.fold([was_queued()]), DECIDER.fold([was_triaged()])):
            assert evolve(state, other) is state
        for event in (CONFIRMED, REFUTED, LINKED, UNLINKED, OVERDUE, ENDED):
            assert evolve(INITIAL, event) is INITIAL
        waiting_end = DECIDER.fold([was_queued(), ENDED])
        assert evolve(waiting_end, CONFIRMED) == waiting_end

    def test_every_event_changes_some_state(self) -> None:
        cases: list[tuple[list[Event], Event]] = [
            ([], was_queued()),
            ([], was_triaged()),
            ([was_queued()], OVERDUE),
            ([was_triaged()], CONFIRMED),
            ([was_triaged()], REFUTED),
            ([was_queued()], LINKED),
            ([was_queued(), LINKED], UNLINKED),
            ([was_queued()], ENDED),
        ]
        assert {type(event) for _, event in cases} == set(routing.TRIAGES.events.values())
        for before, event in cases:
            state = DECIDER.fold(before)
            assert evolve(state, event) != state

    def test_states_survive_their_serialisation(self) -> None:
        for history in ([], [was_queued(), LINKED], [was_triaged(), REFUTED], [was_triaged(), ENDED]):
            state = DECIDER.fold(history)
            assert STATE.validate_json(STATE.dump_json(state)) == state

    def test_events_of_before_the_circumstances_were_kept_are_still_read(self) -> None:
        state = DECIDER.fold([was_triaged(circumstances=None)])
        assert "order" not in index(state)

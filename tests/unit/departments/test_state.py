from services.departments import commands
from services.departments.state.clocks import clocks, next_due
from services.departments.state.evolve import evolve
from services.departments.state.models import State
from services.departments.state.search import audience, index
from shared.contracts.event import Event
from shared.testing.spec import Given
from tests.unit.departments.build import (
    DECIDER,
    HOUR,
    NOW,
    agreed,
    completed,
    decline,
    endorse,
    history,
    note_complaint,
    object_to,
    opened,
    pair,
    propose,
    revealed,
    triage,
)

W, L, C = (f"complaints.department.{department}.v1" for department in ("warehouse", "last-mile", "carrier"))


def audiences(
    given: Given[State, commands.ResolutionCommand], command: commands.ResolutionCommand
) -> dict[str, tuple[str, ...]]:
    """Which event goes to which departments' topics; as the runtime does, `also` is asked with the state after it."""
    state = given.state
    found: dict[str, tuple[str, ...]] = {}
    for event in DECIDER.decide(state, command):
        state = evolve(state, event)
        found[type(event).__name__] = tuple(audience(state, event))
    return found


class TestWhoHearsOfWhat:
    def test_an_invitation_goes_to_the_invited_and_the_opening_to_all(self) -> None:
        state, seen = history(note_complaint()).state, list[tuple[str, ...]]()
        for event in DECIDER.decide(state, commands.NoteTriage(now=NOW, triage=triage("packing", "delivery"))):
            state = evolve(state, event)
            seen.append(tuple(audience(state, event)))
        assert seen == [(W, L), (W,), (L,), ()]

    def test_nobody_else_sees_a_proposal_before_the_reveal(self) -> None:
        assert audiences(pair(), propose("warehouse", "w")) == {"ProposalMade": ()}

    def test_after_it_all_participants_see_everything(self) -> None:
        assert audiences(revealed(), propose("warehouse", "x")) == {"ProposalMade": (W, L)}
        assert audiences(revealed(), endorse("last-mile", "w")) == {"ProposalEndorsed": (W, L)}
        assert audiences(revealed(), object_to("last-mile", "w", "x"))["ProposalObjected"] == (W, L)

    def test_what_concerns_the_whole_table_goes_to_all(self) -> None:
        assert audiences(completed(), commands.CloseTable(now=NOW, why="accepted")) == {"TableClosed": (W, L)}
        assert audiences(agreed(), commands.Escalate(now=NOW, reason="Now.")) == {"EscalatedToManagement": (W, L)}

    def test_who_declined_hears_no_more(self) -> None:
        given = opened("packing", "line-haul", "delivery")
        assert audiences(given, decline("last-mile", "carrier"))["LeadChanged"] == (W, C)

    def test_without_a_table_nobody_hears_of_an_escalation(self) -> None:
        given = history(note_complaint())
        assert audiences(given, commands.Escalate(now=NOW, reason="Now.")) == {"EscalatedToManagement": ()}


class TestWhatCanBeSearched:
    def test_a_table_is_found_by_department_standing_lead_and_status(self) -> None:
        given = history(decline("carrier", "warehouse"), start=opened("packing", "line-haul"))
        assert index(given.state) == {
            "status": "round",
            "escalated": "no",
            "management": "no",
            "stage": 1,
            "lead": "warehouse",
            "severity": "medium",
            "departments": ["warehouse", "carrier"],
            "seats": ["warehouse:invited", "carrier:declined"],
        }

    def test_management_finds_what_it_has_until_it_is_handed_back(self) -> None:
        given = history(commands.Escalate(now=NOW, reason="Now."), start=opened())
        assert index(given.state)["escalated"] == "open"
        given = history(commands.ContactCustomer(now=NOW, note="Called."), start=given)
        assert index(given.state)["escalated"] == "contacted"
        given = history(commands.CloseEscalation(now=NOW, findings={"last-mile": "Fixed."}), start=given)
        assert index(given.state)["escalated"] == "no"

    def test_before_the_table_there_is_only_a_status(self) -> None:
        assert index(DECIDER.initial) == {"status": "waiting", "escalated": "no", "management": "no"}


class TestClocks:
    def test_the_earliest_is_next(self) -> None:
        running = clocks(opened("packing", "delivery").state)
        assert [clock.kind for clock in running] == ["respond", "respond", "round", "answer"]
        assert next_due(opened("packing", "delivery").state) == running[0].due == NOW + 6 * HOUR

    def test_after_the_answer_only_management_s_runs(self) -> None:
        assert clocks(completed().state) == ()
        escalated = history(commands.Escalate(now=NOW, reason="Now."), start=completed())
        assert [clock.kind for clock in clocks(escalated.state)] == ["contact"]


class TestEvolving:
    def test_an_event_that_does_not_concern_a_state_leaves_it_as_it_is(self) -> None:
        class SomethingNew(Event):
            """Of a later version."""

        for given in (opened(), revealed(), agreed(), completed(), history(note_complaint())):
            assert evolve(given.state, SomethingNew(at=NOW, by="system")) == given.state

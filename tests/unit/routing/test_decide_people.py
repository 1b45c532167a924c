from dataclasses import replace

import pytest

from services.routing import commands
from services.routing.state import Triaged
from shared.contracts import routing
from shared.contracts.event import Event
from shared.contracts.parts import Why
from tests.unit.routing.build import (
    ABOUT,
    HOUR,
    NOW,
    a_decision,
    a_link,
    by_fact,
    given,
    nothing,
    steps_of,
    touched,
    was_queued,
    was_triaged,
)

JOINED = commands.ConfirmSteps(now=NOW + HOUR, by="carrier", department="carrier")
DECLINED = commands.RefuteSteps(
    now=NOW + HOUR, by="carrier", department="carrier", reason="step-not-ours", nominee="warehouse"
)
CONFIRMED = routing.StepConfirmed(at=NOW + HOUR, by="carrier", step="line-haul", department="carrier")
REFUTED = routing.StepRefuted(
    at=NOW + HOUR,
    by="carrier",
    step="line-haul",
    department="carrier",
    reason="step-not-ours",
    nominee="warehouse",
)
BLAMING = "The packer is to blame."
ENDED = routing.TriageEnded(at=NOW, by="customer", why="withdrawn")


def decided(*history: Event, **changes: object) -> routing.ComplaintTriaged:
    (event,) = given(*history).when(a_decision(**changes)).then_types(routing.ComplaintTriaged)
    assert isinstance(event, routing.ComplaintTriaged)
    return event


class TestWhenAPersonDecides:
    def test_the_steps_of_the_category_are_touched_for_their_reason(self) -> None:
        event = decided(was_queued())
        assert steps_of(event) == {"packing": ["person"], "line-haul": ["person"], "delivery": ["person"]}
        assert event.steps[0].why == (Why(basis="person", sentence="the photo shows a crushed box"),)
        assert (event.category, event.basis, event.confidence) == ("damaged", "person", 1.0)

    def test_steps_that_facts_touch_stay_touched(self) -> None:
        event = decided(was_queued(steps=(touched("picking", by_fact()),)))
        assert steps_of(event)["picking"] == ["fact", "person"]

    def test_steps_named_are_the_steps_touched(self) -> None:
        event = decided(was_queued(steps=(touched("picking", by_fact()),)), steps=("delivery", "packing"))
        assert steps_of(event) == {"packing": ["person"], "delivery": ["person"]}

    def test_severity_is_judged_anew_by_the_same_circumstances(self) -> None:
        about = ABOUT.model_copy(update={"vulnerable": "my grandmother"})
        assert decided(was_queued(circumstances=about)).severity == "high"

    def test_a_category_without_steps_needs_them_named(self) -> None:
        given(was_queued()).when(a_decision(category="other")).then_rejected("no-step")
        assert steps_of(decided(was_queued(), category="other", steps=("refund",))) == {"refund": ["person"]}

    def test_unknown_categories_and_steps_are_refused_with_the_closest_one(self) -> None:
        refused = given(was_queued()).when(a_decision(category="damagd")).then_rejected("unknown-category")
        assert "did you mean 'damaged'" in refused.sentence
        refused = given(was_queued()).when(a_decision(steps=("pickin",))).then_rejected("unknown-step")
        assert "did you mean 'picking'" in refused.sentence

    def test_there_must_be_a_complaint(self) -> None:
        nothing().when(a_decision()).then_rejected("unknown-complaint")


class TestWhenAPersonCorrects:
    def test_the_later_triage_replaces_the_earlier_one(self) -> None:
        result = given(was_triaged()).when(a_decision())
        (event,) = result.then_types(routing.ComplaintTriaged)
        assert steps_of(event)["line-haul"] == ["person"]
        assert isinstance(result.after, Triaged)
        assert result.after.category == "damaged"

    def test_what_owners_said_and_what_was_linked_is_kept(self) -> None:
        linked = routing.ComplaintLinked(at=NOW, by="triage", other="c0", score=0.9, why="same box")
        result = given(was_triaged(), CONFIRMED, linked).when(a_decision())
        assert isinstance(result.after, Triaged)
        assert result.after.verdicts == {"line-haul": "confirmed"}
        assert list(result.after.links) == ["c0"]

    def test_the_same_category_and_steps_change_nothing(self) -> None:
        given(was_triaged()).when(a_decision(category="late-delivery")).then_nothing()


class TestWhenADepartmentAnswers:
    def test_its_joining_confirms_its_steps(self) -> None:
        given(was_triaged()).when(JOINED).then(CONFIRMED)

    def test_its_declining_refutes_them_and_names_another(self) -> None:
        given(was_triaged()).when(DECLINED).then(REFUTED)

    def test_the_last_word_counts(self) -> None:
        given(was_triaged(), REFUTED).when(JOINED).then(CONFIRMED)
        given(was_triaged(), CONFIRMED).when(DECLINED).then(REFUTED)
        given(was_triaged(), CONFIRMED).when(JOINED).then_nothing()

    def test_each_of_its_steps_counts(self) -> None:
        both = (touched("picking", by_fact()), touched("packing", by_fact()), touched("delivery", by_fact()))
        join = commands.ConfirmSteps(now=NOW, by="warehouse", department="warehouse")
        events = given(was_triaged(steps=both)).when(join).then_types(routing.StepConfirmed, routing.StepConfirmed)
        assert [getattr(event, "step", "") for event in events] == ["picking", "packing"]

    def test_a_nominee_without_a_touched_step_confirms_nothing(self) -> None:
        join = commands.ConfirmSteps(now=NOW, by="it", department="it")
        given(was_triaged()).when(join).then_nothing()

    @pytest.mark.parametrize("command", [JOINED, DECLINED])
    def test_before_anything_is_decided_there_is_nothing_to_say(self, command: commands.TriageCommand) -> None:
        nothing().when(command).then_nothing()
        given(was_queued()).when(command).then_nothing()
        given(was_queued(), ENDED).when(command).then_nothing()

    def test_a_word_that_comes_after_the_end_still_counts(self) -> None:
        given(was_triaged(), ENDED).when(JOINED).then(CONFIRMED)
        given(was_triaged(), ENDED, CONFIRMED).when(JOINED).then_nothing()


class TestWordsThatBlamePeople:
    def test_are_no_reason_for_a_decision_a_link_or_the_end_of_one(self) -> None:
        link = routing.ComplaintLinked(at=NOW, by="triage", other="c0", score=0.9, why="same box")
        unlink = commands.UnlinkComplaint(now=NOW + HOUR, by="triage", other="c0", why=BLAMING)
        given(was_queued()).when(a_decision(reason=BLAMING)).then_rejected("blames-people")
        given(was_triaged()).when(replace(a_link(), why=BLAMING)).then_rejected("blames-people")
        given(was_triaged(), link).when(unlink).then_rejected("blames-people")

    def test_stand_by_an_override_that_is_kept(self) -> None:
        event = decided(was_queued(), reason=BLAMING, override="a quotation")
        assert event.override == "a quotation"
        (linked,) = given(was_triaged()).when(replace(a_link(), why=BLAMING, override="a quotation")).events
        assert isinstance(linked, routing.ComplaintLinked)
        assert linked.override == "a quotation"


class TestWhenComplaintsAreLinked:
    def test_the_link_has_a_score_and_a_reason(self) -> None:
        link = routing.ComplaintLinked(at=NOW + HOUR, by="triage", other="c0", score=0.9, why="same box")
        given(was_triaged()).when(a_link()).then(link)
        given(was_queued()).when(a_link()).then(link)
        given(was_queued(), link).when(a_link(score=0.5)).then_nothing()

    def test_it_is_reversible(self) -> None:
        link = routing.ComplaintLinked(at=NOW, by="triage", other="c0", score=0.9, why="same box")
        unlink = commands.UnlinkComplaint(now=NOW + HOUR, by="triage", other="c0", why="another box")
        unlinked = routing.ComplaintUnlinked(at=NOW + HOUR, by="triage", other="c0", why="another box")
        given(was_triaged(), link).when(unlink).then(unlinked)
        given(was_triaged(), link, unlinked).when(unlink).then_nothing()
        given(was_triaged(), link, unlinked).when(a_link()).then_types(routing.ComplaintLinked)

    def test_a_complaint_cannot_repeat_itself(self) -> None:
        given(was_triaged()).when(a_link("c1")).then_rejected("own-repeat")

    def test_there_must_be_a_complaint(self) -> None:
        nothing().when(a_link()).then_rejected("unknown-complaint")
        unlink = commands.UnlinkComplaint(now=NOW, by="triage", other="c0", why="wrong")
        nothing().when(unlink).then_rejected("unknown-complaint")

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest
from hypothesis import example
from hypothesis import given as over
from hypothesis import strategies as st

from services.review.commands import ReviewCommand
from services.review.policy.rules import CONCLUDE_WITHIN
from services.review.state.review import Collecting, Concluded, Open, State
from shared.contracts.event import Event
from shared.contracts.parts import Costs
from shared.contracts.review import (
    CausesFound,
    ComplaintEvidenceNoted,
    CostsComputed,
    CourseEvidenceNoted,
    ReviewConcluded,
    ReviewOpened,
    SummaryPublished,
    TimesAttributed,
    TriageEvidenceNoted,
)
from tests.unit.review.build import (
    CLOSED_TABLE,
    DAY,
    DECIDER,
    ENDING,
    HOUR,
    LATE_ORDER,
    LATER,
    ORGANISATION,
    TABLE,
    TOUCHED,
    a_concluded_one,
    a_resolved_one,
    given,
    note,
    note_complaint,
    note_triage,
    nothing,
    of_the_past,
    touched,
)

OPENING = (ReviewOpened, TimesAttributed, CausesFound, CostsComputed)
HISTORIC = note_complaint(historic=True)
TABLE_ONLY = TABLE[0]
SECOND_TABLE = (
    note("table-opened", 40 * HOUR, "warehouse", departments=("warehouse", "carrier"), stage=2),
    note("times-reported", 41 * HOUR, "carrier", staff_minutes=60),
    note("remedy-delivered", 42 * HOUR, "carrier", amount=Decimal(5)),
    note("completed", 44 * HOUR, stage=2),
)
LAST_WORDS = (note("closed", 50 * HOUR, code="late-handover"), note("promise-broken", 3 * DAY, code="call"))


INTAKE = (note_complaint(), ENDING[0], *LAST_WORDS)
DEPARTMENTS = (*TABLE, *SECOND_TABLE, CLOSED_TABLE)
TURNS = "i" * len(INTAKE) + "r" + "d" * len(DEPARTMENTS)


def arrival(turns: Sequence[str]) -> list[ReviewCommand]:
    """Events in one order of arrival: within a topic it is the topic's, across topics anything goes."""
    topics: dict[str, Iterator[ReviewCommand]] = {
        "i": iter(INTAKE),
        "r": iter([note_triage()]),
        "d": iter(DEPARTMENTS),
    }
    return [next(topics[turn]) for turn in turns]


def without_instants(state: State) -> dict[str, object]:
    return state.model_dump(exclude={"opened_at", "concluded_at"})


class TestWhileEvidenceIsCollected:
    def test_the_complaint_is_taken_down(self) -> None:
        nothing().when(note_complaint()).then_types(ComplaintEvidenceNoted)

    def test_the_triage_is_taken_down(self) -> None:
        nothing().when(note_triage()).then_types(TriageEvidenceNoted)

    def test_a_corrected_triage_replaces_the_first(self) -> None:
        result = given(note_triage("low")).when(note_triage("high"))
        result.then_types(TriageEvidenceNoted)
        assert isinstance(result.after, Collecting)
        assert result.after.evidence.triage is not None
        assert result.after.evidence.triage.severity == "high"

    def test_what_happened_is_taken_down(self) -> None:
        nothing().when(TABLE_ONLY).then_types(CourseEvidenceNoted)

    def test_an_invitation_that_came_with_the_table_says_nothing_new(self) -> None:
        given(TABLE_ONLY).when(note("invited", HOUR, "warehouse")).then_nothing()

    def test_an_invitation_of_another_department_does(self) -> None:
        given(TABLE_ONLY).when(note("invited", 2 * HOUR, "payment")).then_types(CourseEvidenceNoted)

    def test_a_complaint_withdrawn_before_it_was_resolved_is_never_reviewed(self) -> None:
        result = given(note_complaint(), note_triage(), TABLE_ONLY).when(note("withdrawn", 2 * HOUR))
        result.then_types(CourseEvidenceNoted)
        assert DECIDER.is_terminal(result.after)


class TestWhenTheComplaintIsResolved:
    def test_the_review_opens_with_its_figures(self) -> None:
        events = given(note_complaint(), note_triage("medium"), *TABLE[:-1]).when(TABLE[-1])
        _, opened, times, causes, costs = events.then_types(CourseEvidenceNoted, *OPENING)
        assert opened.model_dump(include={"severity", "why", "historic", "conclude_by"}) == {
            "severity": "medium",
            "why": "resolved, severity medium",
            "historic": False,
            "conclude_by": LATER + CONCLUDE_WITHIN,
        }
        assert isinstance(times, TimesAttributed)
        assert (times.chain_seconds, times.handling_seconds) == (84 * 3600, 16 * 3600)
        assert isinstance(causes, CausesFound)
        assert [(cause.step, cause.weight, cause.basis) for cause in causes.causes] == [
            ("picking", 0.25, "facts"),
            ("line-haul", 0.75, "facts"),
        ]
        assert isinstance(costs, CostsComputed)
        assert costs.assumptions == ORGANISATION.reference
        assert costs.costs == Costs(
            staff=Decimal("45.50"),
            compensation=Decimal("12.50"),
            rework=Decimal(36),
            value_at_risk=Decimal("20.80"),
        )

    @pytest.mark.parametrize(
        ("last", "noted"), [(note_complaint(), ComplaintEvidenceNoted), (note_triage(), TriageEvidenceNoted)]
    )
    def test_whatever_comes_last_opens_it(self, last: ReviewCommand, noted: type[Event]) -> None:
        known = [command for command in (note_complaint(), note_triage(), *TABLE) if command != last]
        given(*known).when(last).then_types(noted, *OPENING)

    def test_a_repeat_says_so(self) -> None:
        events = given(note_complaint(repeat=True), note_triage(), *TABLE[:-1]).when(TABLE[-1]).events
        assert [event.why for event in events if isinstance(event, ReviewOpened)] == [
            "resolved, severity low, a repeat"
        ]

    def test_a_step_that_only_a_department_timed_is_part_of_the_chain(self) -> None:
        report = note("times-reported", 6 * HOUR, "carrier", steps=LATE_ORDER[1:])
        state = given(note_complaint(steps=()), note_triage(), *TABLE[:-1], report, TABLE[-1]).state
        assert isinstance(state, Open)
        assert [(part.step, part.what) for part in state.times.chain] == [
            ("line-haul", "standard"),
            ("line-haul", "overrun"),
        ]

    def test_touched_steps_are_causes_in_the_order_of_the_value_chain(self) -> None:
        state = given(note_complaint(steps=()), note_triage(steps=TOUCHED[::-1]), *TABLE).state
        assert isinstance(state, Open)
        assert [cause.step for cause in state.causes or ()] == ["picking", "line-haul"]


class TestWhileTheReviewIsOpen:
    def test_a_second_stage_brings_the_figures_up_to_date(self) -> None:
        opened = given(note_complaint(), note_triage(), *TABLE, *SECOND_TABLE[:-1])
        _, times, costs = opened.when(SECOND_TABLE[-1]).then_types(CourseEvidenceNoted, TimesAttributed, CostsComputed)
        assert isinstance(times, TimesAttributed)
        assert times.handling_seconds == 44 * 3600
        assert isinstance(costs, CostsComputed)
        assert (costs.costs.staff, costs.costs.compensation) == (Decimal("76.50"), Decimal("17.50"))

    def test_a_corrected_triage_changes_the_value_at_risk(self) -> None:
        a_resolved_one("low").when(note_triage("high")).then_types(TriageEvidenceNoted, CostsComputed)

    def test_a_triage_that_says_the_same_says_nothing_new(self) -> None:
        a_resolved_one("low").when(note_triage("low")).then_nothing()


class TestAHistoricComplaint:
    def test_it_is_opened_and_concluded_in_one_decision(self) -> None:
        events = given(HISTORIC).when(note_triage("high"))
        *_, summary = events.then_types(TriageEvidenceNoted, *OPENING, ReviewConcluded, SummaryPublished)
        assert isinstance(summary, SummaryPublished)
        assert (summary.summary.outcome, summary.summary.historic) == ("historic", True)
        assert (summary.summary.handling_seconds, summary.summary.chain_seconds) == (0, 84 * 3600)
        assert summary.summary.departments == ("carrier", "warehouse")
        assert events.after.status == "concluded"

    def test_the_rest_of_its_course_says_nothing(self) -> None:
        given(HISTORIC).when(note("closed", HOUR, code="historic")).then_nothing()
        given(HISTORIC, note_triage()).when(TABLE_ONLY).then_nothing()
        given(HISTORIC, note_triage(), TABLE_ONLY).when(CLOSED_TABLE).then_nothing()
        nothing().when(of_the_past(TABLE_ONLY)).then_nothing()

    def test_one_for_which_an_earlier_release_waited_for_the_table_opens_with_it(self) -> None:
        noted = [event for half in (HISTORIC, note_triage("high")) for event in nothing().when(half).events]
        waiting = nothing().given(*noted)
        assert isinstance(waiting.state, Collecting)
        assert isinstance(waiting.when(of_the_past(TABLE_ONLY)).after, Concluded)

    def test_nobody_is_told_but_of_its_conclusion(self) -> None:
        result = given(HISTORIC).when(note_triage())
        told = [type(event) for event in result.events if not DECIDER.log_only(result.after, event)]
        assert told == [ReviewConcluded, SummaryPublished]

    def test_it_has_no_clock(self) -> None:
        assert DECIDER.next_due(given(HISTORIC, note_triage("critical"), TABLE_ONLY).state) is None

    def test_without_overrun_or_known_step_it_is_concluded_without_a_cause(self) -> None:
        state = given(note_complaint(historic=True, steps=()), note_triage(steps=(touched("moon", "it"),))).state
        assert isinstance(state, Concluded)
        assert state.causes == ()

    @over(st.permutations([HISTORIC, note_triage(), TABLE_ONLY]))
    def test_the_order_of_arrival_does_not_matter(self, order: Sequence[ReviewCommand]) -> None:
        assert without_instants(given(*order).state) == without_instants(
            given(HISTORIC, note_triage(), TABLE_ONLY).state
        )


class TestInWhateverOrderTheTopicsArrive:
    @over(st.permutations(TURNS))
    @example("d" * len(DEPARTMENTS) + "r" + "i" * len(INTAKE))
    @example("i" * len(INTAKE) + "d" * len(DEPARTMENTS) + "r")
    def test_the_review_ends_the_same(self, turns: Sequence[str]) -> None:
        ended = given(*arrival(turns)).state
        assert without_instants(ended) == without_instants(given(*arrival(TURNS)).state)
        assert isinstance(ended, Concluded)
        assert ended.times.handling_seconds == 44 * 3600
        assert ended.summary is not None
        assert (ended.summary.outcome, ended.summary.promises_broken) == ("late-handover", 0)


class TestWhenTheReviewIsConcluded:
    @pytest.mark.parametrize(
        "late",
        [note_complaint(), note_triage("critical"), note("completed", DAY, stage=2), note("promise-broken", DAY)],
    )
    def test_nothing_more_is_taken_down(self, late: ReviewCommand) -> None:
        a_concluded_one().when(late).then_nothing()

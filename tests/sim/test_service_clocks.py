"""The clocks of the real services under C-TIME: every one is looked at, and one that fires twice is found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import pytest

from services import departments, review
from shared.contracts.departments import RoundRevealed
from shared.contracts.event import Event
from shared.contracts.review import ReviewConcluded
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.definition import Definition
from shared.eventsourcing.session import Input, Outcome, Session
from shared.store.port import Commit, Snapshot
from shared.verification import Evidence, Finding, Stored
from shared.verification.clocks import no_clock_early_or_twice
from shared.verification.evidence import logged_in
from tests.unit.departments import build as tables
from tests.unit.review import build as reviews

LATER: Final = timedelta(days=30)


class Story(NamedTuple):
    """Commands until only the clock can go on, and the event by which it does."""

    definition: Definition
    stream: str
    commands: Iterable[Any]
    ends: datetime
    event: type[Event]


ROUND: Final = Story(
    departments.DEFINITION.given(tables.ORGANISATION),
    "resolution/c1",
    # One of two departments proposes; without the other, only the end of the round reveals it.
    (
        tables.note_complaint(),
        tables.note_triage("packing", "delivery"),
        tables.join("warehouse"),
        tables.join("last-mile"),
        tables.times("warehouse", "packing"),
        tables.propose("warehouse", "p1"),
    ),
    tables.NOW + LATER,
    RoundRevealed,
)
BOARD: Final = Story(
    review.DEFINITION.given(reviews.ORGANISATION),
    "review/c1",
    (reviews.note_complaint(), reviews.note_triage("high"), *reviews.TABLE, *reviews.ENDING, reviews.CLOSED_TABLE),
    reviews.LATER + LATER,
    ReviewConcluded,
)
STORIES: Final = [ROUND, BOARD]


def deaf_to(event: type[Event], decider: Decider[Any, Any]) -> Decider[Any, Any]:
    """The mutant: a state that does not take note that its clock ran out."""
    evolve = decider.evolve
    return replace(decider, evolve=lambda state, given: state if isinstance(given, event) else evolve(state, given))


def committed(story: Story, decider: Decider[Any, Any], *clocks: datetime) -> list[Commit]:
    """What is saved when all commands are carried out and then the clock runs at each of these instants."""
    session = Session(decider, story.definition.catalogue, Snapshot(story.stream), ())
    results = session.apply([Input(story.stream, one, f"command:{at}") for at, one in enumerate(story.commands)])
    assert all(isinstance(result, Outcome) for result in results)
    commits: list[Commit] = []
    for now in clocks:
        entry = session.entry(now)
        if entry is not None:
            session.saved(*entry)
            commits.append(entry[0])
            state = decider.state.validate_json(entry[1].state)
        command = story.definition.on_due(decider.kind, state, now)
        session.apply([Input(story.stream, command, f"clock:{story.stream}:{now.isoformat()}")])
    entry = session.entry(now)
    return commits if entry is None else [*commits, entry[0]]


def judged(story: Story, commits: list[Commit]) -> Finding:
    stored = Stored(story.definition, commits, {}, (), frozenset())
    return no_clock_early_or_twice(Evidence(services={story.definition.name: stored}))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.event.__name__)
class TestAClockOfAService:
    def test_is_looked_at_when_it_runs_out(self, story: Story) -> None:
        commits = committed(story, story.definition.deciders[0], story.ends, story.ends + LATER)
        fired = [logged for logged in logged_in(story.definition, commits) if isinstance(logged.event, story.event)]
        assert [logged.due is not None for logged in fired] == [True]
        finding = judged(story, commits)
        assert finding.ok, finding.findings

    def test_that_fires_twice_is_found(self, story: Story) -> None:
        mutant = deaf_to(story.event, story.definition.deciders[0])
        finding = judged(story, committed(story, mutant, story.ends, story.ends + LATER))
        assert any(story.event.__name__ in found and "fired 2 times" in found for found in finding.findings)

    def test_that_no_event_declares_is_found(self, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
        commits = committed(story, story.definition.deciders[0], story.ends)
        for event in story.definition.catalogue.events.values():
            monkeypatch.setattr(event, "traits", replace(event.traits, due=None))
        finding = judged(story, commits)
        assert any(story.event.__name__ in found and "none of them declares" in found for found in finding.findings)

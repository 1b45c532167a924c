"""Reviews at every point of their way, in few words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.review import commands
from services.review.commands import ReviewCommand
from services.review.decide import review_decider
from services.review.state.review import State
from shared.contracts.parts import Severity, StepTime, TouchedStep, Why
from shared.contracts.review import Mark, What
from shared.eventsourcing.decider import Decider
from shared.organisation import Organisation, from_path
from shared.testing.spec import Given, spec

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATER = NOW + 20 * DAY

ORGANISATION: Organisation = from_path("parcel-retailer")
DECIDER: Decider[State, ReviewCommand] = review_decider(ORGANISATION)

ORDERED = NOW - 10 * DAY
LATE_ORDER = (
    StepTime(step="picking", started=ORDERED, ended=ORDERED + 20 * HOUR),
    StepTime(step="line-haul", started=ORDERED + 30 * HOUR, ended=ORDERED + 84 * HOUR),
)
"""Picking 2 h over its 18 h, 10 h of waiting, line haul 6 h over its 48 h."""


def touched(step: str, department: str, sentence: str = "the parcel came late") -> TouchedStep:
    return TouchedStep(step=step, department=department, why=(Why(basis="fact", sentence=sentence),))


TOUCHED = (touched("picking", "warehouse"), touched("line-haul", "carrier"))


def on(when: datetime = LATER, by: str = "system") -> dict[str, Any]:
    return {"now": when, "by": by}


def note_complaint(**changes: object) -> commands.NoteComplaint:
    fields: dict[str, Any] = {
        "complaint": "c1",
        "registered_at": NOW,
        "received_at": NOW,
        "historic": False,
        "steps": LATE_ORDER,
        "repeat": False,
    }
    return commands.NoteComplaint(**on(), **fields | changes)


def note_triage(severity: Severity = "low", steps: tuple[TouchedStep, ...] = TOUCHED) -> commands.NoteTriage:
    return commands.NoteTriage(**on(), triaged_at=NOW, category="late-delivery", severity=severity, steps=steps)


def mark(what: What, after: timedelta = timedelta(0), department: str = "", **more: Any) -> Mark:  # noqa: ANN401
    return Mark(what=what, happened=NOW + after, department=department, **more)


def note(what: What, after: timedelta = timedelta(0), department: str = "", **more: Any) -> commands.NoteCourse:  # noqa: ANN401
    return commands.NoteCourse(**on(), mark=mark(what, after, department, **more))


def of_the_past(course: commands.NoteCourse) -> commands.NoteCourse:
    """What happened says itself that the complaint is from the past."""
    return replace(course, historic=True)


TABLE = (
    note("table-opened", HOUR, "carrier", departments=("carrier", "warehouse"), stage=1),
    note("invited", HOUR, "carrier"),
    note("invited", HOUR, "warehouse"),
    note("round-started", HOUR),
    note("joined", 2 * HOUR, "carrier"),
    note("joined", 5 * HOUR, "warehouse"),
    note("times-reported", 6 * HOUR, "carrier", staff_minutes=30),
    note("proposed", 6 * HOUR, "carrier", code="p1"),
    note("times-reported", 9 * HOUR, "warehouse", staff_minutes=60),
    note("proposed", 10 * HOUR, "warehouse", code="p2"),
    note("revealed", 10 * HOUR),
    note("agreed", 12 * HOUR, code="refund", preventions=("Pick before noon.",)),
    note("remedy-delivered", 15 * HOUR, "warehouse", amount=Decimal("12.50"), staff_minutes=15),
    note("completed", 16 * HOUR, stage=1),
)
"""What departments says of a complaint that is resolved at its first table."""

ENDING = (
    note("promise-kept", 16 * HOUR, code="answer"),
    note("closed", 20 * HOUR, code="late-handover"),
)
CLOSED_TABLE = note("table-closed", 20 * HOUR, code="accepted")


def given(*course: ReviewCommand) -> Given[State, ReviewCommand]:
    """The state after these commands, each carried out."""
    here = spec(DECIDER)
    for command in course:
        here = here.given(*DECIDER.decide(here.state, command))
    return here


def nothing() -> Given[State, ReviewCommand]:
    return spec(DECIDER)


def a_resolved_one(severity: Severity = "low") -> Given[State, ReviewCommand]:
    return given(note_complaint(), note_triage(severity), *TABLE)


def a_closed_one_for_the_board() -> Given[State, ReviewCommand]:
    return given(note_complaint(), note_triage("high"), *TABLE, *ENDING, CLOSED_TABLE)


def a_concluded_one() -> Given[State, ReviewCommand]:
    return given(note_complaint(), note_triage(), *TABLE, *ENDING, CLOSED_TABLE)

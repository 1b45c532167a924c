"""Complaints and triages in few words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.routing import commands, decide
from services.routing.commands import TriageCommand
from services.routing.policy.rulebook import Rulebook
from services.routing.state import State
from shared.contracts import routing
from shared.contracts.event import Event
from shared.contracts.intake import ComplaintRegistered
from shared.contracts.parts import StepTime, TouchedStep, Why
from shared.eventsourcing.decider import Decider
from shared.organisation import Organisation, from_path
from shared.testing.spec import Given, spec

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ORGANISATION: Organisation = from_path("parcel-retailer")
RULES = Rulebook(ORGANISATION)
DECIDER: Decider[State, TriageCommand] = decide.decider(ORGANISATION)
ABOUT = routing.Circumstances(received_at=NOW, order_ref="LL-204", customer_ref="6f1c")


def registered(**changes: object) -> ComplaintRegistered:
    fields: dict[str, Any] = {
        "complaint": "c1",
        "channel": "web",
        "received_at": NOW,
        "text": "",
        "order_ref": "LL-204",
        "customer_ref": "6f1c",
    }
    return ComplaintRegistered(at=NOW, by="customer", **fields | changes)


def triage(**changes: object) -> commands.TriageComplaint:
    return commands.TriageComplaint(now=NOW, by="system", registered=registered(**changes))


def a_step(step: str, hours: float, *, began: datetime = NOW - 10 * DAY) -> StepTime:
    """A step that took so many hours."""
    return StepTime(step=step, started=began, ended=began + hours * HOUR)


def touched(step: str, *whys: Why) -> TouchedStep:
    return TouchedStep(step=step, department=ORGANISATION.step(step).department, why=whys)


def by_words(sentence: str = "the text says 'late': Late delivery") -> Why:
    return Why(basis="words", sentence=sentence)


def by_fact(sentence: str = "Picking took 30.0 h of 18.0 h: 12.0 h over") -> Why:
    return Why(basis="fact", sentence=sentence, overrun=12 * HOUR)


def was_triaged(**changes: object) -> routing.ComplaintTriaged:
    fields: dict[str, Any] = {
        "category": "late-delivery",
        "severity": "low",
        "language": "en",
        "steps": (touched("line-haul", by_words()), touched("delivery", by_words())),
        "confidence": 0.7,
        "basis": "rules",
        "circumstances": ABOUT,
    }
    return routing.ComplaintTriaged(at=NOW, by="system", **fields | changes)


def was_queued(**changes: object) -> routing.TriageQueued:
    fields: dict[str, Any] = {
        "category": "",
        "severity": "low",
        "language": "en",
        "confidence": 0.0,
        "threshold": 0.6,
        "candidates": (),
        "decide_by": NOW + DAY,
        "circumstances": ABOUT,
    }
    return routing.TriageQueued(at=NOW, by="system", **fields | changes)


def a_decision(**changes: object) -> commands.DecideTriage:
    fields: dict[str, Any] = {"category": "damaged", "steps": (), "reason": "the photo shows a crushed box"}
    return commands.DecideTriage(now=NOW + HOUR, by="triage", **fields | changes)


def a_link(other: str = "c0", score: float = 0.9) -> commands.LinkComplaint:
    return commands.LinkComplaint(now=NOW + HOUR, by="triage", complaint="c1", other=other, score=score, why="same box")


def nothing() -> Given[State, TriageCommand]:
    return spec(DECIDER)


def given(*events: Event) -> Given[State, TriageCommand]:
    return spec(DECIDER).given(*events)


def steps_of(event: Event) -> dict[str, list[str]]:
    """Per touched step the kinds of its whys."""
    assert isinstance(event, routing.ComplaintTriaged | routing.TriageQueued)
    return {touched.step: [why.basis for why in touched.why] for touched in event.steps}

"""Tables at every point of their way, in few words.

The complaint is about a parcel that came damaged: packing (warehouse), line haul (carrier), delivery (last-mile).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.departments import commands
from services.departments.commands import ResolutionCommand
from services.departments.decide import decider
from services.departments.state.models import State
from shared.contracts import departments
from shared.contracts.event import Event
from shared.contracts.parts import Remedy, Severity, StepTime, TouchedStep, Why
from shared.eventsourcing.decider import Decider
from shared.organisation import Organisation, from_path
from shared.testing.spec import Given, spec

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday morning, every calendar open
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FAR = NOW + 365 * DAY

ORGANISATION: Organisation = from_path("parcel-retailer")
DECIDER: Decider[State, ResolutionCommand] = decider(ORGANISATION)
OWNERS = {"packing": "warehouse", "line-haul": "carrier", "delivery": "last-mile", "care-answer": "customer-care"}
WHY = Why(basis="category", sentence="damaged goods touch it")


def touched(*steps: str) -> tuple[TouchedStep, ...]:
    return tuple(TouchedStep(step=step, department=OWNERS[step], why=(WHY,)) for step in steps)


def complaint(**changes: object) -> departments.ComplaintBrief:
    known: dict[str, Any] = {"registered_at": NOW, "excerpt": "The lamp came in pieces.", "points": 2}
    return departments.ComplaintBrief(**known | changes)


def triage(*steps: str, severity: Severity = "medium") -> departments.TriageBrief:
    return departments.TriageBrief(
        category="damaged", severity=severity, steps=touched(*(steps or ("packing", "line-haul", "delivery")))
    )


def note_complaint(now: datetime = NOW, **changes: object) -> commands.NoteComplaint:
    return commands.NoteComplaint(now=now, complaint=complaint(**changes))


def note_triage(
    *steps: str, now: datetime = NOW, severity: Severity = "medium", historic: bool = False
) -> commands.NoteTriage:
    return commands.NoteTriage(now=now, triage=triage(*steps, severity=severity), historic=historic)


def who(department: str, now: datetime = NOW) -> dict[str, Any]:
    return {"now": now, "by": department, "department": department}


def join(department: str, now: datetime = NOW) -> commands.Join:
    return commands.Join(**who(department, now))


def decline(department: str, nominee: str, reason: str = "step-not-ours", now: datetime = NOW) -> commands.Decline:
    return commands.Decline(**who(department, now), reason=reason, nominee=nominee)


def times(department: str, step: str, now: datetime = NOW, minutes: int = 10) -> commands.ReportTimes:
    ran = StepTime(step=step, started=NOW - 3 * DAY, ended=NOW - 2 * DAY)
    return commands.ReportTimes(**who(department, now), steps=(ran,), waiting={step: 3600}, staff_minutes=minutes)


def draft(proposal: str, **changes: object) -> commands.Draft:
    written: dict[str, Any] = {
        "proposal": proposal,
        "step": "packing",
        "kind": "remedy",
        "text": "Send a new lamp in a stronger box.",
        "remedy": Remedy(remedy="replace", amount=Decimal(80)),
    }
    return commands.Draft(**written | changes)


def prevention(proposal: str, **changes: object) -> commands.Draft:
    return draft(proposal, **{"kind": "prevention", "text": "A stronger box.", "remedy": None, **changes})


def propose(department: str, proposal: str, now: datetime = NOW, **changes: object) -> commands.Propose:
    return commands.Propose(**who(department, now), draft=draft(proposal, **changes))


def endorse(department: str, proposal: str, now: datetime = NOW) -> commands.Endorse:
    return commands.Endorse(**who(department, now), proposal=proposal)


def object_to(department: str, proposal: str, alternative: str, now: datetime = NOW) -> commands.ObjectTo:
    return commands.ObjectTo(
        **who(department, now),
        proposal=proposal,
        reason="A new lamp takes a week.",
        alternative=draft(alternative, remedy=Remedy(remedy="partial-refund", amount=Decimal(40))),
    )


def agree(department: str, remedy: str, *preventions: str, now: datetime = NOW, **budgets: int) -> commands.Agree:
    hours = {step.replace("_", "-"): given for step, given in budgets.items()}
    return commands.Agree(**who(department, now), remedy_proposal=remedy, preventions=preventions, budgets=hours)


def deliver(department: str = "warehouse", now: datetime = NOW, cost: int = 80) -> commands.DeliverRemedy:
    return commands.DeliverRemedy(**who(department, now), cost=Decimal(cost), staff_minutes=5)


def answer(department: str = "last-mile", now: datetime = NOW, **changes: object) -> commands.Answer:
    given: dict[str, Any] = {"text": "A new lamp is on its way to you.", "covers": (1, 2)}
    return commands.Answer(**who(department, now), **given | changes)


def clocks(now: datetime) -> commands.RunClocks:
    return commands.RunClocks(now=now)


def history(
    *commands: ResolutionCommand, start: Given[State, ResolutionCommand] | None = None
) -> Given[State, ResolutionCommand]:
    """Carry out commands one after the other; each must do something."""
    given = start or spec(DECIDER)
    for command in commands:
        events = DECIDER.decide(given.state, command)
        assert events, f"{command} did nothing"
        given = given.given(*events)
    return given


def opened(*steps: str, severity: Severity = "medium", **changes: object) -> Given[State, ResolutionCommand]:
    if changes.get("historic"):
        return history(note_triage(*steps, severity=severity, historic=True))
    return history(note_complaint(**changes), note_triage(*steps, severity=severity))


def pair(**changes: object) -> Given[State, ResolutionCommand]:
    """Warehouse and last-mile (who leads) have joined."""
    return history(join("warehouse"), join("last-mile"), start=opened("packing", "delivery", **changes))


def revealed(**changes: object) -> Given[State, ResolutionCommand]:
    """Both have contributed: `w` is the warehouse's remedy, `l` the lead's prevention."""
    return history(
        times("warehouse", "packing"),
        propose("warehouse", "w"),
        times("last-mile", "delivery"),
        commands.Propose(**who("last-mile"), draft=prevention("l", step="delivery", text="Scan at the door.")),
        start=pair(**changes),
    )


def agreed(**changes: object) -> Given[State, ResolutionCommand]:
    return history(endorse("last-mile", "w"), agree("last-mile", "w", "l"), start=revealed(**changes))


def completed(**changes: object) -> Given[State, ResolutionCommand]:
    return history(deliver(), answer(), start=agreed(**changes))


def types(events: Iterable[Event]) -> list[type[Event]]:
    return [type(event) for event in events]

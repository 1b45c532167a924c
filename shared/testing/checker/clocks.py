"""C-TIME: no clock fires early or twice, whatever the machines' clocks show."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from shared.contracts import departments, intake, review, routing
from shared.testing.checker.evidence import Evidence, Finding, Fired, Tally, Told


def no_clock_early_or_twice(evidence: Evidence) -> Finding:
    """Check every clock that ran out, from the logs and from whoever watched."""
    tally = Tally()
    logged = [clock for told in evidence.told if (clock := ran_out(told)) is not None]
    for clock in [*logged, *evidence.fired]:
        tally.looked()
        if clock.at < clock.due:
            tally.found(f"{clock.what} of {clock.stream} was due at {clock.due} and fired at {clock.at}.")
        if clock.actual is not None and clock.actual < clock.due - evidence.skew:
            tally.found(
                f"{clock.what} of {clock.stream} was due at {clock.due} and fired at {clock.actual}, true time."
            )
    for clocks in (logged, evidence.fired):
        for (stream, what, due), times in Counter((c.stream, c.what, c.due) for c in clocks).items():
            if times > 1:
                tally.found(f"{what} of {stream}, due at {due}, fired {times} times.")
    return tally.finding()


def ran_out(told: Told) -> Fired | None:
    """Return the clock whose end this event tells, or None."""
    found = _which(told)
    if found is None:
        return None
    which, due = found
    return Fired(told.commit.stream, f"{type(told.event).__name__} {which}".strip(), due, told.event.at)


def _which(told: Told) -> tuple[str, datetime] | None:
    """Return whose clock it is within the stream, and when it was due."""
    match told.event:
        case (
            intake.AcknowledgementMissed(due=due)
            | routing.TriageOverdue(due=due)
            | departments.AgreementOverdue(due=due)
            | departments.AnswerOverdue(due=due)
            | departments.EscalationOverdue(due=due)
        ):
            return "", due
        case intake.PromiseBroken(promise=which, due=due):
            return which, due
        case departments.DepartmentSilent(department=which, due=due):
            return which, due
        case review.ActionOverdue(action=which, due=due):
            return which, due
        case _:
            return None

"""C-TIME: no clock fires early or twice, whatever the machines' clocks show."""

from __future__ import annotations

from collections import Counter
from typing import Final

from shared.verification.evidence import Evidence, Finding, Fired, Tally, Told

BY_CLOCK: Final = "clock:"
"""How the cause of an event begins that a clock brought about."""


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
    _undeclared(evidence, tally)
    return tally.finding()


def ran_out(told: Told) -> Fired | None:
    """Return the clock whose end this event tells, or None."""
    if told.due is None:
        return None
    return Fired(told.commit.stream, " ".join(told.effect or [type(told.event).__name__]), told.due, told.event.at)


def _undeclared(evidence: Evidence, tally: Tally) -> None:
    """Find what a clock brought about without any event that declares that clock: nobody could check its time."""
    brought: dict[tuple[str, str], list[Told]] = {}
    for told in evidence.told:
        if told.record.cause.startswith(BY_CLOCK):
            brought.setdefault((told.commit.id, told.record.cause), []).append(told)
    for (commit, _), events in brought.items():
        tally.looked()
        if all(told.due is None for told in events):
            names = ", ".join(type(told.event).__name__ for told in events)
            tally.found(f"A clock brought about {names} in {commit}, and none of them declares the clock.")

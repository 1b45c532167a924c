"""C-TIME: no clock fires early or twice, whatever the machines' clocks show."""

from __future__ import annotations

from collections import Counter
from typing import Final

from shared.verification.evidence import Evidence, Finding, Fired, Logged, Tally

BY_CLOCK: Final = "clock:"
"""How the cause of an event begins that a clock brought about."""


def no_clock_early_or_twice(evidence: Evidence) -> Finding:
    """Check every clock that ran out, from the logs and from whoever watched."""
    tally = Tally()
    from_logs = [clock for logged in evidence.logged if (clock := ran_out(logged)) is not None]
    for clock in [*from_logs, *evidence.fired]:
        tally.looked()
        if clock.at < clock.due:
            tally.found(f"{clock.what} of {clock.stream} was due at {clock.due} and fired at {clock.at}.")
        if clock.actual is not None and clock.actual < clock.due - evidence.skew:
            tally.found(
                f"{clock.what} of {clock.stream} was due at {clock.due} and fired at {clock.actual}, true time."
            )
    for clocks in (from_logs, evidence.fired):
        for (stream, what, due), times in Counter((c.stream, c.what, c.due) for c in clocks).items():
            if times > 1:
                tally.found(f"{what} of {stream}, due at {due}, fired {times} times.")
    _undeclared(evidence, tally)
    return tally.finding()


def ran_out(logged: Logged) -> Fired | None:
    """Return the clock whose end this event reports, or None."""
    if logged.due is None:
        return None
    return Fired(
        logged.commit.stream, " ".join(logged.effect or [type(logged.event).__name__]), logged.due, logged.event.at
    )


def _undeclared(evidence: Evidence, tally: Tally) -> None:
    """Find what a clock brought about without any event that declares that clock: nobody could check its time."""
    brought: dict[tuple[str, str], list[Logged]] = {}
    for logged in evidence.logged:
        if logged.record.cause.startswith(BY_CLOCK):
            brought.setdefault((logged.commit.id, logged.record.cause), []).append(logged)
    for (commit, _), events in brought.items():
        tally.looked()
        if all(logged.due is None for logged in events):
            names = ", ".join(type(logged.event).__name__ for logged in events)
            tally.found(f"A clock brought about {names} in {commit}, and none of them declares the clock.")

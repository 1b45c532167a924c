"""What a seed will do: how many complaints, how impatient the clocks, which troubles and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final, Literal

What = Literal["crash", "restart", "start", "zombie", "rebalance", "poison", "no store", "no broker"]

_WHAT: Final[tuple[What, ...]] = (
    *("crash", "restart", "restart", "start", "zombie", "rebalance", "rebalance", "poison"),
    *("no store", "no broker"),
)
_SERVICES: Final = ("intake", "departments", "review")
_COMMANDS: Final = ("Register", "Open", "Hear", "RunClocks", "Answer", "Close", "Count")
_MOST_SKEW_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong, so many seconds after the one before."""

    what: What
    service: str
    after: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One scenario.

    Attributes:
        replicated: the service that has two processes from the start, or none.
        sources: services can ask one another for what the broker did not bring; only then may it lose anything.
        skewed: each process's clock is wrong by up to five minutes.
        patience, acknowledge_within: seconds until departments' and intake's clocks run out.
        fuses: per command type how often deciding it fails.
        person: after the faults somebody gives up what was poisoned.
        rest: seconds of faulty weather after the last trouble.
    """

    services: tuple[str, ...]
    complaints: int
    replicated: str
    sources: bool
    skewed: bool
    patience: float
    acknowledge_within: float
    troubles: tuple[Trouble, ...]
    fuses: Mapping[str, int]
    person: bool
    rest: float

    @classmethod
    def draw(cls, rng: Random) -> Plan:
        """Draw a scenario."""
        services = _SERVICES if rng.random() < 0.4 else _SERVICES[:2]
        troubles = [
            Trouble(rng.choice(_WHAT), rng.choice(services), rng.random() * 4.0)
            for _ in range(rng.choice((0, 1, 2, 2, 3, 5)))
        ]
        fuses = {rng.choice(_COMMANDS): rng.choice((1, 3, 5, 7, 7)) for _ in range(rng.choice((0, 1, 1)))}
        return cls(
            services=services,
            complaints=rng.choice((1, 1, 1, 1, 2)),
            replicated=rng.choice(("", "", *services)),
            sources=rng.random() < 0.6,
            skewed=rng.random() < 0.25,
            patience=0.5 + rng.random() * 8.0,
            acknowledge_within=0.5 + rng.random() * 8.0,
            troubles=tuple(troubles),
            fuses=fuses,
            person=rng.random() < 0.5,
            rest=1.0 + rng.random() * 6.0,
        )

    def skew(self, rng: Random) -> timedelta:
        """Draw how wrong one process's clock is."""
        if not self.skewed:
            return timedelta(0)
        return timedelta(seconds=round(rng.uniform(-_MOST_SKEW_SECONDS, _MOST_SKEW_SECONDS), 3))


MOST_SKEW: Final = timedelta(seconds=_MOST_SKEW_SECONDS)

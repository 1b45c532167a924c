"""What a seed will do: how many complaints, how impatient the clocks, which troubles when; and what of it is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Final, Literal

What = Literal["crash", "restart", "start", "zombie", "rebalance", "poison", "retry", "no store", "no broker"]

_WHAT: Final[tuple[What, ...]] = (
    *("crash", "restart", "restart", "start", "zombie", "rebalance", "rebalance", "poison", "retry"),
    *("no store", "no broker"),
)
_SERVICES: Final = ("intake", "departments", "review")
_COMMANDS: Final = ("Register", "Open", "Hear", "RunClocks", "Answer", "Close", "Count")
_MOST_SKEW_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Variation:
    """A seed, changed.

    Attributes:
        keep: the names of what may still go wrong; None: all that the seed drew.
        shake: 0 is the seed's own order of events, every other number is another one.
    """

    keep: frozenset[str] | None = None
    shake: int = 0

    @classmethod
    def parse(cls, keep: str | None, shake: str | None) -> Variation:
        """Read it as `settings` writes it."""
        names = None if not keep else frozenset(keep.split(",")) - {_NOTHING}
        return cls(names, int(shake or 0))

    def settings(self) -> str:
        """Return what `make test-sim` has to be told, with a space before it; empty for a seed as it was drawn."""
        keep = "" if self.keep is None else f" KEEP={','.join(sorted(self.keep)) or _NOTHING}"
        return keep + (f" SHAKE={self.shake}" if self.shake else "")


_NOTHING: Final = "nothing"
AS_DRAWN: Final = Variation()


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong, so many seconds after the one before."""

    name: str
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
        rebuild: when all is quiet, read models are built anew.
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
    rebuild: bool

    @classmethod
    def draw(cls, rng: Random) -> Plan:
        """Draw a scenario."""
        services = _SERVICES if rng.random() < 0.4 else _SERVICES[:2]
        troubles = [
            _trouble(number, rng.choice(_WHAT), rng.choice(services), rng.random() * 4.0)
            for number in range(rng.choice((0, 1, 2, 2, 3, 5)))
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
            rebuild=rng.random() < 0.3,
        )

    def parts(self) -> list[str]:
        """Return the names of what can be left out."""
        return [
            *(trouble.name for trouble in self.troubles),
            *(f"fuse.{command}" for command in self.fuses),
            *(name for name, there in self._switches().items() if there),
        ]

    def only(self, keep: Collection[str]) -> Plan:
        """Return it without the parts that are not named."""
        return replace(
            self,
            troubles=tuple(trouble for trouble in self.troubles if trouble.name in keep),
            fuses={command: times for command, times in self.fuses.items() if f"fuse.{command}" in keep},
            complaints=self.complaints if "complaints" in keep else 1,
            replicated=self.replicated if "replica" in keep else "",
            skewed=self.skewed and "skew" in keep,
            person=self.person and "person" in keep,
            rebuild=self.rebuild and "rebuild" in keep,
        )

    def _switches(self) -> dict[str, bool]:
        return {
            "complaints": self.complaints > 1,
            "replica": bool(self.replicated),
            "skew": self.skewed,
            "person": self.person,
            "rebuild": self.rebuild,
        }

    def skew(self, rng: Random) -> timedelta:
        """Draw how wrong one process's clock is."""
        if not self.skewed:
            return timedelta(0)
        return timedelta(seconds=round(rng.uniform(-_MOST_SKEW_SECONDS, _MOST_SKEW_SECONDS), 3))

    @property
    def most_skew(self) -> timedelta:
        """How wrong any clock may be."""
        return MOST_SKEW if self.skewed else timedelta(0)


def _trouble(number: int, what: What, service: str, after: float) -> Trouble:
    return Trouble(f"{what.replace(' ', '-')}.{number}", what, service, after)


MOST_SKEW: Final = timedelta(seconds=_MOST_SKEW_SECONDS)

"""How bad the world is during one simulation: the rates of faults, drawn from the seed, until it is calm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from random import Random
from typing import Final

from shared.store.memory import Moment
from shared.store.port import StoreUnavailable


class Sent(Enum):
    """What becomes of one record that is sent."""

    WELL = auto()
    REFUSED = auto()
    """Not appended, not acknowledged."""
    UNANSWERED = auto()
    """Appended, not acknowledged."""
    TWICE = auto()
    HIDDEN = auto()
    """Acknowledged, and no consumer ever gets it."""


class Transient(Exception):
    """A failure of a decision that goes away by itself."""


_SLOW_SECONDS: Final = 4.0
_STALLED_SECONDS: Final = 120.0
_RETRIED: Final = ("unpark", "repark")
_RATES: Final = (0.0, 0.0, 0.01, 0.05, 0.15)


@dataclass(frozen=True, slots=True)
class Rates:
    """How often what fails: per call of a store and moment, per record sent, per answer, per question to a source.

    Attributes:
        store: of calls that fail.
        slow: of calls that take seconds.
        stalled: of appends that stop for up to two minutes between taking their position and inserting.
        sending: of sends; what is hidden was acknowledged.
        answers_lost: of answers to clients.
        source_away: of questions to another service's log.
    """

    store: Mapping[Moment, float]
    slow: float
    stalled: float
    sending: Mapping[Sent, float]
    answers_lost: float
    source_away: float

    @classmethod
    def draw(cls, rng: Random, *, losing: bool) -> Rates:
        """Draw them. `losing`: the broker may lose what it acknowledged (then sources must be there to ask)."""
        pick = rng.choice
        return cls(
            store={moment: pick(_RATES) for moment in Moment},
            slow=pick((0.0, 0.0, 0.02, 0.1)),
            stalled=pick((0.0, 0.0, 0.0, 0.05)),
            sending={
                **{fate: pick(_RATES) for fate in (Sent.REFUSED, Sent.UNANSWERED, Sent.TWICE)},
                Sent.HIDDEN: pick((0.0, 0.1, 0.3)) if losing else 0.0,
            },
            answers_lost=pick((0.0, 0.1, 0.4)),
            source_away=pick((0.0, 0.3)),
        )

    def parts(self) -> list[str]:
        """Return the names of what may fail at all."""
        return [name for name, rate in self._named().items() if rate]

    def only(self, keep: Collection[str]) -> Rates:
        """Return them without the parts that are not named."""
        return Rates(
            store={at: rate if f"store.{at}" in keep else 0.0 for at, rate in self.store.items()},
            slow=self.slow if "slow" in keep else 0.0,
            stalled=self.stalled if "stalled" in keep else 0.0,
            sending={fate: rate if _sending(fate) in keep else 0.0 for fate, rate in self.sending.items()},
            answers_lost=self.answers_lost if "answers-lost" in keep else 0.0,
            source_away=self.source_away if "source-away" in keep else 0.0,
        )

    def _named(self) -> dict[str, float]:
        return {
            **{f"store.{moment}": rate for moment, rate in self.store.items()},
            "slow": self.slow,
            "stalled": self.stalled,
            **{_sending(fate): rate for fate, rate in self.sending.items()},
            "answers-lost": self.answers_lost,
            "source-away": self.source_away,
        }


def _sending(fate: Sent) -> str:
    return f"send.{fate.name.lower()}"


class Weather:
    """Draws what fails.

    Args:
        note: told about each fault, for the schedule.
        time: virtual seconds, for how long something is away.
    """

    def __init__(
        self, rng: Random, rates: Rates, *, note: Callable[[str], None], time: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._time = time
        self._away_until = {"no store": 0.0, "no broker": 0.0}
        self._rng = rng
        self._note = note
        self._rates = rates
        self.calm = False
        self.fuses: dict[str, int] = {}

    def take_away(self, what: str, until: float) -> None:
        """Let no call of any store, or no send, succeed until then."""
        self._note(f"{what} until {until:.3f} s")
        self._away_until[what] = until

    async def pause(self) -> None:
        """Give way; now and then for seconds of virtual time, as a stalled machine does."""
        slow = self._rates.slow
        if not self.calm and slow and self._rng.random() < slow:
            await asyncio.sleep(self._rng.random() * _SLOW_SECONDS)
        else:
            await asyncio.sleep(0)

    async def at_store(self, call: str, moment: Moment) -> None:
        """Fail a call of the store, before, between or after its writes; what failed after was done all the same."""
        if moment is Moment.BEFORE and call in _RETRIED:
            self._note(f"retried: {call}")
        if self.calm:
            return
        if self._time() < self._away_until["no store"]:
            raise StoreUnavailable(call)
        rates = self._rates
        rate = rates.store[moment]
        if rate and self._rng.random() < rate:
            self._note(f"store fails {moment} {call}")
            raise StoreUnavailable(call)
        if rates.slow and self._rng.random() < rates.slow:
            await asyncio.sleep(self._rng.random() * _SLOW_SECONDS)
        if moment is Moment.NUMBERED and rates.stalled and self._rng.random() < rates.stalled:
            seconds = self._rng.random() * _STALLED_SECONDS
            self._note(f"an append stalls for {seconds:.0f} s")
            await asyncio.sleep(seconds)

    def answer_lost(self) -> bool:
        """Draw whether a client does not get its answer."""
        rate = self._rates.answers_lost
        return not self.calm and rate > 0.0 and self._rng.random() < rate

    def source_answers(self, service: str) -> bool:
        """Draw whether another service's log can be read now."""
        rate = self._rates.source_away
        if self.calm or not rate or self._rng.random() >= rate:
            return True
        self._note(f"source {service} is away")
        return False

    def sending(self, topic: str, key: bytes) -> Sent:
        """Draw the fate of one record."""
        if self.calm:
            return Sent.WELL
        if self._time() < self._away_until["no broker"]:
            return Sent.REFUSED
        for fate, rate in self._rates.sending.items():
            if rate and self._rng.random() < rate:
                self._note(f"send {fate.name.lower()} {topic} {key.decode()}")
                return fate
        return Sent.WELL

    def decide(self, command: object) -> None:
        """Fail a decision while its fuse is burning, in calm weather too: how often is bounded."""
        name = type(command).__name__
        left = self.fuses.get(name, 0)
        if left:
            self.fuses[name] = left - 1
            self._note(f"decide fails {name}")
            raise Transient(name)

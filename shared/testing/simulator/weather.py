"""How bad the world is during one simulation: the rates of faults, drawn from the seed, until it is calm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from random import Random

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


_RATES = (0.0, 0.0, 0.01, 0.05, 0.15)


class Weather:
    """Draws what fails.

    Args:
        losing: whether the broker may lose what it acknowledged (then sources must be there to ask).
        note: told about each fault, for the schedule.
        time: virtual seconds, for how long something is away.
    """

    def __init__(
        self, rng: Random, *, losing: bool, note: Callable[[str], None], time: Callable[[], float] = lambda: 0.0
    ) -> None:
        pick = rng.choice
        self._time = time
        self._away_until = {"no store": 0.0, "no broker": 0.0}
        self._rng = rng
        self._note = note
        self.calm = False
        self.store = {Moment.BEFORE: pick(_RATES), Moment.BETWEEN: pick(_RATES), Moment.AFTER: pick(_RATES)}
        self.slow = pick((0.0, 0.0, 0.02, 0.1))
        self._sending = ((Sent.REFUSED, pick(_RATES)), (Sent.UNANSWERED, pick(_RATES)), (Sent.TWICE, pick(_RATES)))
        self._hiding = pick((0.0, 0.1, 0.3)) if losing else 0.0
        self.answers_lost = pick((0.0, 0.1, 0.4))
        self.source_away = pick((0.0, 0.3))
        self.fuses: dict[str, int] = {}

    def take_away(self, what: str, until: float) -> None:
        """Let no call of any store, or no send, succeed until then."""
        self._note(f"{what} until {until:.3f} s")
        self._away_until[what] = until

    async def pause(self) -> None:
        """Give way; now and then for seconds of virtual time, as a stalled machine does."""
        if not self.calm and self.slow and self._rng.random() < self.slow:
            await asyncio.sleep(self._rng.random() * 4.0)
        else:
            await asyncio.sleep(0)

    async def at_store(self, call: str, moment: Moment) -> None:
        """Fail a call of the store, before, between or after its writes; what failed after was done all the same."""
        if self.calm:
            return
        if self._time() < self._away_until["no store"]:
            raise StoreUnavailable(call)
        rate = self.store[moment]
        if rate and self._rng.random() < rate:
            self._note(f"store fails {moment} {call}")
            raise StoreUnavailable(call)
        if self.slow and self._rng.random() < self.slow:
            await asyncio.sleep(self._rng.random() * 4.0)

    def source_answers(self, service: str) -> bool:
        """Draw whether another service's log can be read now."""
        if self.calm or not self.source_away or self._rng.random() >= self.source_away:
            return True
        self._note(f"source {service} is away")
        return False

    def sending(self, topic: str, key: bytes) -> Sent:
        """Draw the fate of one record."""
        if self.calm:
            return Sent.WELL
        if self._time() < self._away_until["no broker"]:
            return Sent.REFUSED
        for fate, rate in (*self._sending, (Sent.HIDDEN, self._hiding)):
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

"""What a service is, as data: its deciders, what it listens to, and what its clocks do. The runtime does the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.core.decider import Decider

E = TypeVar("E", bound=Event)


class Incoming(NamedTuple, Generic[E]):
    """An event that arrived: parsed and validated, with its envelope and the instant of its handling."""

    event: E
    envelope: Envelope
    now: datetime


@dataclass(frozen=True, slots=True)
class Listen(Generic[E]):
    """Which event becomes which command for the service's main aggregate of the same key.

    Delivered once and in order per complaint: the runtime de-duplicates by sequence. None: nothing to do.
    """

    topic: str
    kind: str
    event: type[E]
    command: Callable[[Incoming[E]], object | None]


@dataclass(frozen=True, slots=True)
class FanIn(Generic[E]):
    """Which event becomes commands for aggregates with other keys (themes). Once each, by the event's id and key."""

    topic: str
    kind: str
    event: type[E]
    to: str
    commands: Callable[[Incoming[E]], Iterable[tuple[str, object]]]


@dataclass(frozen=True, slots=True)
class Definition:
    """One service.

    Attributes:
        name: also its consumer group.
        deciders: the first is the main aggregate, keyed by complaint id.
        events: per kind the events its deciders emit, for reading them back.
        on_due: a state whose clock ran out and the instant -> the command that says so.
        topics: every topic it publishes on.
    """

    name: str
    deciders: Sequence[Decider[Any, Any]]
    events: Sequence[type[Event]]
    listens: Sequence[Listen[Any]] = ()
    fan_ins: Sequence[FanIn[Any]] = ()
    on_due: Callable[[str, Any, datetime], object | None] = lambda _kind, _state, _now: None
    topics: Sequence[str] = field(default_factory=tuple[str, ...])

    @property
    def main(self) -> Decider[Any, Any]:
        """The aggregate keyed by complaint id."""
        return self.deciders[0]

"""What a service is, as data: its streams and deciders, what it listens to, what its clocks do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from shared.contracts.envelope import Envelope
from shared.contracts.event import Event, StreamType
from shared.core.catalogue import Catalogue
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

    event: type[E]
    command: Callable[[Incoming[E]], object | None]


@dataclass(frozen=True, slots=True)
class FanIn(Generic[E]):
    """Which event becomes commands for aggregates with other keys (themes). Once each, by the event's id and key."""

    event: type[E]
    to: StreamType
    commands: Callable[[Incoming[E]], Iterable[tuple[str, object]]]


class Adapted(NamedTuple):
    """What of a service depends on the organisation: how it decides, and the topics of its departments."""

    deciders: Sequence[Decider[Any, Any]]
    topics: Sequence[str] = ()


def _nothing(_organisation: object) -> Adapted:
    return Adapted(())


@dataclass(frozen=True, slots=True)
class Definition:
    """One service. Whatever needs its topics, readers, events or consumer group reads them here.

    Attributes:
        name: also its consumer group.
        streams: those it owns; the first is the main aggregate's, keyed by complaint id.
        listens, fan_ins: what it does about other services' events, or its own.
        on_due: a state whose clock ran out and the instant -> the command that says so.
        further: topics it publishes on beside those of its streams.
        adapt: the organisation -> what depends on it; see `given`.
        deciders: one per stream, in the same order; empty until the organisation is given.
    """

    name: str
    streams: Sequence[StreamType]
    listens: Sequence[Listen[Any]] = ()
    fan_ins: Sequence[FanIn[Any]] = ()
    on_due: Callable[[str, Any, datetime], object | None] = lambda _kind, _state, _now: None
    further: Sequence[str] = ()
    adapt: Callable[[Any], Adapted] = _nothing
    deciders: Sequence[Decider[Any, Any]] = ()

    def given(self, organisation: object) -> Definition:
        """Return the service as it is for one organisation; only this one can run."""
        adapted = self.adapt(organisation)
        return replace(self, deciders=adapted.deciders, further=(*self.further, *adapted.topics))

    @property
    def main(self) -> StreamType:
        """The streams keyed by complaint id."""
        return self.streams[0]

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic it publishes on, its own first."""
        return tuple(dict.fromkeys((*(stream.topic for stream in self.streams), *self.further)))

    @property
    def received(self) -> tuple[type[Event], ...]:
        """Every event that it does something about, once."""
        events = [*(listen.event for listen in self.listens), *(fan_in.event for fan_in in self.fan_ins)]
        return tuple(dict.fromkeys(events))

    @property
    def sources(self) -> Mapping[str, str]:
        """Every topic it consumes, in a stable order, and the service that owns it."""
        return {event.stream.topic: event.stream.service for event in self.received}

    @property
    def catalogue(self) -> Catalogue:
        """The events it can read: its own, and all of the streams that it listens to."""
        return Catalogue(dict.fromkeys((*self.streams, *(event.stream for event in self.received))))

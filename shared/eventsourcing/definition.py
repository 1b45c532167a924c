"""What a service is, as data: its streams and deciders, what it listens to, what its clocks do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from shared.contracts.envelope import Envelope
from shared.contracts.event import Event, StreamType
from shared.eventsourcing.catalogue import Catalogue
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.projector import Projector

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
    """What depends on the organisation: the deciders, and the topics of its departments."""

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
        listens, fan_ins: how it reacts to other services' events, or its own.
        on_due: a state whose clock ran out and the instant -> the command that reports it.
        further: topics it publishes on beside those of its streams.
        adapt: the organisation -> what depends on it; see `given`.
        deciders: one per stream, in the same order; empty until the organisation is given.
        projectors: its read models. A service may have streams, projectors or both.
    """

    name: str
    streams: Sequence[StreamType]
    listens: Sequence[Listen[Any]] = ()
    fan_ins: Sequence[FanIn[Any]] = ()
    on_due: Callable[[str, Any, datetime], object | None] = lambda _kind, _state, _now: None
    further: Sequence[str] = ()
    adapt: Callable[[Any], Adapted] = _nothing
    deciders: Sequence[Decider[Any, Any]] = ()
    projectors: Sequence[Projector[Any]] = ()

    def given(self, organisation: object) -> Definition:
        """Return the service as it is for one organisation; only this one can run."""
        adapted = self.adapt(organisation)
        return replace(self, deciders=adapted.deciders, further=(*self.further, *adapted.topics))

    @property
    def main(self) -> StreamType | None:
        """The streams keyed by complaint id; None where the service only projects."""
        return self.streams[0] if self.streams else None

    @property
    def kept(self) -> Mapping[str, Decider[Any, Any]]:
        """By kind of stream, everything of which the store keeps states: aggregates, and the rows of projections."""
        rows = (projector.decider() for projector in self.projectors)
        return {decider.kind: decider for decider in (*self.deciders, *rows)}

    @property
    def spread(self) -> Sequence[FanIn[Any]]:
        """Every event that changes streams with other keys than its own, and how: the fan-ins and the projections."""
        return (*self.fan_ins, *(_projecting(one, event) for one in self.projectors for event in one.received))

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic it publishes on, its own first."""
        return tuple(dict.fromkeys((*(stream.topic for stream in self.streams), *self.further)))

    @property
    def received(self) -> tuple[type[Event], ...]:
        """Every event to which it reacts, once."""
        events = [*(listen.event for listen in self.listens), *(fan_in.event for fan_in in self.spread)]
        return tuple(dict.fromkeys(events))

    @property
    def sources(self) -> Mapping[str, str]:
        """Every topic it consumes, in a stable order, and the service that owns it."""
        return {event.stream.topic: event.stream.service for event in self.received}

    @property
    def catalogue(self) -> Catalogue:
        """The events it can read: its own, and all of the streams that it listens to."""
        rows = (projector.rows for projector in self.projectors)
        return Catalogue(dict.fromkeys((*self.streams, *rows, *(event.stream for event in self.received))))


def _projecting(projector: Projector[Any], event: type[Event]) -> FanIn[Any]:
    def rows(incoming: Incoming[Any]) -> Iterable[tuple[str, object]]:
        yield projector.key(incoming.event, incoming.envelope.subject), incoming.event

    return FanIn(event, projector.rows, rows)

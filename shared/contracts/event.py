"""What every published event has: who (a role), when, its name and version, and the traits that others act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, NamedTuple

from pydantic import AfterValidator

from shared.contracts.part import Part

MAX_TEXT: Final = 20_000

Json = dict[str, Any]
"""An event as a JSON object."""


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = "an instant needs a time zone, e.g. 2026-01-31T12:00:00Z"
        raise ValueError(msg)
    return value


Instant = Annotated[datetime, AfterValidator(_utc)]
"""A moment in UTC; a naive datetime is refused."""


class Upcast(NamedTuple):
    """How a retired version becomes the next one.

    Attributes:
        to: the name of the next type; fixed, so that a type alone tells who listens to it.
        change: the old event's JSON object -> the next one's. Pure. It may change and return what it is given, and need
            not check it: the type that it ends in does.
    """

    to: str
    change: Callable[[Json], Json]


@dataclass(frozen=True, slots=True, eq=False)
class StreamType:
    """All streams of one aggregate: who publishes them, where, and which events they are made of.

    Attributes:
        service: the service that owns them.
        topic: where all their events go; the sequence of a stream is counted on this topic.
        kind: first part of every stream name, e.g. ``complaint`` in ``complaint/<id>``.
        events: what is published today, by type name; each event class enters itself.
        retired: what is published no more but stands in logs, and is still read as it is.
        upcasters: what was published once in another form, e.g.
            ``"PromiseMade.v1": Upcast("PromiseMade.v2", …)``; each leads to what is published today.
    """

    service: str
    topic: str
    kind: str
    events: dict[str, type[Event]] = field(default_factory=dict[str, "type[Event]"])
    retired: dict[str, type[Event]] = field(default_factory=dict[str, "type[Event]"])
    upcasters: dict[str, Upcast] = field(default_factory=dict[str, Upcast])

    def name(self, key: str) -> str:
        """Return the name of the stream with this key."""
        return f"{self.kind}/{key}"


class Audience(Enum):
    """Which further topics an event goes to, beside its owner's; `departments` and `review` resolve it."""

    LOG = "nobody, not even the owner's topic: it stands in the log of its stream, to fold the state from"
    NOBODY = "no further topic"
    NAMED = "the departments that the event names"
    TABLE = "every department at the table"
    REVEALED_TABLE = "every department at the table, once the blind round is over"
    BOARD = "the readers of summaries"


class Latest(NamedTuple):
    """A field of the stream's latest event of a type, before the event in question."""

    event: type[Event]
    field: str


Fact = str | Latest
"""Where a value stands: in a field of the event itself, or in an earlier event of its stream."""

Before = Mapping[type["Event"], "Event"]
"""The latest event of each type in a stream, before the one in question."""


class Due(NamedTuple):
    """The clock whose running out an event reports.

    Attributes:
        at: where the instant stands at which it was to run out.
        only_if: a field and the value it then has, where the event happens for other reasons too.
    """

    at: Fact
    only_if: tuple[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """What others act on without knowing the event by name.

    Attributes:
        audience: its further topics.
        due: the clock that ran out with it; None: no clock.
        once_per: what it may happen only once per, within its stream; empty: once in the stream's life; None: it may
            happen any number of times.
    """

    audience: Audience = Audience.NOBODY
    due: Due | None = None
    once_per: tuple[Fact, ...] | None = None

    def ran_out(self, event: Event, before: Before) -> datetime | None:
        """Return when the clock that this event reports was due; None where it reports none."""
        if self.due is None:
            return None
        if self.due.only_if is not None and getattr(event, self.due.only_if[0]) != self.due.only_if[1]:
            return None
        found: datetime | None = _value(self.due.at, event, before)
        return found

    def effect(self, event: Event, before: Before) -> tuple[str, ...] | None:
        """Return what must not happen twice in the stream; None where it may."""
        if self.once_per is None:
            return None
        return (type(event).__name__, *(str(_value(fact, event, before)) for fact in self.once_per))


def _value(fact: Fact, event: Event, before: Before) -> Any:  # noqa: ANN401 - any field of any event
    if isinstance(fact, str):
        return getattr(event, fact)
    return getattr(before.get(fact.event), fact.field, None)


class _Unstated(Enum):
    UNSTATED = "not stated"


UNSTATED: Final = _Unstated.UNSTATED


class Event(Part):
    """Something that happened. Past tense; never renamed, only versioned.

    A subclass that gives `stream` is the base of that stream's events. Each event of a stream states its traits as
    class arguments, and is refused at import where it leaves one out::

        class PromiseBroken(ComplaintEvent, audience=NOBODY, due=Due("due"), once_per=("promise", "due")): ...

    Attributes:
        at: when it happened.
        by: the role that did it (``customer``, ``customer-care``, ``system`` …), never a person.
    """

    version: ClassVar[int] = 1
    stream: ClassVar[StreamType]
    traits: ClassVar[Traits] = Traits()
    at: Instant
    by: str

    def __init_subclass__(
        cls,
        *,
        stream: StreamType | None = None,
        audience: Audience | None = None,
        due: Due | _Unstated | None = UNSTATED,
        once_per: tuple[Fact, ...] | _Unstated | None = UNSTATED,
        retired: bool = False,
    ) -> None:
        if stream is not None:
            cls.stream = stream
        elif any("stream" in vars(base) for base in cls.__bases__):
            if audience is None or isinstance(due, _Unstated) or isinstance(once_per, _Unstated):
                msg = f"{cls.__name__} must state its audience, due and once_per: see shared/contracts/event.py"
                raise TypeError(msg)
            cls.traits = Traits(audience, due, once_per)
            (cls.stream.retired if retired else cls.stream.events)[cls.type_name()] = cls

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: object) -> None:
        for fact in (*(cls.traits.once_per or ()), *([cls.traits.due.at] if cls.traits.due else [])):
            of, name = (cls, fact) if isinstance(fact, str) else fact
            if name not in of.model_fields:
                msg = f"the traits of {cls.__name__} name {of.__name__}.{name}, and there is no such field"
                raise TypeError(msg)

    @classmethod
    def type_name(cls) -> str:
        """Return the CloudEvents type, e.g. ``ComplaintRegistered.v1``."""
        return f"{cls.__name__}.v{cls.version}"

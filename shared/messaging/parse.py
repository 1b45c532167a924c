"""From a record's bytes to an input for the engine, one record at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from shared.contracts.envelope import Envelope, EnvelopeInvalid
from shared.contracts.event import Event
from shared.eventsourcing.decider import Rejected
from shared.eventsourcing.definition import Definition, FanIn, Incoming, Listen
from shared.eventsourcing.session import Input


class Raw(NamedTuple):
    """A record as the broker (or its source) gave it. `offset` is -1 where it did not come from a broker.

    A header without a value is None on the wire; `Envelope.parse` takes that for missing.
    """

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]


class Read(NamedTuple):
    """What a record means to this service: its key, and what to apply."""

    raw: Raw
    key: str
    envelope: Envelope
    inputs: Sequence[Input]


class Poison(NamedTuple):
    """A record that can never be applied, and why, in words. `name` is its event id where that can be trusted."""

    raw: Raw
    key: str
    reason: str
    name: str = ""


class Skipped(NamedTuple):
    """A record that is not for this service: neither its streams nor its cursor are concerned."""


SKIPPED: Final = Skipped()


class Reader:
    """Knows what a service listens to."""

    def __init__(self, definition: Definition) -> None:
        self._main = definition.main.kind if definition.main is not None else ""
        self._catalogue = definition.catalogue
        self._listens = {_where(listen.event): listen for listen in definition.listens}
        self._spread: dict[tuple[str, str, str], list[FanIn[Any]]] = {}
        for fan_in in definition.spread:
            self._spread.setdefault(_where(fan_in.event), []).append(fan_in)
        self._tracked = {(topic, kind) for topic, kind, _ in self._listens}
        self.unknown: dict[str, int] = {}

    def tracks(self, topic: str, kind: str) -> bool:
        """Return whether the service keeps a cursor for these streams."""
        return (topic, kind) in self._tracked

    def fans_in(self, topic: str, kind: str, types: Iterable[str]) -> bool:
        """Return whether events of one of these types become commands for aggregates with other keys."""
        return any((topic, kind, self._catalogue.current(name)) in self._spread for name in types)

    def kinds(self, topic: str) -> list[str]:
        """Return the kinds of streams on a topic that concern the service."""
        read = (*self._listens, *self._spread)
        return list(dict.fromkeys(kind for of, kind, _ in read if of == topic))

    def read(self, raw: Raw, now: datetime) -> Read | Poison | Skipped:
        """Read one record."""
        key = raw.key.decode("utf-8", "replace") or f"{raw.topic}/{raw.partition}"
        try:
            envelope = Envelope.parse(raw.headers)
        except EnvelopeInvalid as error:
            return Poison(raw, key, str(error))
        if envelope.subject != key:
            return Poison(raw, key, f"the key is {key!r} but ce_subject is {envelope.subject!r}")
        where = (raw.topic, envelope.kind, self._catalogue.current(envelope.type))
        listen, fan_ins = self._listens.get(where), self._spread.get(where, ())
        tracked = self.tracks(raw.topic, envelope.kind)
        if not self._catalogue.known(envelope.type):
            problem = self._unknown_version(envelope.type)
            if problem:
                return Poison(raw, key, problem, envelope.id)
            self.unknown[envelope.type] = self.unknown.get(envelope.type, 0) + 1
        if listen is None and not fan_ins and not tracked:
            return SKIPPED
        try:
            inputs = self._inputs(raw, envelope, listen, fan_ins, now)
        except Exception as error:  # noqa: BLE001 - what a record makes of us must not take its batch with it
            return Poison(raw, key, f"{envelope.type}: {describe(error)}", envelope.id)
        return Read(raw, key, envelope, inputs)

    def _unknown_version(self, name: str) -> str:
        """Return what is wrong if the type is known in another version: skipping it would lose what it says."""
        stem, _, version = name.rpartition(".v")
        names = (*self._catalogue.upcasters, *self._catalogue.events)
        mine = [other for other in names if other.rpartition(".v")[0] == stem]
        return f"{stem} came as version {version!r}; this service reads {', '.join(mine)}" if stem and mine else ""

    def parts(self, item: Read | Poison) -> Sequence[Input]:
        """Return the inputs of a record; of one that can never be applied its place, if it has one."""
        if isinstance(item, Read):
            return item.inputs
        over = self.passing_over(item.raw)
        return [] if over is None else [over]

    def passing_over(self, raw: Raw) -> Input | None:
        """Return the input that moves the cursor past a record without applying it; None where it has no place."""
        try:
            envelope = Envelope.parse(raw.headers)
        except EnvelopeInvalid:
            return None
        if not self.tracks(raw.topic, envelope.kind):
            return None
        stream = f"{self._main}/{envelope.subject}"
        return Input(stream, None, envelope.id, topic=raw.topic, seq=envelope.sequence)

    def _inputs(
        self, raw: Raw, envelope: Envelope, listen: Listen[Any] | None, fan_ins: Sequence[FanIn[Any]], now: datetime
    ) -> list[Input]:
        inputs: list[Input] = []
        incoming: Incoming[Event] | None = None
        if listen is not None or fan_ins:
            event = self._catalogue.read(envelope.type, raw.value)
            incoming = Incoming(event, envelope, now)
            for fan_in in fan_ins:
                for key, command in fan_in.commands(incoming):
                    stream = fan_in.to.name(key)
                    inputs.append(
                        Input(stream, command, envelope.id, f"{envelope.id}>{stream}", traceparent=envelope.traceparent)
                    )
        if self.tracks(raw.topic, envelope.kind):
            command = listen.command(incoming) if listen is not None and incoming is not None else None
            stream = f"{self._main}/{envelope.subject}"
            inputs.append(
                Input(
                    stream,
                    command,
                    envelope.id,
                    topic=raw.topic,
                    seq=envelope.sequence,
                    traceparent=envelope.traceparent,
                )
            )
        return inputs


def _where(event: type[Event]) -> tuple[str, str, str]:
    """Return the topic, kind of stream and type under which an event arrives."""
    return event.stream.topic, event.stream.kind, event.type_name()


def describe(error: Exception) -> str:
    """Return what an error says without the input that caused it, which may be somebody's words."""
    if isinstance(error, Rejected):
        return f"{error.rule}: {error.sentence}"
    if isinstance(error, ValidationError):
        found = error.errors(include_input=False, include_url=False)
        parts = [f"{'.'.join(map(str, item['loc'])) or 'value'}: {item['msg']}" for item in found[:5]]
        return f"it does not fit its schema: {'; '.join(parts)}"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 at byte {error.start}"
    return type(error).__name__

"""Projections: read models, a row per key, folded from events that others decided. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from shared.contracts.event import Event, StreamType
from shared.eventsourcing.decider import Decider

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Projector(Generic[Row]):
    """One read model. It publishes nothing, and can be built again from the logs of whoever published its events.

    Attributes:
        rows: what its rows are called. Of events published for them by an earlier release it knows the retired ones.
        initial: a row before its first event.
        on: per event what becomes of a row; retired events are folded where they stand, and awaited no more.
        key: an event and the complaint that it is about -> the row's key.
        row: (de)serialiser of a row.
        index: the few fields of a row that ``find`` may filter on.
    """

    rows: StreamType
    initial: Row
    on: Mapping[type[Event], Callable[[Row, Any], Row]]
    key: Callable[[Any, str], str]
    row: TypeAdapter[Row]
    index: Callable[[Row], dict[str, str | int | list[str]]]

    @property
    def received(self) -> tuple[type[Event], ...]:
        """The events that it waits for."""
        return tuple(event for event in self.on if event.type_name() not in event.stream.retired)

    def project(self, row: Row, event: Event) -> Row:
        """Return the row after an event; one that does not concern it leaves it as it is."""
        change = self.on.get(type(event))
        return row if change is None else change(row, event)

    def decider(self) -> Decider[Row, Event]:
        """Return the same as the engine carries it out: each event is taken down as it is, beside the row."""
        return Decider(
            stream=self.rows,
            published=False,
            initial=self.initial,
            decide=lambda _row, event: (event,),
            evolve=self.project,
            is_terminal=lambda _row: False,
            state=self.row,
            index=self.index,
            next_due=lambda _row: None,
        )

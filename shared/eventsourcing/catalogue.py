"""Which events can be read, by type, and how older versions of them are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, to_json

from shared.contracts.event import Event, Json, StreamType, Upcast

_OBJECT: Final = TypeAdapter(Json)


class Catalogue:
    """The events of some streams. The one place where bytes become events.

    Attributes:
        published: what is published today, by type name.
        events: the same, and those that are no longer published but still read.
        upcasters: the earlier types, and what each becomes.
    """

    def __init__(self, streams: Iterable[StreamType]) -> None:
        self.published: dict[str, type[Event]] = {}
        self.events: dict[str, type[Event]] = {}
        self.upcasters: dict[str, Upcast] = {}
        for stream in streams:
            self.published |= stream.events
            self.events |= {**stream.retired, **stream.events}
            self.upcasters |= stream.upcasters

    def known(self, name: str) -> bool:
        """Return whether events of this type can be read: it is published today, or was at one time."""
        return name in self.events or name in self.upcasters

    def current(self, name: str) -> str:
        """Return the type as which an event is read: its own, unless an upcaster replaces it."""
        while (upcast := self.upcasters.get(name)) is not None:
            name = upcast.to
        return name

    def upcast(self, name: str, body: Json) -> tuple[str, Json]:
        """Return the type and the JSON object that an event is read as; see `current`. `body` may be changed."""
        while (step := self.upcasters.get(name)) is not None:
            name, body = step.to, step.change(body)
        return name, body

    def read(self, name: str, data: bytes | str) -> Event:
        """Return the event in these bytes of this type, in the version that is published today.

        Raises KeyError if the type is unknown, and ValidationError if the bytes do not fit it.
        """
        event = self.events.get(name)
        if event is not None:
            return event.model_validate_json(data)
        if name not in self.upcasters:
            raise KeyError(name)
        body = _OBJECT.validate_json(data)
        try:
            name, body = self.upcast(name, body)
        except Exception as error:  # noqa: BLE001 - whatever an upcaster stumbles over, these bytes do not fit
            # Only the error's name: its text may quote the event, and that may be a customer's words.
            context = {"to": self.current(name), "error": type(error).__name__}
            problem = PydanticCustomError("upcast", "it cannot be turned into {to}: {error}", context)
            raise ValidationError.from_exception_data(name, [InitErrorDetails(type=problem, input=None)]) from None
        return self.events[name].model_validate_json(to_json(body))

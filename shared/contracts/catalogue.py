"""Every event type by its name on the wire, and how what was said in an older version is read today."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, to_json

from shared.contracts import departments, intake, review, routing
from shared.contracts.event import Event

Json = dict[str, Any]
"""An event as a JSON object."""


class Upcast(NamedTuple):
    """How a retired version becomes the next one.

    Attributes:
        to: the name of the next type; fixed, so that a type alone tells who listens to it.
        change: the old event's JSON object -> the next one's. Pure. It may change and return what it is given, and need
            not check it: the type that it ends in does.
    """

    to: str
    change: Callable[[Json], Json]


EVENTS: Final[dict[str, type[Event]]] = {
    event.type_name(): event for module in (intake, routing, departments, review) for event in module.EVENTS
}
"""What is said today."""

UPCASTERS: Final[dict[str, Upcast]] = {}
"""What was said once, e.g. ``"PromiseMade.v1": Upcast("PromiseMade.v2", …)``; each leads to what is said today."""

_OBJECT: Final = TypeAdapter(Json)


def known(name: str) -> bool:
    """Return whether events of this type can be read: it is said today, or was once."""
    return name in EVENTS or name in UPCASTERS


def current(name: str) -> str:
    """Return the type that an event of this type is read as; a name that is said today, or never was, is its own."""
    while (upcast := UPCASTERS.get(name)) is not None:
        name = upcast.to
    return name


def upcast(name: str, told: Json) -> tuple[str, Json]:
    """Return the type and the JSON object that an event is read as; see `current`. `told` may be changed."""
    while (step := UPCASTERS.get(name)) is not None:
        name, told = step.to, step.change(told)
    return name, told


def read(name: str, data: bytes | str) -> Event:
    """Return the event that these bytes of this type say, in the version that is said today.

    Raises KeyError where the type is not known and ValidationError where the bytes do not fit it.
    """
    event = EVENTS.get(name)
    if event is not None:
        return event.model_validate_json(data)
    if name not in UPCASTERS:
        raise KeyError(name)
    told = _OBJECT.validate_json(data)
    try:
        name, told = upcast(name, told)
    except Exception as error:  # noqa: BLE001 - whatever an upcaster stumbles over, these bytes do not fit
        # Only the error's name: what it says may be what the event says, and that may be somebody's words.
        problem = PydanticCustomError("upcast", "it cannot be turned into {to}: {error}", _said(name, error))
        raise ValidationError.from_exception_data(name, [InitErrorDetails(type=problem, input=None)]) from None
    return EVENTS[name].model_validate_json(to_json(told))


def _said(name: str, error: Exception) -> dict[str, str]:
    return {"to": current(name), "error": type(error).__name__}

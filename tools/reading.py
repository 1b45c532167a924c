"""The published language as data, read from the contracts and from what each service says and hears."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import NoneType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from services import ALL
from shared.contracts.event import Audience, Event
from shared.contracts.topics import SUMMARIES, department_topic

ANY_DEPARTMENT: Final = "{department}"
_WORDS: Final[Mapping[object, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Decimal: "decimal, as text",
    datetime: "instant",
    date: "date",
    timedelta: "duration",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A field: its type in words, whether every writer gives it, and what its docstring says."""

    name: str
    type: str
    needed: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Shape:
    """An event or a part of events. `prose` is the docstring without its list of attributes."""

    name: str
    prose: str
    members: Sequence[Member]


@dataclass(frozen=True, slots=True)
class Message:
    """An event: its shape, its topics (its own first; none where it stands in the log only), and who reacts to it."""

    name: str
    service: str
    model: type[Event]
    shape: Shape
    topics: Sequence[str]
    received_by: Sequence[str]


def messages() -> list[Message]:
    """Return every event, service by service, in the order of the contracts."""
    received = _received()
    return [
        Message(
            name=name,
            service=definition.name,
            model=model,
            shape=shape_of(model),
            topics=() if model.traits.audience is Audience.LOG else (stream.topic, *FURTHER[model.traits.audience]),
            received_by=received.get(model, ()),
        )
        for definition in ALL
        for stream in definition.streams
        for name, model in stream.events.items()
    ]


def parts() -> list[Shape]:
    """Return what events are made of, by name."""
    found: dict[str, type[BaseModel]] = {}
    for message in messages():
        for field in message.model.model_fields.values():
            _collect(field.annotation, found)
    return [shape_of(found[name]) for name in sorted(found)]


def shape_of(model: type[BaseModel]) -> Shape:
    """Return the shape of a model; what every event has (who, when) is left out."""
    prose, meanings = _documented(model)
    common = Event.model_fields if issubclass(model, Event) else {}
    fields = {name: field for name, field in model.model_fields.items() if name not in common}
    return Shape(model.__name__, prose, [_member(name, field, meanings) for name, field in fields.items()])


def _member(name: str, field: FieldInfo, meanings: Mapping[str, str]) -> Member:
    return Member(name, _in_words(field.annotation), field.is_required(), meanings.get(name, ""))


def _in_words(annotation: Any) -> str:  # noqa: ANN401, PLR0911 - any annotation of a contract, one return each
    if annotation in _WORDS:
        return _WORDS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    inner = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is Literal:
            return " · ".join(f"`{choice}`" for choice in inner)
        case origin if origin is tuple:
            return f"list of {_in_words(inner[0])}"
        case origin if origin is dict:
            return f"map of {_in_words(inner[1])}"
        case origin if origin is Annotated:
            return _in_words(inner[0])
        case _ if inner:
            return " or ".join("nothing" if part is NoneType else _in_words(part) for part in inner)
        case _:
            raise TypeError(f"no words for {annotation}")


def _collect(annotation: Any, found: dict[str, type[BaseModel]]) -> None:  # noqa: ANN401 - as above
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation.__name__ not in found:
            found[annotation.__name__] = annotation
            for field in annotation.model_fields.values():
                _collect(field.annotation, found)
        return
    for part in get_args(annotation):
        _collect(part, found)


def _documented(model: type[BaseModel]) -> tuple[str, dict[str, str]]:
    prose, _, listed = (inspect.getdoc(model) or "").replace("``", "`").partition("Attributes:\n")
    meanings: dict[str, str] = {}
    names: list[str] = []
    for line in listed.splitlines():
        named = re.match(r" {4}(\w[\w, ]*): (.*)", line)
        if named:
            names = named[1].split(", ")
            meanings |= dict.fromkeys(names, named[2])
        else:
            meanings |= {name: f"{meanings[name]} {line.strip()}" for name in names if line.strip()}
    return " ".join(prose.split()), meanings


def _received() -> dict[type[Event], list[str]]:
    received: dict[type[Event], list[str]] = {}
    for definition in ALL:
        for event in definition.received:
            received.setdefault(event, []).append(definition.name)
    return received


DEPARTMENT_TOPIC: Final = department_topic(ANY_DEPARTMENT)

FURTHER: Final[Mapping[Audience, Sequence[str]]] = {
    Audience.NOBODY: (),
    Audience.NAMED: (DEPARTMENT_TOPIC,),
    Audience.TABLE: (DEPARTMENT_TOPIC,),
    Audience.REVEALED_TABLE: (DEPARTMENT_TOPIC,),
    Audience.BOARD: (SUMMARIES,),
}
"""The topics on which an audience finds an event."""

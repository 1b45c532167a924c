"""The published language as data, read from the contracts and from what each service says and hears."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, reduce
from importlib import import_module
from types import ModuleType, NoneType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.contracts import departments, intake, review, routing
from shared.contracts.event import Event
from shared.contracts.topics import OWNERS, department_topic
from shared.core.decider import Decider
from shared.core.organisation import from_path

CONTRACTS: Final[Mapping[str, ModuleType]] = {
    "intake": intake,
    "routing": routing,
    "departments": departments,
    "review": review,
}
ANY_DEPARTMENT: Final = "{department}"
_ORGANISATION: Final = "parcel-retailer"
"""Which events go where does not depend on the organisation; a decider needs one all the same."""
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
    """A published event: its shape, its topics (its own first), and who reacts to it."""

    name: str
    service: str
    model: type[Event]
    shape: Shape
    topics: Sequence[str]
    heard_by: Sequence[str]


def messages() -> list[Message]:
    """Return every published event, service by service, in the order of the contracts."""
    heard = _heard()
    return [
        Message(
            name=model.type_name(),
            service=service,
            model=model,
            shape=shape_of(model),
            topics=(_own_topic(service), *_further(service, model)),
            heard_by=heard.get(model, ()),
        )
        for service, contract in CONTRACTS.items()
        for model in contract.EVENTS
    ]


def parts() -> list[Shape]:
    """Return what events are made of, by name."""
    found: dict[str, type[BaseModel]] = {}
    for contract in CONTRACTS.values():
        for model in contract.EVENTS:
            for field in model.model_fields.values():
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


def _own_topic(service: str) -> str:
    return next(topic for topic, owner in OWNERS.items() if owner == service)


@cache
def _deciders(service: str) -> Sequence[Decider[Any, Any]]:
    definition = import_module(f"services.{service}.main").definition(from_path(_ORGANISATION))
    deciders: Sequence[Decider[Any, Any]] = definition.deciders
    return deciders


def _further(service: str, model: type[Event]) -> list[str]:
    """The other topics on which the decider puts such an event, once a department sits at a revealed table."""
    fields: dict[str, Any] = {"department": ANY_DEPARTMENT, "departments": (ANY_DEPARTMENT,)}
    event = model.model_construct(**fields)
    decider = _deciders(service)[0]
    state = reduce(decider.evolve, _seated(), decider.initial) if service == "departments" else decider.initial
    return list(decider.also(state, event))


def _seated() -> list[Event]:
    who: dict[str, Any] = {"at": datetime(2026, 1, 1, tzinfo=UTC), "by": "system", "department": ANY_DEPARTMENT}
    return [
        departments.TableOpened(
            **who, stage=1, lead=ANY_DEPARTMENT, departments=(ANY_DEPARTMENT,), severity="low", answer_by=None
        ),
        departments.DepartmentInvited(**who, steps=(), effect="", asked="", respond_by=None),
        departments.DepartmentJoined(**who),
        departments.RoundRevealed(**who, complete=True),
    ]


def _heard() -> dict[type[Event], list[str]]:
    heard: dict[type[Event], list[str]] = {}
    for service in CONTRACTS:
        consumers = import_module(f"services.{service}.consumers")
        for entry in (*consumers.LISTENS, *getattr(consumers, "FAN_INS", ())):
            readers = heard.setdefault(entry.event, [])
            if service not in readers:
                readers.append(service)
    return heard


DEPARTMENT_TOPIC: Final = department_topic(ANY_DEPARTMENT)

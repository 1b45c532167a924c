"""The services of Throughline, each declared once by the `DEFINITION` of its package; none imports another.

Every list of services, or of their topics, owners, readers or events, is derived from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shared.eventsourcing.catalogue import Catalogue
    from shared.eventsourcing.definition import Definition

    ALL: tuple[Definition, ...]
    """One definition each, in the order in which a complaint meets them."""

NAMES: Final = ("intake", "routing", "departments", "review")


def __getattr__(name: str) -> tuple[Definition, ...]:
    """Load the services when `ALL` is first asked for: a command that only needs their names must not wait for them."""
    if name != "ALL":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = tuple(map(definition_of, NAMES))
    globals()["ALL"] = found
    return found


def definition_of(name: str) -> Definition:
    """Return the definition of the service with this name."""
    found: Definition = import_module(f"{__name__}.{name}").DEFINITION
    return found


def main_of(name: str) -> ModuleType:
    """Return the service's main module, which constructs it from its settings."""
    return import_module(f"{__name__}.{name}.main")


@cache
def owners() -> Mapping[str, str]:
    """Return every topic except the departments' own, and the service that publishes on it."""
    return {topic: definition.name for definition in _all() for topic in definition.topics}


@cache
def readers() -> Mapping[str, Sequence[str]]:
    """Return every topic, and the services that consume it; a service's name is also its consumer group."""
    return {topic: tuple(one.name for one in _all() if topic in one.sources) for topic in owners()}


def catalogue() -> Catalogue:
    """Return the events of all services."""
    from shared.eventsourcing.catalogue import Catalogue  # noqa: PLC0415 - as above: only where it is needed

    rows = [projector.rows for definition in _all() for projector in definition.projectors]
    return Catalogue([*(stream for definition in _all() for stream in definition.streams), *rows])


def _all() -> tuple[Definition, ...]:
    return __getattr__("ALL")

"""The toys' commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.eventsourcing.decider import Rejected, Rule

OUT_OF_ORDER: Final = Rule("out-of-order", "{command} does not fit {state}.")

Check = Callable[[object], None]
"""Called with each command before it is decided; may raise."""


@dataclass(frozen=True, slots=True)
class Register:
    """HTTP: a complaint comes in."""

    complaint: str
    now: datetime
    acknowledge_by: datetime


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """HTTP: a person spoke to the customer."""

    now: datetime


@dataclass(frozen=True, slots=True)
class RunClocks:
    """The clock: look at what ran out."""

    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """departments completed the table. `last`: the complaint is closed with it."""

    now: datetime
    last: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """The other side has closed or concluded."""

    now: datetime


@dataclass(frozen=True, slots=True)
class Open:
    """intake registered the complaint."""

    now: datetime
    respond_by: datetime


@dataclass(frozen=True, slots=True)
class Hear:
    """intake acknowledged, or missed to."""

    now: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """review concluded the complaint; the theme counts it."""

    complaint: str
    now: datetime


def refused(state: object, command: object) -> Rejected:
    """Return that a command came twice or too early."""
    return OUT_OF_ORDER.refusal(command=command, state=state)

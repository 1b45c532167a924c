"""The commands of routing. Times and ids come with the command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, Union

from shared.contracts.intake import ComplaintRegistered


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageComplaint:
    """A complaint was registered: find the steps it touches, or leave it to a person."""

    now: datetime
    by: str
    registered: ComplaintRegistered


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideTriage:
    """A person decides what the complaint is about, or corrects what was decided.

    Attributes:
        steps: the steps it touches; empty: those of the category, and those known by facts.
        reason: why, in words; becomes the why of the steps.
        override: the reason to keep a text that blames people.
    """

    now: datetime
    by: str
    category: str
    steps: tuple[str, ...]
    reason: str
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSteps:
    """The department joined: its steps were rightly touched."""

    now: datetime
    by: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuteSteps:
    """The department declined: in its view its steps were not touched."""

    now: datetime
    by: str
    department: str
    reason: str
    nominee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkComplaint:
    """This complaint repeats or duplicates another. `score` from 0 to 1; `override` as in DecideTriage."""

    now: datetime
    by: str
    complaint: str
    other: str
    score: float
    why: str
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkComplaint:
    """The link was wrong. `override` as in DecideTriage."""

    now: datetime
    by: str
    other: str
    why: str
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTriage:
    """The complaint is closed or withdrawn."""

    now: datetime
    by: str
    why: Literal["closed", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunClocks:
    """Say which clocks have run out."""

    now: datetime
    by: str = "system"


TriageCommand: TypeAlias = Union[  # noqa: UP007 - a runtime union for tests that walk its members
    TriageComplaint,
    DecideTriage,
    ConfirmSteps,
    RefuteSteps,
    LinkComplaint,
    UnlinkComplaint,
    EndTriage,
    RunClocks,
]

"""Values that more than one service's events are made of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Literal

from shared.contracts.event import Instant
from shared.contracts.part import Part

Severity = Literal["low", "medium", "high", "critical"]
Factor = Literal[
    "method",
    "machine",
    "material",
    "measurement",
    "environment",
    "information",
    "policy",
    "capacity",
    "knowledge",
]
"""What a cause can be. A person is not a factor."""


class StepTime(Part):
    """When a step of the value chain ran for this order, and what it was given.

    Attributes:
        step: id in the organisation file.
        started, ended: None where the step never began or ended.
        limit: the instant by which it had to end, where the order fixes one.
        standard: the time it was given, where the order fixes that; otherwise the organisation file's standard counts.
    """

    step: str
    started: Instant | None = None
    ended: Instant | None = None
    limit: Instant | None = None
    standard: timedelta | None = None


class Why(Part):
    """One reason why a step is touched.

    Attributes:
        basis: ``fact`` (step times, structured facts), ``category``, ``words`` or ``person``.
        sentence: the reason for people.
        overrun: by how much the step went over its time, where that is the reason.
    """

    basis: Literal["fact", "category", "words", "person"]
    sentence: str
    overrun: timedelta | None = None


class TouchedStep(Part):
    """A step that the complaint touches, its owner, and why."""

    step: str
    department: str
    why: tuple[Why, ...]


class Remedy(Part):
    """A solution for this customer, within the playbook. `amount` is in the organisation's currency."""

    remedy: str
    amount: Decimal = Decimal(0)
    text: str = ""


class Cause(Part):
    """(step, factor) with its weight (all weights of a complaint sum to 1) and the evidence in words."""

    step: str
    factor: Factor
    weight: float
    evidence: str
    basis: Literal["facts", "board"]


class TimePart(Part):
    """A stretch of time in which somebody had the complaint or the order; parts of one whole touch, never overlap."""

    department: str
    step: str
    start: Instant
    end: Instant
    what: Literal[
        "standard", "overrun", "waiting", "triage", "joining", "round", "agreeing", "remedy", "answer", "management"
    ]


class Costs(Part):
    """What a complaint cost, in the organisation's currency; every assumption is the organisation file's."""

    staff: Decimal
    compensation: Decimal
    rework: Decimal
    value_at_risk: Decimal

    @property
    def total(self) -> Decimal:
        """The sum of the parts."""
        return self.staff + self.compensation + self.rework + self.value_at_risk

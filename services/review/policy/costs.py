"""What a complaint cost. Every rate and assumption comes from the organisation file."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from shared.contracts.parts import Costs, Severity
from shared.contracts.review import Mark
from shared.organisation import Organisation

_CENT: Final = Decimal("0.01")
_HOUR: Final = 60
NOTHING: Final = Costs(staff=Decimal(0), compensation=Decimal(0), rework=Decimal(0), value_at_risk=Decimal(0))


def costs_of(organisation: Organisation, severity: Severity, course: Sequence[Mark], causes: int) -> Costs:
    """Return the costs, each to the cent.

    Staff: the minutes each department spent, at its hourly cost. Compensation: what the remedies cost. Rework: once
    per cause. Value at risk: what losing the customer would cost, times the likelihood of that after such a complaint.
    """
    minutes = _minutes(course)
    staff = sum((_staff(organisation, department, spent) for department, spent in minutes.items()), Decimal(0))
    compensation = sum((mark.amount for mark in course if mark.what == "remedy-delivered"), Decimal(0))
    return Costs(
        staff=staff,
        compensation=compensation.quantize(_CENT),
        rework=(organisation.costs.rework * causes).quantize(_CENT),
        value_at_risk=organisation.costs.value_at_risk(severity),
    )


def sum_of(one: Costs, other: Costs) -> Costs:
    """Add part by part."""
    return Costs(
        staff=one.staff + other.staff,
        compensation=one.compensation + other.compensation,
        rework=one.rework + other.rework,
        value_at_risk=one.value_at_risk + other.value_at_risk,
    )


def _minutes(course: Sequence[Mark]) -> dict[str, int]:
    """Minutes per department: its last report at each stage's table, and what delivering the remedies took."""
    stage, reported, delivering = 0, dict[tuple[int, str], int](), dict[str, int]()
    for mark in course:
        match mark.what:
            case "table-opened":
                stage += 1
            case "times-reported":
                reported[stage, mark.department] = mark.staff_minutes
            case "remedy-delivered":
                delivering[mark.department] = delivering.get(mark.department, 0) + mark.staff_minutes
            case _:
                pass
    total = dict(delivering)
    for (_, department), minutes in reported.items():
        total[department] = total.get(department, 0) + minutes
    return total


def _staff(organisation: Organisation, department: str, minutes: int) -> Decimal:
    known = organisation.has_department(department)
    hourly = organisation.hourly_cost(department) if known else organisation.costs.staff_hourly
    return (hourly * minutes / _HOUR).quantize(_CENT)

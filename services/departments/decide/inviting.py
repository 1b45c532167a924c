"""Invitations: the briefing of one department, its clock on its own calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.departments.policy import due, effect_on_the_customer, what_is_asked
from services.departments.state import Table
from shared.contracts.departments import ComplaintBrief, DepartmentInvited, RoundStarted
from shared.contracts.parts import Severity, TouchedStep, Why
from shared.core.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Occasion:
    """What every briefing of one table has in common."""

    complaint: ComplaintBrief
    category: str
    severity: Severity
    stage: int
    lead: str

    @classmethod
    def of(cls, table: Table) -> Occasion:
        """Return that of a table."""
        return cls(table.complaint, table.category, table.severity, table.stage, table.lead)


def invited(
    organisation: Organisation,
    occasion: Occasion,
    department: str,
    steps: Sequence[TouchedStep],
    now: datetime,
    nominated_by: str = "",
) -> DepartmentInvited:
    """Return the briefing; historic ones have no clock."""
    historic = occasion.complaint.historic
    clock = None if historic else due(organisation, occasion.severity, "join", department, now)
    return DepartmentInvited(
        at=now,
        by=nominated_by or "system",
        department=department,
        steps=tuple(steps),
        effect=effect_on_the_customer(organisation, occasion.complaint, occasion.category),
        asked=what_is_asked(historic=historic, stage=occasion.stage, lead=department == occasion.lead),
        respond_by=clock.at if clock else None,
        nominated_by=nominated_by,
        calendar=clock.calendar if clock else "",
    )


def nominated(
    organisation: Organisation, table: Table, nominee: str, by: str, words: str, now: datetime
) -> DepartmentInvited:
    """Return the briefing of a nominee: its own steps, because `by` named it; the nominator's where it owns none."""
    why = Why(basis="person", sentence=words)
    own = [TouchedStep(step=step.id, department=nominee, why=(why,)) for step in organisation.steps_of(nominee)]
    seat = table.seat(by)
    steps = own or (list(seat.steps) if seat else [])
    return invited(organisation, Occasion.of(table), nominee, steps, now, nominated_by=by)


def round_started(
    organisation: Organisation, severity: Severity, invitations: Sequence[DepartmentInvited], now: datetime
) -> RoundStarted:
    """Return the start of the blind round; it ends when the slowest calendar has had its time.

    It runs from the opening of the table, so that who joins at once can contribute at once. Its end is the latest of
    the departments' own ends, each counted on its calendar from the end of its time to join: with any earlier end the
    reveal could come before a department in another time zone has had a working hour, and its proposal would not be
    blind. The customer's clock runs all the while.
    """
    ends = max(due(organisation, severity, "round", one.department, one.respond_by or now) for one in invitations)
    return RoundStarted(at=now, by="system", ends=ends.at, calendar=ends.calendar)

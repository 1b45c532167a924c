"""Three small services in the published language: a chain there and back, clocks, a fan-out and a fan-in.

intake registers -> departments invites two and starts its clock; intake's clock runs too -> silence completes the
table -> intake answers and closes -> departments closes; review concludes -> two themes count the complaint.
The deciders are stricter than real ones: an event that comes twice or out of order is Rejected, so it shows.
"""

from __future__ import annotations

from datetime import timedelta

from shared.eventsourcing.definition import Definition
from shared.testing.simulator.toys.board import small_review
from shared.testing.simulator.toys.commands import Acknowledge, Check, Register
from shared.testing.simulator.toys.customer import small_intake
from shared.testing.simulator.toys.table import small_departments

__all__ = ["Acknowledge", "Check", "Register", "definitions"]


def definitions(check: Check, patience: timedelta) -> dict[str, Definition]:
    """Return the services by name; departments waits `patience` for its departments."""
    return {
        "intake": small_intake(check),
        "departments": small_departments(check, patience),
        "review": small_review(check),
    }

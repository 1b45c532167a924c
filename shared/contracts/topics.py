"""Every topic, named once; the strings appear nowhere else. Who owns and who reads them follows from `services.ALL`."""

from __future__ import annotations

from typing import Final

INTAKE: Final = "complaints.intake.v1"
ROUTING: Final = "complaints.routing.v1"
DEPARTMENTS: Final = "complaints.departments.v1"
REVIEW: Final = "complaints.review.v1"
SUMMARIES: Final = "complaints.summaries.v1"

PARTITIONS_EMBEDDED: Final = 4
PARTITIONS: Final = 12


def department_topic(department: str) -> str:
    """Return the topic on which one department finds what concerns it."""
    return f"complaints.department.{department}.v1"

"""Every topic once: who owns it, who reads it. The strings stand nowhere else."""

from __future__ import annotations

from typing import Final

INTAKE: Final = "complaints.intake.v1"
ROUTING: Final = "complaints.routing.v1"
DEPARTMENTS: Final = "complaints.departments.v1"
REVIEW: Final = "complaints.review.v1"
SUMMARIES: Final = "complaints.summaries.v1"

OWNERS: Final = {
    INTAKE: "intake",
    ROUTING: "routing",
    DEPARTMENTS: "departments",
    REVIEW: "review",
    SUMMARIES: "review",
}

READERS: Final[dict[str, tuple[str, ...]]] = {
    INTAKE: ("routing", "departments", "review"),
    ROUTING: ("departments", "review"),
    DEPARTMENTS: ("intake", "routing", "review"),
    REVIEW: ("review",),
    SUMMARIES: (),
}
"""Topic to the services that consume it; a service's name is also its consumer group."""

PARTITIONS_EMBEDDED: Final = 4
PARTITIONS: Final = 12


def department_topic(department: str) -> str:
    """Return the topic on which one department finds what it is asked."""
    return f"complaints.department.{department}.v1"


def read_by(service: str) -> tuple[str, ...]:
    """Return the topics that a service consumes, in a stable order."""
    return tuple(topic for topic, readers in READERS.items() if service in readers)

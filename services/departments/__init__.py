"""Departments: all owners of touched steps at one table, from the invitation to remedy and answer.

Owns: the Resolution (stream ``resolution/<complaint id>``).
Listens to: intake (the complaint, its outcome, its end) and routing (which steps it touches).
Says: ``complaints.departments.v1``, and to each department on ``complaints.department.<id>.v1``.
"""

from __future__ import annotations

from typing import Final

from services.departments.consumers import LISTENS
from services.departments.decide import decider
from services.departments.timers import on_due
from shared.contracts.departments import RESOLUTIONS
from shared.contracts.topics import department_topic
from shared.eventsourcing.definition import Adapted, Definition
from shared.organisation import Organisation


def _adapted(organisation: Organisation) -> Adapted:
    """Each department has a topic of its own."""
    return Adapted((decider(organisation),), [department_topic(one.id) for one in organisation.departments])


DEFINITION: Final = Definition(
    name="departments", streams=(RESOLUTIONS,), listens=LISTENS, on_due=on_due, adapt=_adapted
)

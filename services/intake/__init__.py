"""Intake: the customer's side of a complaint.

Owns: the Complaint (registration, acknowledgement, promises, answer, outcome, closing, feedback) and the vault with
the customer's identity and original words.
Listens to: departments (the table, the agreed answer, completion, management).
Says: `complaints.intake.v1`.
"""

from __future__ import annotations

from typing import Final

from services.intake.consumers import LISTENS
from services.intake.decide import decider
from services.intake.timers import on_due
from shared.contracts.intake import COMPLAINTS
from shared.eventsourcing.definition import Adapted, Definition
from shared.organisation import Organisation


def _adapted(organisation: Organisation) -> Adapted:
    return Adapted((decider(organisation),))


DEFINITION: Final = Definition(name="intake", streams=(COMPLAINTS,), listens=LISTENS, on_due=on_due, adapt=_adapted)

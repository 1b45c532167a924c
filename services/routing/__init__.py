"""routing: where a complaint belongs, and why.

Owns: the Triage (key: complaint id): category, severity, language, the steps touched with their whys, the queue for
people where the confidence is too low, links between complaints, what departments confirmed and refuted.
Listens to: intake (registered, closed, withdrawn), departments (joined, declined).
Says: `complaints.routing.v1`.
"""

from __future__ import annotations

from typing import Final

from services.routing.consumers import LISTENS
from services.routing.decide import decider
from services.routing.timers import on_due
from shared.contracts.routing import TRIAGES
from shared.eventsourcing.definition import Adapted, Definition
from shared.organisation import Organisation


def _adapted(organisation: Organisation) -> Adapted:
    return Adapted((decider(organisation),))


DEFINITION: Final = Definition(name="routing", streams=(TRIAGES,), listens=LISTENS, on_due=on_due, adapt=_adapted)

"""Review: what went wrong in the chain, what it cost, and what is done about it.

Owns: the Review of a complaint, the Theme of all complaints with one cause, the Period of all complaints of a month.
Listens to: intake, routing, departments; and to its own reviews, which themes and periods count.
Says: `complaints.review.v1`, and each summary also on `complaints.summaries.v1`.
"""

from __future__ import annotations

from typing import Final

from services.review.consumers import FAN_INS, LISTENS
from services.review.decide import review_decider, theme_decider
from services.review.projections import PROJECTORS
from services.review.timers import on_due
from shared.contracts.review import REVIEWS, THEMES
from shared.contracts.topics import SUMMARIES
from shared.eventsourcing.definition import Adapted, Definition
from shared.organisation import Organisation


def _adapted(organisation: Organisation) -> Adapted:
    return Adapted((review_decider(organisation), theme_decider()))


DEFINITION: Final = Definition(
    name="review",
    streams=(REVIEWS, THEMES),
    listens=LISTENS,
    fan_ins=FAN_INS,
    on_due=on_due,
    further=(SUMMARIES,),
    adapt=_adapted,
    projectors=PROJECTORS,
)

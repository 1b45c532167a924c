"""What routing publishes on `complaints.routing.v1`: the triage of a complaint. Stream: ``triage/<complaint id>``."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal

from shared.contracts import topics
from shared.contracts.event import Audience, Due, Event, Instant, StreamType
from shared.contracts.part import Part
from shared.contracts.parts import Severity, TouchedStep

KIND: Final = "triage"

TRIAGES: Final = StreamType(service="routing", topic=topics.ROUTING, kind=KIND)


class TriageEvent(Event, stream=TRIAGES):
    """Something that happened in the triage of a complaint."""


class Candidate(Part):
    """A category that was considered, with its score from 0 to 1."""

    category: str
    score: float


class Circumstances(Part):
    """What severity and links are judged by, so that a later decision by a person judges by the same.

    Attributes:
        received_at: when the customer complained.
        harm, vulnerable: what speaks of it: a phrase of the organisation's lexicon, or that the customer said so.
        value: money at stake, in the organisation's currency.
        repeats: earlier complaints that this one repeats.
        waited: elapsed time past the promise.
        order_ref, customer_ref: as registered; by them complaints of one order or customer are found.
    """

    received_at: Instant
    harm: str = ""
    vulnerable: str = ""
    value: Decimal | None = None
    repeats: int = 0
    waited: timedelta = timedelta(0)
    order_ref: str = ""
    customer_ref: str = ""


class ComplaintTriaged(TriageEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The steps touched are known, each with its why. A later event replaces an earlier one: a person corrected it.

    `override`: why a person's words stand although they blame people; almost always empty.
    """

    category: str
    severity: Severity
    severity_why: tuple[str, ...] = ()
    language: str
    steps: tuple[TouchedStep, ...]
    confidence: float
    basis: Literal["facts", "rules", "person"]
    historic: bool = False
    circumstances: Circumstances | None = None
    override: str = ""


class TriageQueued(TriageEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The confidence is under the threshold: a person decides, and the clock shows it.

    Attributes:
        category: the best guess, or empty.
        severity: provisional, by the best guess and the circumstances.
        steps: what the best guess would touch; those known by facts stay touched whatever the person decides.
        decide_by: None for historic complaints, which wait without a clock.
    """

    category: str
    severity: Severity = "low"
    language: str
    confidence: float
    threshold: float
    candidates: tuple[Candidate, ...]
    steps: tuple[TouchedStep, ...] = ()
    decide_by: Instant | None
    historic: bool = False
    circumstances: Circumstances | None = None


class TriageOverdue(TriageEvent, audience=Audience.NOBODY, due=Due("due"), once_per=("due",)):
    """Nobody decided in time; management is told."""

    due: Instant


class StepConfirmed(TriageEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The owner of a touched step joined: the routing was right."""

    step: str
    department: str


class StepRefuted(TriageEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The owner of a touched step declined: in its view the routing was wrong."""

    step: str
    department: str
    reason: str
    nominee: str


class ComplaintLinked(TriageEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """This complaint repeats or duplicates another; reversible. `score` from 0 to 1, `override` as in a triage."""

    other: str
    score: float
    why: str
    override: str = ""


class ComplaintUnlinked(TriageEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The link was wrong. `override` as in a triage."""

    other: str
    why: str
    override: str = ""


class TriageEnded(TriageEvent, audience=Audience.NOBODY, due=None, once_per=()):
    """The complaint is closed or withdrawn: nothing is left to decide."""

    why: Literal["closed", "withdrawn"]

"""What review says: `complaints.review.v1` and, compacted, `complaints.summaries.v1`.

Streams: ``review/<complaint id>`` and ``theme/<step>.<factor>``.
"""

from __future__ import annotations

from shared.contracts.event import Event, Instant, Part
from shared.contracts.parts import Cause, Costs, Severity, TimePart

KIND = "review"
THEME = "theme"


class ReviewOpened(Event):
    """The root-cause review of a resolved complaint begins."""

    severity: Severity
    why: str
    conclude_by: Instant | None
    historic: bool = False


class TimesAttributed(Event):
    """Elapsed time without gap or overlap: `chain` of the order, `handling` of the complaint. Parts sum to the wholes.

    Attributes:
        chain_seconds, handling_seconds: the wholes.
    """

    chain: tuple[TimePart, ...]
    chain_seconds: float
    handling: tuple[TimePart, ...]
    handling_seconds: float


class CausesFound(Event):
    """Causes with weights and evidence; a later one replaces an earlier one."""

    causes: tuple[Cause, ...]


class CostsComputed(Event):
    """What the complaint cost, by the organisation file's assumptions of that version."""

    costs: Costs
    assumptions: str


class ActionAgreed(Event):
    """An action: owner, due date, and the effectiveness criterion written now."""

    action: str
    kind: str
    department: str
    step: str
    text: str
    due: Instant
    criterion: str


class ActionDone(Event):
    """The owner says that it is done; later complaints will show whether it worked."""

    action: str


class ActionOverdue(Event):
    """The due date passed."""

    action: str
    due: Instant


class Summary(Part):
    """What the review board reads of one complaint."""

    complaint: str
    severity: Severity
    category: str
    departments: tuple[str, ...]
    causes: tuple[Cause, ...]
    costs: Costs
    handling_seconds: float
    chain_seconds: float
    outcome: str
    remedy: str
    preventions: tuple[str, ...]
    promises_kept: int
    promises_broken: int
    escalated: bool
    historic: bool


class ReviewConcluded(Event):
    """The review's end. `period` is the month of the complaint's receipt, ``YYYY-MM``."""

    causes: tuple[Cause, ...]
    costs: Costs
    period: str
    historic: bool = False


class SummaryPublished(Event):
    """One per concluded review, also on the summaries topic."""

    summary: Summary


class SummaryAcknowledged(Event):
    """A department has read it."""

    department: str


class ComplaintCounted(Event):
    """The theme has one complaint more. `share` is the cause's weight; `cost` that share of the complaint's cost."""

    complaint: str
    period: str
    share: float
    cost: str


EVENTS: tuple[type[Event], ...] = (
    ReviewOpened,
    TimesAttributed,
    CausesFound,
    CostsComputed,
    ActionAgreed,
    ActionDone,
    ActionOverdue,
    ReviewConcluded,
    SummaryPublished,
    SummaryAcknowledged,
    ComplaintCounted,
)

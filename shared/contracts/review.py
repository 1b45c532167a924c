"""What review publishes: `complaints.review.v1` and, compacted, `complaints.summaries.v1`.

Streams: ``review/<complaint id>``, ``theme/<step>.<factor>`` and ``period/<YYYY-MM>``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from shared.contracts import topics
from shared.contracts.event import Audience, Due, Event, Instant, Latest, StreamType
from shared.contracts.part import Part
from shared.contracts.parts import Cause, Costs, Severity, StepTime, TimePart, TouchedStep

KIND: Final = "review"
THEME: Final = "theme"
PERIOD: Final = "period"
CLOCK: Final = "clock"
"""Who concludes a review that the board did not conclude in time."""

REVIEWS: Final = StreamType(service="review", topic=topics.REVIEW, kind=KIND)
THEMES: Final = StreamType(service="review", topic=topics.REVIEW, kind=THEME)
PERIODS: Final = StreamType(service="review", topic=topics.REVIEW, kind=PERIOD)


class ReviewEvent(Event, stream=REVIEWS):
    """Something that happened in the review of a complaint."""


class ThemeEvent(Event, stream=THEMES):
    """Something that happened to a theme."""


class PeriodEvent(Event, stream=PERIODS):
    """Something that happened to a period."""


What = Literal[
    "table-opened",
    "invited",
    "joined",
    "declined",
    "management-seat",
    "lead-changed",
    "round-started",
    "times-reported",
    "proposed",
    "revealed",
    "agreed",
    "remedy-delivered",
    "escalated",
    "escalation-closed",
    "completed",
    "table-closed",
    "promise-kept",
    "promise-broken",
    "withdrawn",
    "closed",
]
"""What the course of a complaint is made of, as far as a review needs it."""


class ComplaintEvidenceNoted(ReviewEvent, audience=Audience.LOG, due=None, once_per=()):
    """The review noted what it needs of the complaint. `registered_at` is when intake registered it."""

    complaint: str
    registered_at: Instant
    received_at: Instant
    historic: bool = False
    steps: tuple[StepTime, ...] = ()
    repeat: bool = False


class TriageEvidenceNoted(ReviewEvent, audience=Audience.LOG, due=None, once_per=None):
    """The review noted what routing found; a later event replaces an earlier one."""

    triaged_at: Instant
    category: str
    severity: Severity
    steps: tuple[TouchedStep, ...]


class Mark(Part):
    """One thing that happened in the course of the complaint.

    Attributes:
        happened: the instant of the event it was taken from.
        department: the one concerned: which joined, reported or delivered; the lead of an opened table.
        departments: those invited when the table opened.
        code: id of the proposal, remedy or promise; the learning code; why the table closed.
        stage: of the table, or of the resolution completed.
        steps: times that the department reported.
        preventions: the texts of those agreed.
        staff_minutes, amount: what it cost; `amount` in the organisation's currency.
    """

    what: What
    happened: Instant
    department: str = ""
    departments: tuple[str, ...] = ()
    code: str = ""
    stage: int = 0
    steps: tuple[StepTime, ...] = ()
    preventions: tuple[str, ...] = ()
    staff_minutes: int = 0
    amount: Decimal = Decimal(0)


class CourseEvidenceNoted(ReviewEvent, audience=Audience.LOG, due=None, once_per=None):
    """The review noted one thing that happened, so that the order of arrival does not matter."""

    mark: Mark


class ReviewOpened(ReviewEvent, audience=Audience.NOBODY, due=None, once_per=()):
    """The root-cause review of a resolved complaint begins."""

    severity: Severity
    why: str
    conclude_by: Instant | None
    historic: bool = False


class TimesAttributed(ReviewEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """Elapsed time without gap or overlap, of the order (`chain`) and of the complaint (`handling`).

    Attributes:
        chain_seconds, handling_seconds: the totals; the parts add up to them.
    """

    chain: tuple[TimePart, ...]
    chain_seconds: float
    handling: tuple[TimePart, ...]
    handling_seconds: float


class CausesFound(ReviewEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """Causes with weights and evidence; a later event replaces an earlier one.

    `override`: why the board's words stand although they blame people; almost always empty.
    """

    causes: tuple[Cause, ...]
    override: str = ""


class CostsComputed(ReviewEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """What the complaint cost, by the assumptions of the organisation file in that version."""

    costs: Costs
    assumptions: str


class ActionAgreed(ReviewEvent, audience=Audience.NOBODY, due=None, once_per=("action",)):
    """An action: owner, due date, and the effectiveness criterion written now. `override` as in the causes found."""

    action: str
    kind: str
    department: str
    step: str
    text: str
    due: Instant
    criterion: str
    override: str = ""


class ActionDone(ReviewEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The owner says that it is done; later complaints will show whether it worked."""

    action: str


class ActionOverdue(ReviewEvent, audience=Audience.NOBODY, due=Due("due"), once_per=("action", "due")):
    """The due date passed."""

    action: str
    due: Instant


class TimeSpent(Part):
    """How long somebody had the order (`step` given) or the complaint (no step), as a sum of parts.

    Attributes:
        over: of it, beyond what the step was given.
        microseconds: the sum; whole, so that sums of sums stay exact.
    """

    department: str
    step: str
    what: Literal["step", "waiting", "triage", "joining", "round", "agreeing", "remedy", "answer", "management"]
    microseconds: int
    over: int = 0


class Summary(Part):
    """What the review board reads of one complaint.

    Attributes:
        period: the month of the complaint's receipt, ``YYYY-MM``.
        outcome: the learning code, ``withdrawn`` or ``historic``.
        spent: where the time went, the chain's and the handling's.
    """

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
    period: str = ""
    spent: tuple[TimeSpent, ...] = ()


class ReviewConcluded(
    ReviewEvent,
    audience=Audience.NOBODY,
    due=Due(Latest(ReviewOpened, "conclude_by"), only_if=("by", CLOCK)),
    once_per=(),
):
    """The review's end. `period` is the month of the complaint's receipt, ``YYYY-MM``."""

    causes: tuple[Cause, ...]
    costs: Costs
    period: str
    historic: bool = False


class SummaryPublished(ReviewEvent, audience=Audience.BOARD, due=None, once_per=()):
    """The summary of a concluded review, also on the summaries topic."""

    summary: Summary


class SummaryAcknowledged(ReviewEvent, audience=Audience.NOBODY, due=None, once_per=("department",)):
    """A department has read it."""

    department: str


class ComplaintCounted(ThemeEvent, audience=Audience.LOG, due=None, once_per=("complaint",)):
    """The theme has one more complaint. `share` is the cause's weight; `cost` that share of the complaint's cost."""

    complaint: str
    period: str
    share: float
    cost: str


class PeriodCounted(PeriodEvent, audience=Audience.NOBODY, due=None, once_per=("complaint",), retired=True):
    """Published until 0.1: the period has one reviewed complaint more. Since then it is a projection of summaries."""

    complaint: str
    severity: Severity
    historic: bool
    escalated: bool
    promises_kept: int
    promises_broken: int
    costs: Costs
    spent: tuple[TimeSpent, ...] = ()

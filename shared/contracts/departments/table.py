"""The table: what it is opened for, who sits at it, who leads."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from shared.contracts import topics
from shared.contracts.event import Audience, Due, Event, Instant, Latest, StreamType
from shared.contracts.part import Part
from shared.contracts.parts import Severity, TouchedStep

KIND: Final = "resolution"

RESOLUTIONS: Final = StreamType(service="departments", topic=topics.DEPARTMENTS, kind=KIND)


class ResolutionEvent(Event, stream=RESOLUTIONS):
    """Something that happened in the joint resolution of a complaint."""


class ComplaintBrief(Part):
    """What the table needs to know of the complaint; its words are redacted and shortened.

    Attributes:
        excerpt: the beginning of the customer's words.
        points: how many numbered points the answer must cover.
        promised_by, started: of the order, where known: what the customer was promised, and when its chain began.
        value: money at stake, in the organisation's currency.
    """

    registered_at: Instant
    historic: bool = False
    excerpt: str = ""
    points: int = 0
    promised_by: Instant | None = None
    started: Instant | None = None
    value: Decimal | None = None
    harm: bool = False
    vulnerable: bool = False


class TriageBrief(Part):
    """What the table needs to know of the triage."""

    category: str
    severity: Severity
    steps: tuple[TouchedStep, ...]


class ComplaintNoted(ResolutionEvent, audience=Audience.LOG, due=None, once_per=()):
    """The complaint has arrived; the table opens as soon as its triage has arrived too."""

    complaint: ComplaintBrief


class TriageNoted(ResolutionEvent, audience=Audience.LOG, due=None, once_per=None):
    """The triage has arrived before the complaint (another topic); the table opens when the complaint arrives too."""

    triage: TriageBrief


class TableOpened(ResolutionEvent, audience=Audience.NAMED, due=None, once_per=("stage",)):
    """All owners of touched steps sit at one table; `lead` answers for the whole.

    Attributes:
        stage: 1, or 2 after the customer rejected.
        answer_by: by when the customer gets the answer; None for historic complaints.
        historic: imported from the past; no clocks, no letters, and the table is closed at once.
        category: of the triage.
        calendar: ``<id>@<version>`` of the calendar `answer_by` was counted on.
        round_ends: when the blind round ends at the latest; None for historic complaints.
    """

    stage: int
    lead: str
    departments: tuple[str, ...]
    severity: Severity
    answer_by: Instant | None
    historic: bool = False
    category: str = ""
    calendar: str = ""
    round_ends: Instant | None = None


class DepartmentInvited(
    ResolutionEvent,
    audience=Audience.NAMED,
    due=None,
    once_per=("department", "nominated_by", Latest(TableOpened, "stage")),
):
    """One department's briefing: its steps and why, the effect on the customer, what is asked of it and by when.

    Those that come with the opening of the table go to the departments' own topics only: `TableOpened` lists them.

    Attributes:
        nominated_by: the department that named it, or empty.
        calendar: ``<id>@<version>`` of the calendar `respond_by` was counted on.
    """

    department: str
    steps: tuple[TouchedStep, ...]
    effect: str
    asked: str
    respond_by: Instant | None
    nominated_by: str = ""
    calendar: str = ""


class DepartmentJoined(ResolutionEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The department sits at the table and is active."""

    department: str


class DepartmentDeclined(ResolutionEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """The department says that it is not concerned, with a reason code and a nominee."""

    department: str
    reason: str
    nominee: str


class DepartmentSilent(ResolutionEvent, audience=Audience.NOBODY, due=Due("due"), once_per=("department", "due")):
    """The department's clock ran out without an answer; the next level is told."""

    department: str
    due: Instant


class ManagementTookSeat(ResolutionEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """Management decides who sits at the table: after the third bounce, or for a silent department."""

    department: str
    reason: str


class LeadChanged(ResolutionEvent, audience=Audience.TABLE, due=None, once_per=None):
    """Another department answers for the whole."""

    lead: str
    before: str
    why: str

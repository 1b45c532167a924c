"""The blind round, the proposals, and what the table agrees on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.contracts.departments.table import ResolutionEvent, TableOpened
from shared.contracts.event import Audience, Due, Instant, Latest
from shared.contracts.part import Part
from shared.contracts.parts import Remedy, StepTime


class RoundStarted(ResolutionEvent, audience=Audience.LOG, due=None, once_per=(Latest(TableOpened, "stage"),)):
    """The blind round begins: each participant gives its times and proposals before it sees those of the others.

    It stands in the log only: `TableOpened` says when it ends.
    """

    ends: Instant
    calendar: str = ""


class TimesReported(ResolutionEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """A participant's own step times. `waiting` is time within the step in which nothing was done, in whole seconds."""

    department: str
    steps: tuple[StepTime, ...]
    waiting: dict[str, int] = Field(default_factory=dict)
    staff_minutes: int = 0


class Proposal(Part):
    """A solution, tied to a step, never to a person."""

    proposal: str
    department: str
    step: str
    kind: Literal["remedy", "prevention"]
    text: str
    remedy: Remedy | None = None
    budget_hours: int | None = None
    override: str = ""


class ProposalMade(ResolutionEvent, audience=Audience.REVEALED_TABLE, due=None, once_per=None):
    """A participant proposes. Before the reveal the others do not see it."""

    proposal: Proposal


class WordingRefused(ResolutionEvent, audience=Audience.NOBODY, due=None, once_per=None):
    """A text that names or blames people was refused. The event says where and by which rule, never the text itself.

    Attributes:
        attempt: id that the refused text would have had, so that a repeated request counts once.
    """

    department: str
    rule: str
    attempt: str = ""


class RoundRevealed(
    ResolutionEvent,
    audience=Audience.TABLE,
    due=Due(Latest(RoundStarted, "ends"), only_if=("complete", False)),
    once_per=(Latest(RoundStarted, "ends"),),
):
    """Everything is revealed at once: all have contributed, or the round's clock ran out.

    Attributes:
        agree_by: until when the table may agree; after that the lead decides.
    """

    complete: bool
    agree_by: Instant | None = None
    calendar: str = ""


class ProposalEndorsed(ResolutionEvent, audience=Audience.REVEALED_TABLE, due=None, once_per=None):
    """A participant stands behind a proposal."""

    department: str
    proposal: str


class ProposalObjected(ResolutionEvent, audience=Audience.REVEALED_TABLE, due=None, once_per=None):
    """A participant objects, with an alternative proposal."""

    department: str
    proposal: str
    reason: str
    alternative: str
    override: str = ""


class AgreementReached(ResolutionEvent, audience=Audience.TABLE, due=None, once_per=(Latest(TableOpened, "stage"),)):
    """One remedy, the preventions, and the new step budgets (hours per step).

    Attributes:
        proposals: ids of what was chosen, the remedy's first.
        preventions: the texts of the chosen preventions.
        by_lead: there was no agreement in time, and the lead decided, with the objections on record.
    """

    remedy: Remedy
    proposals: tuple[str, ...]
    preventions: tuple[str, ...]
    budgets: dict[str, int]
    by_lead: bool
    objections: tuple[str, ...] = ()


class AgreementOverdue(ResolutionEvent, audience=Audience.NOBODY, due=Due("due"), once_per=("due",)):
    """The time to agree ran out; the lead decides now."""

    due: Instant

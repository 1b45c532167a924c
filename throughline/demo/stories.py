"""The special cases of the demonstration, each planned for one named sample; the rest is played by a plain policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from shared.contracts import departments, intake, review, routing
from shared.contracts.event import Event


class Story(StrEnum):
    """What is special about a sample; the value is its name in the sample files."""

    BLAMES = "blames"
    OBJECTS = "objects"
    LEAD_DECIDES = "lead-decides"
    DECLINES = "declines"
    SILENT = "silent"
    ESCALATES = "escalates"
    REJECTS = "rejects"
    BREAKS_PROMISE = "breaks-promise"
    RENEGOTIATES = "renegotiates"
    CONTRADICTS = "contradicts"
    WITHDRAWS = "withdraws"
    ANSWERED_LATE = "answered-late"


MEANING: Final[Mapping[Story, str]] = {
    Story.BLAMES: "a department names a culprit, is refused, and rewords",
    Story.OBJECTS: "a department objects to the remedy; its alternative is agreed",
    Story.LEAD_DECIDES: "an objection stands until the clock runs out; then the lead decides alone",
    Story.DECLINES: "a department declines and names another, which joins",
    Story.SILENT: "a department stays silent; its clock runs out and management takes its seat",
    Story.ESCALATES: "the customer asks for management; a manager calls in person and hands it back",
    Story.REJECTS: "the customer rejects the first answer and accepts the second, of another lead",
    Story.BREAKS_PROMISE: "the answer promises something that does not happen in time",
    Story.RENEGOTIATES: "a promise gets a new date before it is due, and is kept",
    Story.CONTRADICTS: "two departments name different dates; the answer waits until they agree",
    Story.WITHDRAWS: "the customer takes the complaint back",
    Story.ANSWERED_LATE: "the answer is not ready in time: the clock hands the complaint to management",
}

HAPPENED: Final[Mapping[Story, type[Event]]] = {
    Story.BLAMES: departments.WordingRefused,
    Story.OBJECTS: departments.ProposalObjected,
    Story.LEAD_DECIDES: departments.AgreementOverdue,
    Story.DECLINES: departments.DepartmentDeclined,
    Story.SILENT: departments.DepartmentSilent,
    Story.ESCALATES: departments.EscalationClosed,
    Story.REJECTS: intake.OutcomeRejected,
    Story.BREAKS_PROMISE: intake.PromiseBroken,
    Story.RENEGOTIATES: intake.PromiseRenegotiated,
    Story.CONTRADICTS: departments.AnswerHeld,
    Story.WITHDRAWS: intake.ComplaintWithdrawn,
    Story.ANSWERED_LATE: departments.AnswerOverdue,
}
"""The event that shows that a story happened to its complaint."""

AT_LEAST_ONCE: Final[tuple[type[Event], ...]] = (
    routing.TriageQueued,
    routing.ComplaintLinked,
    review.ActionAgreed,
    review.SummaryAcknowledged,
    intake.AcknowledgementMissed,
    intake.FeedbackGiven,
    intake.PromiseKept,
)
"""What must have happened to at least one complaint."""


def missing(planned: Mapping[str, Story], happened: Iterable[tuple[str, Event]]) -> list[str]:
    """Return, in sentences, what was planned and did not happen.

    Args:
        planned: story per complaint id.
        happened: (complaint id, event) of everything that happened.
    """
    seen: set[tuple[str, type[Event]]] = set()
    kinds: set[type[Event]] = set()
    for complaint, event in happened:
        seen.add((complaint, type(event)))
        kinds.add(type(event))
    stories = [
        f"'{story}' was planned for {complaint}, but it has no {HAPPENED[story].__name__}"
        for complaint, story in planned.items()
        if (complaint, HAPPENED[story]) not in seen
    ]
    never = sorted(set(Story) - set(planned.values()))
    return [
        *stories,
        *(f"no sample has the story '{story}'" for story in never),
        *(f"{event.__name__} happened to no complaint" for event in AT_LEAST_ONCE if event not in kinds),
    ]

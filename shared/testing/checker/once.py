"""C-ONCE: each effect happened once."""

from __future__ import annotations

from collections import Counter

from shared.contracts import departments, intake, review
from shared.testing.checker.clocks import ran_out
from shared.testing.checker.evidence import Evidence, Finding, Tally, Told


def each_effect_once(evidence: Evidence) -> Finding:
    """Check invitations, notices, answers, questions, clocks, summaries and counts."""
    tally = Tally()
    stages: Counter[str] = Counter()
    seen: Counter[tuple[str, ...]] = Counter()
    for told in evidence.told:
        if isinstance(told.event, departments.TableOpened):
            stages[told.commit.stream] += 1
        effect = _effect(told, stages[told.commit.stream])
        if effect:
            tally.looked()
            seen[effect] += 1
    for effect, times in seen.items():
        if times > 1:
            tally.found(f"{' '.join(part for part in effect if part)} happened {times} times.")
    return tally.finding()


def _effect(told: Told, stage: int) -> tuple[str, ...]:
    """Return what must not happen twice, or nothing."""
    stream, event = told.commit.stream, told.event
    name = type(event).__name__
    match event:
        case departments.DepartmentInvited():
            return name, event.department, f"stage {stage}", event.nominated_by, stream
        case intake.ComplaintAcknowledged():
            # The second stage has another lead, and the customer is told so.
            return name, event.kind, event.who, stream
        case intake.AnswerSent():
            return name, f"stage {event.stage}", stream
        case review.ComplaintCounted() | review.PeriodCounted():
            return name, event.complaint, stream
        case (
            review.SummaryPublished() | intake.ComplaintRegistered() | intake.FeedbackAsked() | intake.ComplaintClosed()
        ):
            return name, stream
        case _:
            clock = ran_out(told)
            return (clock.what, f"due {clock.due.isoformat()}", stream) if clock else ()

"""Opening a review, its figures by rule, and its end: what follows from the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.review.policy import rules
from services.review.policy.causes import causes_by_facts
from services.review.policy.chain import attribute_chain, known_times, whole
from services.review.policy.costs import NOTHING, costs_of
from services.review.policy.handling import attribute_handling, in_order
from services.review.policy.spent import spent_in
from services.review.state.review import Collecting, Evidence, Open, evolve
from shared.contracts.event import Event
from shared.contracts.parts import Cause
from shared.contracts.review import (
    CausesFound,
    ComplaintEvidenceNoted,
    CostsComputed,
    ReviewConcluded,
    ReviewOpened,
    Summary,
    SummaryPublished,
    TimesAttributed,
    TriageEvidenceNoted,
)
from shared.organisation import Organisation

BY_RULE = "system"


def opened(organisation: Organisation, state: Collecting, now: datetime) -> Sequence[Event]:
    """Open the review with its figures, if complaint and triage are known and the waiting is over.

    It waits for the first completed resolution; a historic complaint, which nobody resolves, does not wait.
    """
    evidence = state.evidence
    complaint, triage = evidence.complaint, evidence.triage
    if complaint is None or triage is None or not (complaint.historic or _resolved(evidence)):
        return []
    if not rules.a_review_opens_from_this_severity_on_or_for_a_repeat(
        organisation, triage.severity, repeat=complaint.repeat
    ):
        return []
    historic = complaint.historic
    resolved = "imported from the past" if historic else "resolved"
    why = f"{resolved}, severity {triage.severity}" + (", a repeat" if complaint.repeat else "")
    opening = ReviewOpened(
        at=now,
        by=BY_RULE,
        severity=triage.severity,
        why=why,
        conclude_by=None if historic else now + rules.CONCLUDE_WITHIN,
        historic=historic,
    )
    after = evolve(state, opening)
    return [opening, *(refigured(organisation, after, now) if isinstance(after, Open) else ())]


def _resolved(evidence: Evidence) -> bool:
    return any(mark.what == "completed" for mark in evidence.course)


def refigured(organisation: Organisation, state: Open, now: datetime) -> list[Event]:
    """Compute times, causes and costs from the evidence as it is now; only what changed becomes an event."""
    complaint, triage = _known(state)
    events: list[Event] = []
    steps = known_times(complaint.steps, state.evidence.course)
    chain = attribute_chain(organisation, steps)
    handling = attribute_handling(complaint.registered_at, state.evidence.course)
    times = TimesAttributed(
        at=now,
        by=BY_RULE,
        chain=chain,
        chain_seconds=whole(chain).total_seconds(),
        handling=handling,
        handling_seconds=whole(handling).total_seconds(),
    )
    if state.causes is None or (chain, handling) != (state.times.chain, state.times.handling):
        events.append(times)
    causes = state.causes
    if causes is None or all(cause.basis == "facts" for cause in causes):
        causes = causes_by_facts(organisation, steps, triage.steps)
    if causes != state.causes:
        events.append(CausesFound(at=now, by=BY_RULE, causes=causes))
    return [*events, *costed(organisation, state, causes, now)]


def costed(organisation: Organisation, state: Open, causes: Sequence[Cause], now: datetime) -> Sequence[Event]:
    """Compute the costs with these causes, if they differ from what is known."""
    _, triage = _known(state)
    costs = costs_of(organisation, triage.severity, state.evidence.course, len(causes))
    if (costs, organisation.reference) == (state.costs, state.assumptions):
        return []
    return [CostsComputed(at=now, by=BY_RULE, costs=costs, assumptions=organisation.reference)]


def concluded(organisation: Organisation, state: Open, now: datetime, by: str) -> Sequence[Event]:
    """End the review and publish its summary; its figures are up to date."""
    summary = summed_up(organisation, state)
    ending = ReviewConcluded(
        at=now,
        by=by,
        causes=summary.causes,
        costs=summary.costs,
        period=summary.period,
        historic=state.historic,
    )
    return [ending, SummaryPublished(at=now, by=by, summary=summary)]


def summed_up(organisation: Organisation, state: Open) -> Summary:
    """Write the summary."""
    complaint, triage = _known(state)
    course = in_order(state.evidence.course)
    codes = {mark.what: mark.code for mark in course}
    agreed = [mark for mark in course if mark.what == "agreed"]
    count = [mark.what for mark in course].count
    return Summary(
        complaint=complaint.complaint,
        severity=triage.severity,
        category=triage.category,
        departments=_departments(organisation, state),
        causes=state.causes or (),
        costs=state.costs or NOTHING,
        handling_seconds=state.times.handling_seconds,
        chain_seconds=state.times.chain_seconds,
        outcome="historic" if state.historic else "withdrawn" if "withdrawn" in codes else codes.get("closed", ""),
        remedy=codes.get("agreed", ""),
        preventions=agreed[-1].preventions if agreed else (),
        promises_kept=count("promise-kept"),
        promises_broken=count("promise-broken"),
        escalated="escalated" in codes,
        historic=state.historic,
        period=f"{complaint.received_at:%Y-%m}",
        spent=(*spent_in(state.times.chain), *spent_in(state.times.handling)),
    )


def _departments(organisation: Organisation, state: Open) -> tuple[str, ...]:
    """Who sat at the table and stayed, in the organisation's order; for a historic complaint, whom it concerns."""
    _, triage = _known(state)
    touched = [step.department for step in triage.steps]
    sat = set(organisation.accountable(touched)) if state.historic else set[str]()
    for mark in state.evidence.course:
        match mark.what:
            case "table-opened":
                sat |= set(mark.departments)
            case "joined":
                sat.add(mark.department)
            case "declined":
                sat.discard(mark.department)
            case _:
                pass
    order = {department.id: position for position, department in enumerate(organisation.departments)}
    return tuple(sorted(sat, key=lambda department: (order.get(department, len(order)), department)))


def _known(state: Open) -> tuple[ComplaintEvidenceNoted, TriageEvidenceNoted]:
    complaint, triage = state.evidence.complaint, state.evidence.triage
    if complaint is None or triage is None:
        msg = "a review is open without its complaint and triage"
        raise AssertionError(msg)
    return complaint, triage

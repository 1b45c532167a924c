"""A review takes down its evidence, opens when the complaint is resolved, and ends when it is closed.

Evidence comes from three topics in any order. Nothing that a topic causes is ever rejected: it is taken down, or it
says nothing new. What follows from it is decided in the same decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from services.review.commands import (
    AcknowledgeSummary,
    AgreeAction,
    Conclude,
    FinishAction,
    NoteComplaint,
    NoteCourse,
    NoteTriage,
    ReviewCommand,
    RunClocks,
    SetCauses,
)
from services.review.decide.board import acknowledged, action_agreed, action_done, causes_set
from services.review.decide.course import concluded, opened, refigured
from services.review.policy import rules
from services.review.policy.refusals import COMPLAINT_NOT_CLOSED, REVIEW_NOT_OPEN
from services.review.state.review import Collecting, Concluded, Open, State, evolve, waits_for_the_board
from shared.contracts.event import Event
from shared.contracts.part import replace
from shared.contracts.review import ActionOverdue, ComplaintEvidenceNoted, CourseEvidenceNoted, TriageEvidenceNoted
from shared.organisation import Organisation


def decide(organisation: Organisation, state: State, command: ReviewCommand) -> Sequence[Event]:  # noqa: PLR0911 - one return per command
    """Decide one command."""
    match command:
        case NoteComplaint() | NoteTriage() | NoteCourse():
            return _noted(organisation, state, command)
        case SetCauses():
            return causes_set(organisation, state, command)
        case AgreeAction():
            return action_agreed(organisation, state, command)
        case FinishAction():
            return action_done(state, command)
        case Conclude():
            return _concluded_by_the_board(organisation, state, command)
        case AcknowledgeSummary():
            return acknowledged(organisation, state, command)
        case RunClocks():
            return _clocks(organisation, state, command)
        case _:
            assert_never(command)


def _noted(
    organisation: Organisation, state: State, command: NoteComplaint | NoteTriage | NoteCourse
) -> Sequence[Event]:
    if isinstance(state, Concluded):
        return []
    event = _evidence(state, command)
    if event is None:
        return []
    after = evolve(state, event)
    events: list[Event] = [event]
    if isinstance(after, Collecting):
        after = _then(events, after, opened(organisation, after, command.now))
        ends = isinstance(after, Open) and _ends_by_itself(after, command)
    else:
        ends = isinstance(after, Open) and _ends_by_itself(after, command)
        if isinstance(after, Open) and (ends or _changes_the_figures(event)):
            after = _then(events, after, refigured(organisation, after, command.now))
    if ends and isinstance(after, Open):
        events += concluded(organisation, after, command.now, "system")
    return events


def _then(events: list[Event], state: State, more: Sequence[Event]) -> State:
    events += more
    for event in more:
        state = evolve(state, event)
    return state


def _concluded_now(organisation: Organisation, state: Open, command: Conclude | RunClocks) -> Sequence[Event]:
    events: list[Event] = []
    after = _then(events, state, refigured(organisation, state, command.now))
    if isinstance(after, Open):
        events += concluded(organisation, after, command.now, command.by)
    return events


def _evidence(state: Collecting | Open, command: NoteComplaint | NoteTriage | NoteCourse) -> Event | None:
    known = state.evidence
    match command:
        case NoteComplaint(now=now, by=by):
            if known.complaint is not None:
                return None
            return ComplaintEvidenceNoted(
                at=now,
                by=by,
                complaint=command.complaint,
                registered_at=command.registered_at,
                received_at=command.received_at,
                historic=command.historic,
                steps=command.steps,
                repeat=command.repeat,
            )
        case NoteTriage(now=now, by=by):
            event = TriageEvidenceNoted(
                at=now,
                by=by,
                triaged_at=command.triaged_at,
                category=command.category,
                severity=command.severity,
                steps=command.steps,
            )
            same = known.triage is not None and replace(known.triage, at=now, by=by) == event
            return None if same else event
        case NoteCourse(now=now, by=by, mark=mark):
            historic = command.historic or (known.complaint is not None and known.complaint.historic)
            awaited = known.complaint is not None and known.triage is not None
            says_nothing = (
                mark in known.course
                or rules.the_course_of_a_historic_one_says_nothing(historic=historic, awaited=awaited, mark=mark)
                or rules.after_closing_no_promise_counts(known.course, mark)
                or rules.the_table_already_asked(known.course, mark)
            )
            return None if says_nothing else CourseEvidenceNoted(at=now, by=by, mark=mark)


def _changes_the_figures(event: Event) -> bool:
    """Of the notes taken while the review is open, only a new triage and the end of another stage."""
    return isinstance(event, TriageEvidenceNoted) or (
        isinstance(event, CourseEvidenceNoted) and event.mark.what == "completed"
    )


def _ends_by_itself(state: Open, command: NoteComplaint | NoteTriage | NoteCourse | RunClocks) -> bool:
    if state.historic:
        return True
    if not rules.the_complaint_has_ended(state.evidence.course):
        return False
    overdue = state.conclude_by is not None and state.conclude_by <= command.now
    return overdue or not waits_for_the_board(state)


def _concluded_by_the_board(organisation: Organisation, state: State, command: Conclude) -> Sequence[Event]:
    match state:
        case Collecting():
            raise REVIEW_NOT_OPEN.refusal()
        case Open():
            if not rules.the_complaint_has_ended(state.evidence.course):
                raise COMPLAINT_NOT_CLOSED.refusal()
            return _concluded_now(organisation, state, command)
        case Concluded():
            return []


def _clocks(organisation: Organisation, state: State, command: RunClocks) -> Sequence[Event]:
    if isinstance(state, Collecting):
        return []
    events: list[Event] = [
        ActionOverdue(at=command.now, by=command.by, action=action.action, due=action.due)
        for action in state.actions
        if action.stands == "open" and action.due <= command.now
    ]
    if isinstance(state, Open) and not state.historic and _ends_by_itself(state, command):
        events += _concluded_now(organisation, state, command)
    return events

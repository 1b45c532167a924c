"""What routing decides. Pure: the rulebook is bound in, times and ids come with the command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import assert_never

from services.routing.commands import (
    ConfirmSteps,
    DecideTriage,
    EndTriage,
    LinkComplaint,
    RefuteSteps,
    RunClocks,
    TriageCommand,
    TriageComplaint,
    UnlinkComplaint,
)
from services.routing.policy.judgement import Judgement, judge, severity_of
from services.routing.policy.refusals import (
    HISTORIC,
    NO_STEP,
    OWN_REPEAT,
    TRIAGE_ENDED,
    UNKNOWN_CATEGORY,
    UNKNOWN_COMPLAINT,
    UNKNOWN_STEP,
)
from services.routing.policy.rulebook import Rulebook
from services.routing.state import INITIAL, STATE, Ended, Queued, State, Triaged, Unknown, index, is_terminal, next_due
from services.routing.state import evolve as evolve_state
from shared.contracts.event import Event
from shared.contracts.parts import TouchedStep, Why
from shared.contracts.routing import (
    TRIAGES,
    ComplaintLinked,
    ComplaintTriaged,
    ComplaintUnlinked,
    StepConfirmed,
    StepRefuted,
    TriageEnded,
    TriageOverdue,
    TriageQueued,
)
from shared.eventsourcing.decider import Decider
from shared.organisation import Organisation
from shared.organisation.datafile import closest
from shared.organisation.wording import override_used, refuse_blame


def decider(organisation: Organisation) -> Decider[State, TriageCommand]:
    """Return the decider of triages, judging by this organisation."""
    bound: Callable[[State, TriageCommand], Sequence[Event]] = partial(decide, Rulebook(organisation))
    return Decider(
        stream=TRIAGES,
        initial=INITIAL,
        decide=bound,
        evolve=evolve_state,
        is_terminal=is_terminal,
        state=STATE,
        index=index,
        next_due=next_due,
    )


def decide(rules: Rulebook, state: State, command: TriageCommand) -> Sequence[Event]:  # noqa: PLR0911 - a case per command
    """Return the events; none where the command changes nothing.

    Raises:
        Rejected: a person asked for what this state does not allow.
    """
    match command:
        case TriageComplaint():
            return _triage(rules, state, command)
        case DecideTriage():
            return _decide_by_a_person(rules, state, command)
        case ConfirmSteps():
            return _confirm(state, command)
        case RefuteSteps():
            return _refute(state, command)
        case LinkComplaint():
            return _link(rules.organisation, state, command)
        case UnlinkComplaint():
            return _unlink(rules.organisation, state, command)
        case EndTriage():
            return _end(state, command)
        case RunClocks():
            return _run_clocks(state, command)
        case _:
            assert_never(command)


def _triage(rules: Rulebook, state: State, command: TriageComplaint) -> Sequence[Event]:
    if not isinstance(state, Unknown):
        return []
    judgement = judge(rules, command.registered)
    first = _triaged(judgement, command) if judgement.sure else _queued(rules, judgement, command)
    return [first, *_told_repeat(command)]


def _triaged(judgement: Judgement, command: TriageComplaint) -> ComplaintTriaged:
    return ComplaintTriaged(
        at=command.now,
        by=command.by,
        category=judgement.category,
        severity=judgement.severity,
        severity_why=judgement.severity_why,
        language=judgement.language,
        steps=judgement.steps,
        confidence=judgement.confidence,
        basis=judgement.basis,
        historic=command.registered.historic,
        circumstances=judgement.circumstances,
    )


def _queued(rules: Rulebook, judgement: Judgement, command: TriageComplaint) -> TriageQueued:
    registered = command.registered
    decide_by = None
    if not registered.historic:
        decide_by = rules.decide_by(judgement.severity, registered.at)
        if registered.acknowledge_by is not None:
            decide_by = min(decide_by, registered.acknowledge_by)
    return TriageQueued(
        at=command.now,
        by=command.by,
        category=judgement.category,
        severity=judgement.severity,
        language=judgement.language,
        confidence=judgement.confidence,
        threshold=rules.threshold,
        candidates=judgement.candidates,
        steps=judgement.steps,
        decide_by=decide_by,
        historic=registered.historic,
        circumstances=judgement.circumstances,
    )


def _told_repeat(command: TriageComplaint) -> Sequence[Event]:
    registered = command.registered
    if not registered.repeat_of or registered.repeat_of == registered.complaint:
        return []
    why = "told at registration"
    return [ComplaintLinked(at=command.now, by=command.by, other=registered.repeat_of, score=1.0, why=why)]


def _decide_by_a_person(rules: Rulebook, state: State, command: DecideTriage) -> Sequence[Event]:
    open_state = _open(state)
    if isinstance(open_state, Triaged) and open_state.historic:
        raise HISTORIC.refusal()
    category = rules.category(command.category)
    if category is None:
        known = (known.id for known in rules.organisation.categories)
        raise UNKNOWN_CATEGORY.refusal(category=command.category, closest=closest(command.category, known))
    steps = _steps_by_a_person(rules, open_state, command, category.steps)
    if isinstance(open_state, Triaged) and open_state.category == category.id and _same(open_state.steps, steps):
        return []
    refuse_blame(rules.organisation, [command.reason], command.override)
    severity, severity_why = severity_of(rules, category.id, open_state.circumstances)
    return [
        ComplaintTriaged(
            at=command.now,
            by=command.by,
            category=category.id,
            severity=severity,
            severity_why=severity_why,
            language=open_state.language,
            steps=steps,
            confidence=1.0,
            basis="person",
            historic=open_state.historic,
            circumstances=open_state.circumstances,
            override=override_used(rules.organisation, [command.reason], command.override),
        )
    ]


def _steps_by_a_person(
    rules: Rulebook, state: Queued | Triaged, command: DecideTriage, by_category: tuple[str, ...]
) -> tuple[TouchedStep, ...]:
    """The steps named, else those of the category and of known facts; whys based on facts are kept either way."""
    organisation = rules.organisation
    for step in command.steps:
        if not organisation.has_step(step):
            raise UNKNOWN_STEP.refusal(step=step, closest=closest(step, (known.id for known in organisation.steps)))
    known = {touched.step: _lasting(touched.why) for touched in state.steps}
    wanted = command.steps or (*by_category, *(step for step, whys in known.items() if whys))
    if not wanted:
        raise NO_STEP.refusal(category=command.category)
    given = Why(basis="person", sentence=command.reason)
    return tuple(
        TouchedStep(step=step, department=organisation.step(step).department, why=(*known.get(step, ()), given))
        for step in organisation.in_order(wanted)
    )


def _lasting(whys: tuple[Why, ...]) -> tuple[Why, ...]:
    return tuple(why for why in whys if why.basis == "fact")


def _same(before: tuple[TouchedStep, ...], after: tuple[TouchedStep, ...]) -> bool:
    return [touched.step for touched in before] == [touched.step for touched in after]


def _steps_of(state: State, department: str) -> Sequence[str]:
    """The touched steps that a department owns, where the triage is decided."""
    match state:
        case Triaged() as triaged:
            return [touched.step for touched in triaged.steps if touched.department == department]
        case Ended(triage=Triaged() as triaged):
            return [touched.step for touched in triaged.steps if touched.department == department]
        case _:
            return []


def _verdict(state: State, step: str) -> str:
    triage = state.triage if isinstance(state, Ended) else state
    return triage.verdicts.get(step, "") if isinstance(triage, Triaged) else ""


def _confirm(state: State, command: ConfirmSteps) -> Sequence[Event]:
    return [
        StepConfirmed(at=command.now, by=command.by, step=step, department=command.department)
        for step in _steps_of(state, command.department)
        if _verdict(state, step) != "confirmed"
    ]


def _refute(state: State, command: RefuteSteps) -> Sequence[Event]:
    return [
        StepRefuted(
            at=command.now,
            by=command.by,
            step=step,
            department=command.department,
            reason=command.reason,
            nominee=command.nominee,
        )
        for step in _steps_of(state, command.department)
        if _verdict(state, step) != "refuted"
    ]


def _link(organisation: Organisation, state: State, command: LinkComplaint) -> Sequence[Event]:
    open_state = _open(state)
    if command.other == command.complaint:
        raise OWN_REPEAT.refusal()
    if command.other in open_state.links:
        return []
    refuse_blame(organisation, [command.why], command.override)
    override = override_used(organisation, [command.why], command.override)
    return [
        ComplaintLinked(
            at=command.now,
            by=command.by,
            other=command.other,
            score=command.score,
            why=command.why,
            override=override,
        )
    ]


def _unlink(organisation: Organisation, state: State, command: UnlinkComplaint) -> Sequence[Event]:
    if command.other not in _open(state).links:
        return []
    refuse_blame(organisation, [command.why], command.override)
    override = override_used(organisation, [command.why], command.override)
    return [ComplaintUnlinked(at=command.now, by=command.by, other=command.other, why=command.why, override=override)]


def _end(state: State, command: EndTriage) -> Sequence[Event]:
    match state:
        case Queued() | Triaged() if not state.historic:
            return [TriageEnded(at=command.now, by=command.by, why=command.why)]
        case _:
            return []  # historic ones close when they are imported; a person may still decide those that wait


def _run_clocks(state: State, command: RunClocks) -> Sequence[Event]:
    due = next_due(state)
    if due is None or command.now < due:
        return []
    return [TriageOverdue(at=command.now, by=command.by, due=due)]


def _open(state: State) -> Queued | Triaged:
    match state:
        case Queued() | Triaged():
            return state
        case Unknown():
            raise UNKNOWN_COMPLAINT.refusal()
        case Ended():
            raise TRIAGE_ENDED.refusal(why=state.why)
        case _:
            assert_never(state)

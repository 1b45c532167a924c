"""What the departments' side brings: who has it, the answer, management."""

from __future__ import annotations

from collections.abc import Sequence

from services.intake import policy
from services.intake.commands import AnnounceTable, EndEscalation, PrepareAnswer, SendAnswer, StartEscalation
from services.intake.decide.promises import promise_outcome
from services.intake.policy.refusals import ANSWER_BEFORE_COMPLETION
from services.intake.state import Case
from shared.contracts.event import Event
from shared.contracts.intake import (
    AnswerPrepared,
    AnswerSent,
    ComplaintAcknowledged,
    ManagementHandedBack,
    ManagementTookOver,
    PromiseMade,
)
from shared.organisation import Organisation

FromDepartments = AnnounceTable | PrepareAnswer | SendAnswer | StartEscalation | EndEscalation


def on_departments(organisation: Organisation, case: Case, command: FromDepartments) -> Sequence[Event]:
    """Return what follows for an open complaint from something the departments did."""
    now, by = command.now, command.by
    match command:
        case AnnounceTable():
            return _announce(organisation, case, command)
        case PrepareAnswer(text=text, covers=covers, promises=promises):
            prepared = AnswerPrepared(
                at=now, by=by, stage=case.stage, text=text, covers=covers, promises=dict(promises)
            )
            known = case.answer
            same = known is not None and (known.text, known.covers, known.promises) == (text, covers, prepared.promises)
            return () if same or case.answered >= case.stage else (prepared,)
        case SendAnswer():
            return () if case.answered >= command.stage else _send(case, command)
        case StartEscalation(reason=reason, asked_by=asked_by):
            return () if case.management else (ManagementTookOver(at=now, by=by, reason=reason, asked_by=asked_by),)
        case EndEscalation():
            return (ManagementHandedBack(at=now, by=by),) if case.management else ()


def _announce(organisation: Organisation, case: Case, command: AnnounceTable) -> Sequence[Event]:
    if case.told >= min(command.stage, case.stage):
        return ()
    now, by, due = command.now, command.by, command.answer_by
    sentence = policy.who_has_it(organisation, command.lead, case.language)
    acknowledged = ComplaintAcknowledged(at=now, by=by, kind="automatic", who=command.lead, next=sentence, by_when=due)
    promise = policy.answer_promise(command.stage)
    if due is None or case.promise(promise):
        return (acknowledged,)
    what = policy.promised_answer(organisation, case.language)
    return (acknowledged, PromiseMade(at=now, by=by, promise=promise, what=what, due=due))


def _send(case: Case, command: SendAnswer) -> Sequence[Event]:
    now, by, answer = command.now, command.by, case.answer
    if answer is None:
        raise ANSWER_BEFORE_COMPLETION.refusal()
    events: list[Event] = [AnswerSent(at=now, by=by, stage=command.stage, text=answer.text, covers=answer.covers)]
    promised = case.promise(policy.answer_promise(command.stage))
    if promised is not None and promised.standing == "open":
        events.append(promise_outcome(promised, now, by))
    taken = {entry.promise for entry in case.promises}
    for name, due in answer.promises.items():
        promise = policy.free_name(name, taken)
        taken.add(promise)
        events.append(PromiseMade(at=now, by=by, promise=promise, what=name, due=due))
    return events

"""The promise ledger and the customer's clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.intake import policy
from services.intake.commands import KeepPromise, RenegotiatePromise, RunClocks
from services.intake.policy.refusals import (
    COMPLAINT_OVER,
    KEPT_BY_THE_ANSWER,
    NO_SUCH_PROMISE,
    PROMISE_IN_THE_PAST,
    PROMISE_SETTLED,
    PROMISE_WAS_DUE,
)
from services.intake.state import Case, Closed, Open, Promise, Withdrawn
from shared.contracts.event import Event
from shared.contracts.intake import AcknowledgementMissed, PromiseBroken, PromiseKept, PromiseRenegotiated

AboutPromises = RenegotiatePromise | KeepPromise


def on_promise(state: Open | Closed | Withdrawn, command: AboutPromises) -> Sequence[Event]:
    """Return what becomes of a promise that somebody keeps or gives a new date."""
    now, by = command.now, command.by
    if isinstance(state, Withdrawn):
        raise COMPLAINT_OVER.refusal()
    promise = state.case.promise(command.promise)
    if promise is None:
        raise NO_SUCH_PROMISE.refusal()
    if _is_already_so(promise, command):
        return ()
    if promise.standing != "open":
        raise PROMISE_SETTLED.refusal()
    if now > promise.due or (now == promise.due and isinstance(command, RenegotiatePromise)):
        raise PROMISE_WAS_DUE.refusal()
    match command:
        case KeepPromise():
            if policy.is_answer_promise(promise.promise):
                raise KEPT_BY_THE_ANSWER.refusal()
            return (PromiseKept(at=now, by=by, promise=promise.promise),)
        case RenegotiatePromise(due=due):
            if due <= now:
                raise PROMISE_IN_THE_PAST.refusal()
            return (PromiseRenegotiated(at=now, by=by, promise=promise.promise, due=due),)


def _is_already_so(promise: Promise, command: AboutPromises) -> bool:
    if isinstance(command, KeepPromise):
        return promise.standing == "kept"
    return promise.standing == "open" and promise.due == command.due


def promise_outcome(promise: Promise, now: datetime, by: str) -> Event:
    """Return whether an open promise whose matter happened now is kept or broken."""
    if now <= promise.due:
        return PromiseKept(at=now, by=by, promise=promise.promise)
    return PromiseBroken(at=now, by=by, promise=promise.promise, due=promise.due)


def run_clocks(case: Case, command: RunClocks) -> Sequence[Event]:
    """Return the clocks that ran out, in the order in which they did."""
    now, by = command.now, command.by
    ran_out: list[tuple[datetime, Event]] = [
        (entry.due, PromiseBroken(at=now, by=by, promise=entry.promise, due=entry.due))
        for entry in case.promises
        if entry.standing == "open"
    ]
    if case.acknowledge_by is not None:
        ran_out.append((case.acknowledge_by, AcknowledgementMissed(at=now, by=by, due=case.acknowledge_by)))
    ran_out.sort(key=lambda item: item[0])
    return [event for due, event in ran_out if due <= now]

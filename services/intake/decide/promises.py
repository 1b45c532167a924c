"""The promise ledger and the customer's clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.intake import policy
from services.intake.commands import KeepPromise, RenegotiatePromise, RunClocks
from services.intake.state import Case, Closed, Open, Promise, Withdrawn
from shared.contracts.event import Event
from shared.contracts.intake import AcknowledgementMissed, PromiseBroken, PromiseKept, PromiseRenegotiated

AboutPromises = RenegotiatePromise | KeepPromise


def changed(state: Open | Closed | Withdrawn, command: AboutPromises) -> Sequence[Event]:
    """Return what becomes of a promise that somebody keeps or gives a new date."""
    now, by = command.now, command.by
    if isinstance(state, Withdrawn):
        raise policy.refused("complaint-over")
    promise = state.case.promise(command.promise)
    if promise is None:
        raise policy.refused("no-such-promise")
    if _is_already_so(promise, command):
        return ()
    if promise.standing != "open":
        raise policy.refused("promise-settled")
    if now > promise.due or (now == promise.due and isinstance(command, RenegotiatePromise)):
        raise policy.refused("promise-was-due")
    match command:
        case KeepPromise():
            if policy.is_answer_promise(promise.promise):
                raise policy.refused("kept-by-the-answer")
            return (PromiseKept(at=now, by=by, promise=promise.promise),)
        case RenegotiatePromise(due=due):
            if due <= now:
                raise policy.refused("promise-in-the-past")
            return (PromiseRenegotiated(at=now, by=by, promise=promise.promise, due=due),)


def _is_already_so(promise: Promise, command: AboutPromises) -> bool:
    if isinstance(command, KeepPromise):
        return promise.standing == "kept"
    return promise.standing == "open" and promise.due == command.due


def settled(promise: Promise, now: datetime, by: str) -> Event:
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

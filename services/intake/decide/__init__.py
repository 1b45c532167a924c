"""What happens when intake is asked for something. Pure; every refusal is a rule of `policy.refusals`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import assert_never

from services.intake import policy
from services.intake.commands import (
    AcceptOutcome,
    AcknowledgeComplaint,
    AnnounceTable,
    ComplaintCommand,
    EndEscalation,
    GiveFeedback,
    KeepPromise,
    PrepareAnswer,
    RegisterComplaint,
    RejectOutcome,
    RenegotiatePromise,
    RequestEscalation,
    RunClocks,
    SendAnswer,
    StartEscalation,
    WithdrawComplaint,
)
from services.intake.decide.customer import on_customer, on_feedback
from services.intake.decide.departments import on_departments
from services.intake.decide.promises import on_promise, run_clocks
from services.intake.policy.refusals import NO_SUCH_COMPLAINT
from services.intake.state import (
    INITIAL,
    STATE,
    Open,
    State,
    Unregistered,
    Withdrawn,
    evolve,
    index,
    is_terminal,
    log_only,
    next_due,
)
from shared.contracts.event import Event
from shared.contracts.intake import COMPLAINTS, ComplaintClosed, ComplaintRegistered
from shared.eventsourcing.decider import Decider
from shared.organisation import Organisation


def decider(organisation: Organisation) -> Decider[State, ComplaintCommand]:
    """Return the complaint's decider for one organisation."""
    return Decider(
        stream=COMPLAINTS,
        initial=INITIAL,
        decide=partial(decide, organisation),
        evolve=evolve,
        is_terminal=is_terminal,
        state=STATE,
        index=index,
        next_due=next_due,
        log_only=log_only,
    )


def decide(organisation: Organisation, state: State, command: ComplaintCommand) -> Sequence[Event]:
    """Return the events; none where the command changes nothing. Raises Rejected by a rule of `policy.refusals`."""
    match command:
        case RegisterComplaint():
            return _register(organisation, command) if isinstance(state, Unregistered) else ()
        case AnnounceTable() | PrepareAnswer() | SendAnswer() | StartEscalation() | EndEscalation():
            # what arrives late from the departments finds the complaint over: nothing is left to do
            return on_departments(organisation, state.case, command) if isinstance(state, Open) else ()
        case RunClocks():
            return () if isinstance(state, Unregistered | Withdrawn) else run_clocks(state.case, command)
        case _ if isinstance(state, Unregistered):
            raise NO_SUCH_COMPLAINT.refusal()
        case RenegotiatePromise() | KeepPromise():
            return on_promise(state, command)
        case GiveFeedback():
            return on_feedback(state, command)
        case AcknowledgeComplaint() | AcceptOutcome() | RejectOutcome() | RequestEscalation() | WithdrawComplaint():
            return on_customer(organisation, state, command)
        case _:
            assert_never(command)


def _register(organisation: Organisation, command: RegisterComplaint) -> Sequence[Event]:
    now, by = command.now, command.by
    acknowledge_by = None if command.historic else policy.acknowledge_by(organisation, now, harm=command.harm)
    registered = ComplaintRegistered(
        at=now,
        by=by,
        complaint=command.complaint,
        channel=command.channel,
        received_at=command.received_at,
        historic=command.historic,
        language=command.language,
        text=command.text,
        points=command.points,
        category_hint=command.category_hint,
        order_ref=command.order_ref,
        customer_ref=command.customer_ref,
        value=command.value,
        promised_by=command.promised_by,
        steps=command.steps,
        facts=command.facts,
        flags=command.flags,
        source_row=command.source_row,
        harm=command.harm,
        vulnerable=command.vulnerable,
        repeat_of=command.repeat_of,
        acknowledge_by=acknowledge_by,
        organisation=organisation.reference,
    )
    return (
        (registered, ComplaintClosed(at=now, by=by, learning_code=policy.HISTORIC))
        if command.historic
        else (registered,)
    )

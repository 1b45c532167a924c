"""What happens when a command meets a resolution. Pure: the instant and the ids come with the command."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import assert_never

from services.departments import commands as asked
from services.departments.decide.agreeing import agree, endorse, object_to
from services.departments.decide.delivering import answer, deliver_remedy, make_statement
from services.departments.decide.escalating import close_escalation, contact_customer, escalate
from services.departments.decide.joining import decline, join, nominate
from services.departments.decide.opening import close_table, note_complaint, note_triage, open_second_stage
from services.departments.decide.overdue import run_clocks
from services.departments.decide.round import note_refused_wording, propose, report_times
from services.departments.decide.seating import NO_SUCH_COMPLAINT, NOT_AT_THIS_TABLE
from services.departments.decide.settling import settled
from services.departments.state import INITIAL, State, audience, evolve, index, is_terminal, next_due, state_adapter
from shared.contracts.departments import RESOLUTIONS
from shared.contracts.event import Event
from shared.core.decider import Decider
from shared.core.organisation import Organisation
from shared.core.wording import BLAMES_PEOPLE

__all__ = ["BLAMES_PEOPLE", "NOT_AT_THIS_TABLE", "NO_SUCH_COMPLAINT", "decide", "decider"]


def decide(organisation: Organisation, state: State, command: asked.Command) -> Sequence[Event]:
    """Return what happens; nothing where it is already so.

    Raises:
        Rejected: naming the rule, where the caller asked for what the rules do not allow.
    """
    events = _caused_elsewhere(organisation, state, command)
    return settled(organisation, state, events, command.now)


def decider(organisation: Organisation) -> Decider[State, asked.Command]:
    """Return the resolution's decider for one organisation."""
    return Decider(
        stream=RESOLUTIONS,
        initial=INITIAL,
        decide=partial(decide, organisation),
        evolve=evolve,
        is_terminal=is_terminal,
        state=state_adapter(),
        index=index,
        next_due=next_due,
        audience=audience,
    )


def _caused_elsewhere(  # noqa: PLR0911 - one return per command
    organisation: Organisation, state: State, command: asked.Command
) -> Sequence[Event]:
    match command:
        case asked.NoteComplaint():
            return note_complaint(organisation, state, command)
        case asked.NoteTriage():
            return note_triage(organisation, state, command)
        case asked.OpenSecondStage():
            return open_second_stage(organisation, state, command)
        case asked.Escalate():
            return escalate(organisation, state, command)
        case asked.CloseTable():
            return close_table(state, command)
        case asked.RunClocks():
            return run_clocks(organisation, state, command)
        case asked.ContactCustomer():
            return contact_customer(organisation, state, command)
        case asked.CloseEscalation():
            return close_escalation(organisation, state, command)
        case _:
            return _by_a_department(organisation, state, command)


def _by_a_department(  # noqa: C901, PLR0911, PLR0912 - one branch per command
    organisation: Organisation, state: State, command: asked.DepartmentCommand
) -> Sequence[Event]:
    match command:
        case asked.Join():
            return join(state, command)
        case asked.Decline():
            return decline(organisation, state, command)
        case asked.Nominate():
            return nominate(organisation, state, command)
        case asked.ReportTimes():
            return report_times(organisation, state, command)
        case asked.Propose():
            return propose(organisation, state, command)
        case asked.NoteRefusedWording():
            return note_refused_wording(state, command)
        case asked.Endorse():
            return endorse(state, command)
        case asked.ObjectTo():
            return object_to(organisation, state, command)
        case asked.Agree():
            return agree(organisation, state, command)
        case asked.DeliverRemedy():
            return deliver_remedy(state, command)
        case asked.MakeStatement():
            return make_statement(state, command)
        case asked.Answer():
            return answer(organisation, state, command)
        case _:
            assert_never(command)

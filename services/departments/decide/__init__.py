"""What happens when a command meets a resolution. Pure: the instant and the ids come with the command."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import assert_never

from services.departments import commands
from services.departments.decide.agreeing import agree, endorse, object_to
from services.departments.decide.delivering import answer, deliver_remedy, make_statement
from services.departments.decide.escalating import close_escalation, contact_customer, escalate
from services.departments.decide.follow_ups import run_clocks, with_follow_ups
from services.departments.decide.opening import close_table, note_complaint, note_triage, open_second_stage
from services.departments.decide.round import note_refused_wording, propose, report_times
from services.departments.decide.seating import decline, join, nominate
from services.departments.state.clocks import next_due
from services.departments.state.evolve import evolve
from services.departments.state.models import INITIAL, STATE, State, is_terminal
from services.departments.state.search import audience, index, log_only
from shared.contracts.departments import RESOLUTIONS
from shared.contracts.event import Event
from shared.eventsourcing.decider import Decider
from shared.organisation import Organisation


def decide(organisation: Organisation, state: State, command: commands.ResolutionCommand) -> Sequence[Event]:
    """Return the events; none where the command changes nothing.

    Raises:
        Rejected: naming the rule, where the caller asked for what the rules do not allow.
    """
    events = _decided(organisation, state, command)
    return with_follow_ups(organisation, state, events, command.now)


def decider(organisation: Organisation) -> Decider[State, commands.ResolutionCommand]:
    """Return the resolution's decider for one organisation."""
    return Decider(
        stream=RESOLUTIONS,
        initial=INITIAL,
        decide=partial(decide, organisation),
        evolve=evolve,
        is_terminal=is_terminal,
        state=STATE,
        index=index,
        next_due=next_due,
        audience=audience,
        log_only=log_only,
    )


def _decided(  # noqa: PLR0911 - one return per command
    organisation: Organisation, state: State, command: commands.ResolutionCommand
) -> Sequence[Event]:
    match command:
        case commands.NoteComplaint():
            return note_complaint(organisation, state, command)
        case commands.NoteTriage():
            return note_triage(organisation, state, command)
        case commands.OpenSecondStage():
            return open_second_stage(organisation, state, command)
        case commands.Escalate():
            return escalate(organisation, state, command)
        case commands.CloseTable():
            return close_table(state, command)
        case commands.RunClocks():
            return run_clocks(organisation, state, command)
        case commands.ContactCustomer():
            return contact_customer(organisation, state, command)
        case commands.CloseEscalation():
            return close_escalation(organisation, state, command)
        case _:
            return _by_a_department(organisation, state, command)


def _by_a_department(  # noqa: C901, PLR0911, PLR0912 - one branch per command
    organisation: Organisation, state: State, command: commands.DepartmentCommand
) -> Sequence[Event]:
    match command:
        case commands.Join():
            return join(state, command)
        case commands.Decline():
            return decline(organisation, state, command)
        case commands.Nominate():
            return nominate(organisation, state, command)
        case commands.ReportTimes():
            return report_times(organisation, state, command)
        case commands.Propose():
            return propose(organisation, state, command)
        case commands.NoteRefusedWording():
            return note_refused_wording(state, command)
        case commands.Endorse():
            return endorse(state, command)
        case commands.ObjectTo():
            return object_to(organisation, state, command)
        case commands.Agree():
            return agree(organisation, state, command)
        case commands.DeliverRemedy():
            return deliver_remedy(state, command)
        case commands.MakeStatement():
            return make_statement(state, command)
        case commands.Answer():
            return answer(organisation, state, command)
        case _:
            assert_never(command)

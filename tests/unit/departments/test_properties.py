"""Any order of commands: the invariants of the table hold, clocks fire once and never early, twice is once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.departments import commands
from services.departments.commands import ResolutionCommand
from services.departments.decide import decide
from services.departments.state.clocks import clocks, next_due
from services.departments.state.evolve import evolve
from services.departments.state.models import INITIAL, STATE, Closed, State, Table, Waiting
from shared.contracts import departments
from shared.contracts.event import Event
from shared.contracts.parts import Remedy, StepTime
from shared.eventsourcing.decider import Rejected
from tests.unit.departments.build import (
    HOUR,
    NOW,
    ORGANISATION,
    complaint,
    completed,
    draft,
    opened,
    prevention,
    revealed,
    triage,
)

AT_THE_TABLE = ("warehouse", "carrier", "last-mile")
DEPARTMENTS = (*AT_THE_TABLE, "customer-care")
NOMINEES = (*AT_THE_TABLE, "customer-care", "payment", "nobody")
PROPOSALS = ("w", "l", "p1", "p2")
STEPS = ("packing", "line-haul", "delivery")
DRAFTS = (
    *(draft(proposal) for proposal in PROPOSALS),
    *(prevention(proposal) for proposal in PROPOSALS),
    draft("p1", text="They are to blame."),
    draft("p2", remedy=Remedy(remedy="voucher", amount=Decimal(51))),
)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 45, 240, 1500))
OVERDUE = (
    departments.DepartmentSilent,
    departments.AgreementOverdue,
    departments.AnswerOverdue,
    departments.EscalationOverdue,
)
T = TypeVar("T")


class Choices:
    """Everything a command is made of, chosen by bytes: a walk shrinks by losing bytes."""

    def __init__(self, now: datetime, chosen: int) -> None:
        self.now = now
        self._chosen = chosen

    def of(self, among: Sequence[T]) -> T:
        self._chosen, index = divmod(self._chosen, len(among))
        return among[index]

    @property
    def who(self) -> dict[str, Any]:
        return {"now": self.now, "department": self.of(DEPARTMENTS)}


def _ran(step: str) -> tuple[StepTime, ...]:
    return (StepTime(step=step, started=NOW, ended=NOW + HOUR),)


FINDINGS = ({}, {"last-mile": "Fixed."}, dict.fromkeys(AT_THE_TABLE, "Fixed."), dict.fromkeys(AT_THE_TABLE[1:], "Yes."))
MAKERS: tuple[Callable[[Choices], ResolutionCommand], ...] = (
    lambda c: commands.NoteComplaint(now=c.now, complaint=complaint()),
    lambda c: commands.NoteTriage(now=c.now, triage=triage(*c.of([("packing",), STEPS, ("packing", "delivery")]))),
    lambda c: commands.OpenSecondStage(now=c.now, rejected_stage=c.of((1, 2)), reason="No."),
    lambda c: commands.Escalate(now=c.now, reason="Now."),
    lambda c: commands.RunClocks(now=c.now),
    lambda c: commands.RunClocks(now=c.now),
    lambda c: commands.ContactCustomer(now=c.now, note="Called."),
    lambda c: commands.CloseEscalation(now=c.now, findings=c.of(FINDINGS)),
    lambda c: commands.Join(**c.who),
    lambda c: commands.Join(**c.who),
    lambda c: commands.Decline(**c.who, reason=c.of(("step-not-ours", "wrong")), nominee=c.of(NOMINEES)),
    lambda c: commands.Decline(**c.who, reason="step-not-ours", nominee=c.of(NOMINEES)),
    lambda c: commands.Nominate(**c.who, nominee=c.of(NOMINEES)),
    lambda c: commands.ReportTimes(**c.who, steps=_ran(c.of(STEPS)), staff_minutes=c.of((0, 9))),
    lambda c: commands.Propose(**c.who, draft=c.of(DRAFTS)),
    lambda c: commands.NoteRefusedWording(**c.who, rule="blames-people", attempt=c.of(PROPOSALS)),
    lambda c: commands.Endorse(**c.who, proposal=c.of(PROPOSALS)),
    lambda c: commands.ObjectTo(**c.who, proposal=c.of(PROPOSALS), reason="Too slow.", alternative=c.of(DRAFTS)),
    lambda c: commands.Agree(
        **c.who, remedy_proposal=c.of(PROPOSALS), budgets=c.of(({}, {"packing": 8}, {"packing": 99}))
    ),
    lambda c: commands.DeliverRemedy(**c.who, cost=Decimal(5)),
    lambda c: commands.MakeStatement(**c.who, amounts={"fee": c.of((Decimal(1), Decimal(2)))}),
    lambda c: commands.Answer(**c.who, text="Yes.", covers=(1, 2), amounts=c.of(({}, {"fee": Decimal(2)}))),
)


def _walk(chosen: bytes) -> list[ResolutionCommand]:
    now, commands = NOW, list[ResolutionCommand]()
    for index in range(0, len(chosen) - 3, 4):
        pause, kind, *rest = chosen[index : index + 4]
        now += PAUSES[pause % len(PAUSES)]
        commands.append(MAKERS[kind % len(MAKERS)](Choices(now, int.from_bytes(rest))))
    return commands


WALKS = st.binary(min_size=4, max_size=120).map(_walk)


def _carry_out(state: State, command: ResolutionCommand) -> Sequence[Event]:
    try:
        return decide(ORGANISATION, state, command)
    except Rejected:
        return []


def _after(state: State, events: Sequence[Event]) -> State:
    for event in events:
        state = evolve(state, event)
    return state


def _holds_together(state: State) -> None:
    """An open complaint has exactly one accountable lead and at least one participant; no clock of the past hides."""
    if not isinstance(state, Table):
        return
    assert state.lead in state.participants
    assert state.participants
    departments = [seat.department for seat in state.seats]
    assert len(departments) == len(set(departments))
    lead = state.seat(state.lead)
    assert lead is not None
    if lead.standing == "managed":
        assert not {"active", "invited"} & set(state.standings.values())
    proposals = [proposal.proposal for proposal in state.proposals]
    assert len(proposals) == len(set(proposals))


BEGINNINGS: list[State] = [INITIAL, opened().state, revealed().state, completed().state]


@pytest.mark.parametrize("start", BEGINNINGS, ids=lambda state: state.status)
@given(WALKS)
@settings(max_examples=200, deadline=None)
def test_every_order_of_commands_keeps_one_lead_and_a_participant(start: State, walk: list[ResolutionCommand]) -> None:
    state = start
    for command in walk:
        events = _carry_out(state, command)
        after = _after(state, events)
        _holds_together(after)
        assert _carry_out(after, command) == [], f"{command} again did more"
        for event in events:
            if isinstance(event, OVERDUE):
                assert event.due <= command.now
        state = after
    assert STATE.validate_json(STATE.dump_json(state)) == state


@pytest.mark.parametrize("start", BEGINNINGS, ids=lambda state: state.status)
@given(WALKS)
@settings(max_examples=100, deadline=None)
def test_no_clock_fires_early_or_twice(start: State, walk: list[ResolutionCommand]) -> None:
    state = start
    for command in walk:
        due = next_due(state)
        if isinstance(command, commands.RunClocks):
            events = _carry_out(state, command)
            assert bool(events) == (due is not None and due <= command.now)
            state = _after(state, events)
            later = next_due(state)
            assert later is None or later > command.now
        else:
            state = _after(state, _carry_out(state, command))


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=4))
def test_the_table_opens_once_in_whatever_order_the_news_come(order: list[int], again: list[int]) -> None:
    news: list[ResolutionCommand] = [
        commands.NoteComplaint(now=NOW, complaint=complaint()),
        commands.NoteTriage(now=NOW, triage=triage()),
        commands.Escalate(now=NOW, reason="Now."),
        commands.RunClocks(now=NOW),
    ]
    happened: list[Event] = []
    state: State = INITIAL
    for number in [*order, *again]:
        events = decide(ORGANISATION, state, news[number])
        state = _after(state, events)
        happened.extend(events)
    kinds = [type(event) for event in happened]
    assert kinds.count(departments.TableOpened) == 1
    assert kinds.count(departments.DepartmentInvited) == 3
    assert kinds.count(departments.EscalatedToManagement) == 1
    assert not isinstance(state, Waiting)


@given(st.sampled_from(BEGINNINGS), st.sampled_from(("withdrawn", "accepted")))
def test_every_stream_can_end(start: State, why: str) -> None:
    closed = _after(start, decide(ORGANISATION, start, commands.CloseTable(now=NOW, why=why)))  # type: ignore[arg-type]
    assert isinstance(closed, Closed)
    assert clocks(closed) == ()

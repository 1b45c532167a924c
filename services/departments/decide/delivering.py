"""Delivering: the remedy and its cost, and the one answer that no two departments contradict."""

from __future__ import annotations

from collections.abc import Sequence

from services.departments import commands
from services.departments.decide.seating import acting
from services.departments.policy.refusals import (
    AGREE_FIRST,
    ALREADY_DELIVERED,
    ANSWER_COVERS_EVERY_POINT,
    COSTS_ARE_COUNTED,
    ONLY_THE_LEAD_ANSWERS,
    POINTS_OF_THE_COMPLAINT,
    PROMISES_ARE_AHEAD,
    THE_CUSTOMERS_TURN,
)
from services.departments.policy.wording import contradictions
from services.departments.state.models import AgreedTable, Completed, Delivering, State, Statement, Table
from shared.contracts.departments import AnswerAgreed, AnswerHeld, RemedyDelivered, StatementMade
from shared.contracts.event import Event
from shared.organisation import Organisation
from shared.organisation.wording import override_used, refuse_blame


def deliver_remedy(state: State, command: commands.DeliverRemedy) -> Sequence[Event]:
    """The participant that brings the remedy to the customer reports it, with the cost."""
    table, _ = acting(state, command.department)
    agreed = _agreed(table)
    if agreed.delivery is not None:
        given = (command.department, command.cost, command.staff_minutes)
        if (agreed.delivery.department, agreed.delivery.cost, agreed.delivery.staff_minutes) == given:
            return []
        raise ALREADY_DELIVERED.refusal(department=agreed.delivery.department)
    if command.cost < 0 or command.staff_minutes < 0:
        raise COSTS_ARE_COUNTED.refusal()
    return [
        RemedyDelivered(
            at=command.now,
            by=command.by,
            department=command.department,
            cost=command.cost,
            staff_minutes=command.staff_minutes,
        )
    ]


def make_statement(state: State, command: commands.MakeStatement) -> Sequence[Event]:
    """A statement that contradicts the answer given holds it back again."""
    table, _ = acting(state, command.department)
    made = Statement(department=command.department, dates=dict(command.dates), amounts=dict(command.amounts))
    if made in table.statements:
        return []
    if isinstance(table, Completed):
        raise THE_CUSTOMERS_TURN.refusal()
    events: list[Event] = [_stated(made, command)]
    if isinstance(table, Delivering) and table.answer is not None:
        held = _contradictions(table, made)
        events += [AnswerHeld(at=command.now, by="system", contradictions=held)] if held else []
    return events


def answer(organisation: Organisation, state: State, command: commands.Answer) -> Sequence[Event]:
    """The lead's answer: it covers every point, promises only future dates, contradicts nobody and blames nobody."""
    table, _ = acting(state, command.department)
    if command.department != table.lead:
        raise ONLY_THE_LEAD_ANSWERS.refusal(lead=table.lead)
    agreed = _agreed(table)
    given = (command.text, command.covers, dict(command.promises))
    own = Statement(department=command.department, dates=dict(command.dates), amounts=dict(command.amounts))
    says_more = bool(own.dates or own.amounts) and own not in table.statements
    if agreed.answer and given == (agreed.answer.text, agreed.answer.covers, agreed.answer.promises) and not says_more:
        return []
    if isinstance(table, Completed):
        raise THE_CUSTOMERS_TURN.refusal()
    _covers_every_point(table, command.covers)
    _promises_are_ahead(command)
    refuse_blame(organisation, [command.text], command.override)
    events: list[Event] = [_stated(own, command)] if says_more else []
    held = _contradictions(table, own if says_more else None)
    if held:
        return [] if held == agreed.held and not events else [*events, _held(held, command)]
    return [
        *events,
        AnswerAgreed(
            at=command.now,
            by=command.by,
            text=command.text,
            covers=command.covers,
            promises=dict(command.promises),
            override=override_used(organisation, [command.text], command.override),
        ),
    ]


def _agreed(table: Table) -> AgreedTable:
    if not isinstance(table, AgreedTable):
        raise AGREE_FIRST.refusal()
    return table


def _covers_every_point(table: Table, covers: Sequence[int]) -> None:
    points = range(1, table.complaint.points + 1)
    missing = [str(point) for point in points if point not in covers]
    unknown = [str(point) for point in covers if point not in points]
    if missing:
        raise ANSWER_COVERS_EVERY_POINT.refusal(points=", ".join(missing))
    if unknown or len(set(covers)) < len(covers):
        raise POINTS_OF_THE_COMPLAINT.refusal(points=len(points))


def _promises_are_ahead(command: commands.Answer) -> None:
    past = [name for name, due in command.promises.items() if due <= command.now]
    if past:
        raise PROMISES_ARE_AHEAD.refusal(promises=", ".join(past))


def _contradictions(table: Table, newest: Statement | None) -> tuple[str, ...]:
    """Where participants contradict each other; the agreed remedy's amount takes part under the name ``remedy``."""
    statements = {one.department: one for one in table.statements if one.department in table.participants}
    if newest is not None:
        statements[newest.department] = newest
    amounts = {department: one.amounts for department, one in statements.items()}
    if isinstance(table, AgreedTable):
        amounts["the agreement"] = {"remedy": table.agreement.remedy.amount}
    return contradictions({department: one.dates for department, one in statements.items()}, amounts)


def _stated(made: Statement, command: commands.MakeStatement | commands.Answer) -> StatementMade:
    return StatementMade(
        at=command.now, by=command.by, department=made.department, dates=made.dates, amounts=made.amounts
    )


def _held(held: tuple[str, ...], command: commands.Answer) -> AnswerHeld:
    return AnswerHeld(at=command.now, by="system", contradictions=held)

"""Delivering: the remedy and its cost, and the one answer that no two departments contradict."""

from __future__ import annotations

from collections.abc import Sequence

from services.departments import commands as asked
from services.departments.decide.seating import acting
from services.departments.policy import contradictions
from services.departments.state import AgreedTable, Completed, Delivering, State, Statement, Table
from shared.contracts.departments import AnswerAgreed, AnswerHeld, RemedyDelivered, StatementMade
from shared.contracts.event import Event
from shared.core.decider import Rejected
from shared.core.organisation import Organisation
from shared.core.wording import override_used, refuse_blame


def deliver_remedy(state: State, command: asked.DeliverRemedy) -> Sequence[Event]:
    """Whichever participant brings the remedy to the customer says so, with what it cost."""
    table, _ = acting(state, command.department)
    agreed = _agreed(table)
    if agreed.delivery is not None:
        given = (command.department, command.cost, command.staff_minutes)
        if (agreed.delivery.department, agreed.delivery.cost, agreed.delivery.staff_minutes) == given:
            return []
        raise Rejected("already-delivered", f"{agreed.delivery.department} delivered the remedy already.")
    if command.cost < 0 or command.staff_minutes < 0:
        raise Rejected("costs-are-counted", "Cost and staff minutes cannot be negative.")
    return [
        RemedyDelivered(
            at=command.now,
            by=command.by,
            department=command.department,
            cost=command.cost,
            staff_minutes=command.staff_minutes,
        )
    ]


def make_statement(state: State, command: asked.MakeStatement) -> Sequence[Event]:
    """A statement that contradicts the answer given holds it back again."""
    table, _ = acting(state, command.department)
    made = Statement(department=command.department, dates=dict(command.dates), amounts=dict(command.amounts))
    if made in table.statements:
        return []
    if isinstance(table, Completed):
        raise Rejected("the-customers-turn", "The answer is given; it is the customer's turn now.")
    events: list[Event] = [_stated(made, command)]
    if isinstance(table, Delivering) and table.answer is not None:
        held = _contradictions(table, made)
        events += [AnswerHeld(at=command.now, by="system", contradictions=held)] if held else []
    return events


def answer(organisation: Organisation, state: State, command: asked.Answer) -> Sequence[Event]:
    """The lead's answer: every numbered point, promises ahead of now, no contradiction, no culprits."""
    table, _ = acting(state, command.department)
    if command.department != table.lead:
        raise Rejected("only-the-lead-answers", f"{table.lead} leads this table and gives the answer.")
    agreed = _agreed(table)
    given = (command.text, command.covers, dict(command.promises))
    own = Statement(department=command.department, dates=dict(command.dates), amounts=dict(command.amounts))
    says_more = bool(own.dates or own.amounts) and own not in table.statements
    if agreed.answer and given == (agreed.answer.text, agreed.answer.covers, agreed.answer.promises) and not says_more:
        return []
    if isinstance(table, Completed):
        raise Rejected("the-customers-turn", "The answer is given; it is the customer's turn now.")
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
        raise Rejected("agree-first", "The table has not agreed on a remedy yet.")
    return table


def _covers_every_point(table: Table, covers: Sequence[int]) -> None:
    points = range(1, table.complaint.points + 1)
    missing = [str(point) for point in points if point not in covers]
    unknown = [str(point) for point in covers if point not in points]
    if missing:
        raise Rejected("answer-covers-every-point", f"The answer leaves out point {', '.join(missing)}.")
    if unknown or len(set(covers)) < len(covers):
        raise Rejected("points-of-the-complaint", f"The complaint has {len(points)} points; name each once.")


def _promises_are_ahead(command: asked.Answer) -> None:
    past = [name for name, due in command.promises.items() if due <= command.now]
    if past:
        raise Rejected("promises-are-ahead", f"Promise a date that is still ahead: {', '.join(past)}.")


def _contradictions(table: Table, newest: Statement | None) -> tuple[str, ...]:
    """What participants say differently; the agreed remedy's amount has a say under the name ``remedy``."""
    said = {one.department: one for one in table.statements if one.department in table.participants}
    if newest is not None:
        said[newest.department] = newest
    amounts = {department: one.amounts for department, one in said.items()}
    if isinstance(table, AgreedTable):
        amounts["the agreement"] = {"remedy": table.agreement.remedy.amount}
    return contradictions({department: one.dates for department, one in said.items()}, amounts)


def _stated(made: Statement, command: asked.MakeStatement | asked.Answer) -> StatementMade:
    return StatementMade(
        at=command.now, by=command.by, department=made.department, dates=made.dates, amounts=made.amounts
    )


def _held(held: tuple[str, ...], command: asked.Answer) -> AnswerHeld:
    return AnswerHeld(at=command.now, by="system", contradictions=held)

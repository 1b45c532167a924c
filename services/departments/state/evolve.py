"""How a resolution changes with each event; an event that does not concern a state leaves it unchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from services.departments.state.models import (
    AgreedTable,
    Agreeing,
    Agreement,
    Closed,
    Completed,
    Delivering,
    Delivery,
    Endorsement,
    Escalation,
    GivenAnswer,
    Objection,
    OpenTable,
    Refusal,
    Round,
    Seat,
    State,
    Statement,
    Table,
    Waiting,
    table_of,
)
from shared.contracts.departments import (
    AgreementOverdue,
    AgreementReached,
    AnswerAgreed,
    AnswerHeld,
    AnswerOverdue,
    ComplaintBrief,
    ComplaintNoted,
    DepartmentDeclined,
    DepartmentInvited,
    DepartmentJoined,
    DepartmentSilent,
    EscalatedToManagement,
    EscalationClosed,
    EscalationOverdue,
    LeadChanged,
    ManagementTookSeat,
    ManagerContacted,
    ProposalEndorsed,
    ProposalMade,
    ProposalObjected,
    RemedyDelivered,
    ResolutionCompleted,
    RoundRevealed,
    RoundStarted,
    StatementMade,
    TableClosed,
    TableOpened,
    TimesReported,
    TriageNoted,
    WordingRefused,
)
from shared.contracts.event import Event
from shared.contracts.part import replace

S = TypeVar("S", bound=Table)


def evolve(state: State, event: Event) -> State:  # noqa: PLR0911 - one return per kind of event
    """Return the state after the event."""
    match state, event:
        case Waiting(), ComplaintNoted():
            return replace(state, complaint=event.complaint)
        case Waiting(), TriageNoted():
            return replace(state, triage=event.triage)
        case ((Waiting() | Completed()), TableOpened()):
            return _opened(state, event)
        case Closed(), _:
            return state
        case _, TableClosed():
            return Closed(why=event.why, table=table_of(state))
        case _, (EscalatedToManagement() | ManagerContacted() | EscalationOverdue() | EscalationClosed()):
            return replace(state, escalation=_escalation(state.escalation, event))
        case ((Round() | Agreeing() | Delivering() | Completed()), _):
            return _at_the_table(state, event)
        case _:
            return state


def _opened(state: Waiting | Completed, event: TableOpened) -> State:
    carried: dict[str, Any] = {"escalation": state.escalation}
    if isinstance(state, Completed):
        carried |= {
            "complaint": state.complaint,
            "category": event.category or state.category,
            "earlier_leads": (*state.earlier_leads, state.lead),
            "earlier_minutes": state.staff_minutes,
            "earlier_compensation": state.compensation,
        }
    else:
        registered = ComplaintBrief(registered_at=event.at, historic=event.historic)
        carried |= {"complaint": state.complaint or registered, "category": event.category}
    return Round(severity=event.severity, stage=event.stage, lead=event.lead, answer_by=event.answer_by, **carried)


def _escalation(before: Escalation | None, event: Event) -> Escalation | None:
    match event:
        case EscalatedToManagement():
            return Escalation(
                reason=event.reason, failed=event.failed, asked_by=event.asked_by, contact_by=event.contact_by
            )
        case ManagerContacted():
            return before and replace(before, contacted=True)
        case EscalationOverdue():
            return before and replace(before, overdue=True)
        case _:
            return None


def _at_the_table(state: OpenTable, event: Event) -> State:  # noqa: PLR0911 - one return per kind of event
    match event:
        case RoundStarted() if isinstance(state, Round):
            return replace(state, ends=event.ends)
        case RoundRevealed() if isinstance(state, Round):
            return _become(Agreeing, state, agree_by=event.agree_by)
        case AgreementOverdue() if isinstance(state, Agreeing):
            return replace(state, agree_overdue=True)
        case AgreementReached() if isinstance(state, Agreeing):
            return _become(Delivering, state, agreement=Agreement.model_validate(event, from_attributes=True))
        case ResolutionCompleted() if isinstance(state, Delivering):
            return _become(Completed, state)
        case RemedyDelivered() | AnswerHeld() | AnswerAgreed():
            return _delivering(state, event) if isinstance(state, Delivering) else state
        case AnswerOverdue():
            return replace(state, answer_overdue=True)
        case LeadChanged():
            return replace(state, lead=event.lead, earlier_leads=(*state.earlier_leads, event.before))
        case _:
            return _contributed(_seated(state, event), event)


def _delivering(state: Delivering, event: RemedyDelivered | AnswerHeld | AnswerAgreed) -> Delivering:
    match event:
        case RemedyDelivered():
            delivery = Delivery(department=event.department, cost=event.cost, staff_minutes=event.staff_minutes)
            return replace(state, delivery=delivery)
        case AnswerHeld():
            return replace(state, held=event.contradictions, answer=None)
        case AnswerAgreed():
            answer = GivenAnswer(text=event.text, covers=event.covers, promises=event.promises)
            return replace(state, held=(), answer=answer)


def _seated(state: S, event: Event) -> S:  # noqa: PLR0911 - one return per kind of event
    """Who sits at the table, and how."""
    match event:
        case DepartmentInvited():
            return _invited(state, event)
        case DepartmentJoined():
            return _with_seat(
                state,
                event.department,
                lambda seat: replace(seat, standing="active", respond_by=None, refusal=None, managed_why=""),
            )
        case DepartmentDeclined():
            refusal = Refusal(reason=event.reason, nominee=event.nominee)
            declined = _with_seat(
                state,
                event.department,
                lambda seat: replace(seat, standing="declined", respond_by=None, refusal=refusal),
            )
            return replace(declined, declines=state.declines + 1)
        case DepartmentSilent():
            return _with_seat(state, event.department, lambda seat: replace(seat, silent=True, respond_by=None))
        case ManagementTookSeat():
            return _with_seat(
                state,
                event.department,
                lambda seat: replace(seat, standing="managed", respond_by=None, managed_why=event.reason),
            )
        case TimesReported():
            return _with_seat(
                state,
                event.department,
                lambda seat: replace(
                    seat,
                    reported=True,
                    times=event.steps,
                    waiting=event.waiting,
                    staff_minutes=event.staff_minutes,
                ),
            )
        case _:
            return state


def _contributed(state: S, event: Event) -> S:
    """What lies on the table."""
    match event:
        case ProposalMade():
            return replace(state, proposals=(*state.proposals, event.proposal))
        case ProposalEndorsed():
            open_ones = _without(state.objections, event.department, event.proposal)
            given = Endorsement(department=event.department, proposal=event.proposal)
            return replace(state, objections=open_ones, endorsements=(*state.endorsements, given))
        case ProposalObjected():
            kept = _without(state.endorsements, event.department, event.proposal)
            raised = Objection.model_validate(event, from_attributes=True)
            return replace(state, endorsements=kept, objections=(*state.objections, raised))
        case StatementMade():
            others = tuple(one for one in state.statements if one.department != event.department)
            made = Statement(department=event.department, dates=event.dates, amounts=event.amounts)
            return replace(state, statements=(*others, made))
        case WordingRefused():
            return replace(state, refused=(*state.refused, event.attempt))
        case _:
            return state


def _invited(state: S, event: DepartmentInvited) -> S:
    before = state.seat(event.department)
    earlier = before.steps if before else ()
    known = {step.step for step in earlier}
    seat = Seat(
        department=event.department,
        standing="invited",
        steps=(*earlier, *(step for step in event.steps if step.step not in known)),
        effect=event.effect,
        asked=event.asked,
        respond_by=event.respond_by,
        nominated_by=event.nominated_by,
        silent=before.silent if before else False,
    )
    others = tuple(one for one in state.seats if one.department != event.department)
    return replace(state, seats=(*others, seat))


def _with_seat(state: S, department: str, change: Callable[[Seat], Seat]) -> S:
    seats = tuple(change(seat) if seat.department == department else seat for seat in state.seats)
    return replace(state, seats=seats)


P = TypeVar("P", Endorsement, Objection)


def _without(among: tuple[P, ...], department: str, proposal: str) -> tuple[P, ...]:
    return tuple(one for one in among if (one.department, one.proposal) != (department, proposal))


def _become(kind: Callable[..., S], state: Table, **more: object) -> S:
    base = AgreedTable if isinstance(state, AgreedTable) else Table
    return kind(**{name: getattr(state, name) for name in base.model_fields}, **more)

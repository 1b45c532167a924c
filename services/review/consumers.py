"""Which event becomes which command: evidence from three topics for the review, reviews for themes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, TypeVar

from services.review.commands import CountComplaint, NoteComplaint, NoteCourse, NoteTriage
from services.review.policy.shares import divided_money
from services.review.state.review import theme_key
from shared.contracts import departments, intake, review, routing
from shared.contracts.event import Event
from shared.contracts.review import Mark, What
from shared.eventsourcing.definition import FanIn, Incoming, Listen

BY: Final = "system"
E = TypeVar("E", bound=Event)


def complaint_registered(incoming: Incoming[intake.ComplaintRegistered]) -> NoteComplaint:
    """The complaint, its order's step times, and whether it repeats another."""
    event = incoming.event
    return NoteComplaint(
        now=incoming.now,
        by=BY,
        complaint=incoming.envelope.subject,
        registered_at=event.at,
        received_at=event.received_at,
        historic=event.historic,
        steps=event.steps,
        repeat=bool(event.repeat_of),
    )


def complaint_triaged(incoming: Incoming[routing.ComplaintTriaged]) -> NoteTriage:
    """Category, severity and the steps touched; a corrected one replaces it."""
    event = incoming.event
    return NoteTriage(
        now=incoming.now,
        by=BY,
        triaged_at=event.at,
        category=event.category,
        severity=event.severity,
        steps=event.steps,
    )


def table_opened(incoming: Incoming[departments.TableOpened]) -> NoteCourse:
    """Who was asked, and who leads."""
    event = incoming.event
    mark = Mark(
        what="table-opened",
        happened=event.at,
        department=event.lead,
        departments=event.departments,
        stage=event.stage,
    )
    return NoteCourse(now=incoming.now, by=BY, mark=mark, historic=event.historic)


def times_reported(event: departments.TimesReported) -> Mark:
    """A participant's step times and minutes."""
    return Mark(
        what="times-reported",
        happened=event.at,
        department=event.department,
        steps=event.steps,
        staff_minutes=event.staff_minutes,
    )


def proposal_made(event: departments.ProposalMade) -> Mark:
    """Who proposed; the content comes with the agreement."""
    proposal = event.proposal
    return Mark(what="proposed", happened=event.at, department=proposal.department, code=proposal.proposal)


def agreement_reached(event: departments.AgreementReached) -> Mark:
    """The remedy and the preventions."""
    return Mark(what="agreed", happened=event.at, code=event.remedy.remedy, preventions=event.preventions)


def remedy_delivered(event: departments.RemedyDelivered) -> Mark:
    """Who delivered it, and what it took."""
    return Mark(
        what="remedy-delivered",
        happened=event.at,
        department=event.department,
        amount=event.cost,
        staff_minutes=event.staff_minutes,
    )


def resolution_completed(event: departments.ResolutionCompleted) -> Mark:
    """The end of a stage."""
    return Mark(what="completed", happened=event.at, stage=event.stage)


def lead_changed(event: departments.LeadChanged) -> Mark:
    """Another department leads."""
    return Mark(what="lead-changed", happened=event.at, department=event.lead)


def table_closed(event: departments.TableClosed) -> Mark:
    """The table's end."""
    return Mark(what="table-closed", happened=event.at, code=event.why)


def complaint_closed(event: intake.ComplaintClosed) -> Mark:
    """The customer's side ended, with what was learnt."""
    return Mark(what="closed", happened=event.at, code=event.learning_code)


_DEPARTMENTAL = (
    departments.DepartmentInvited,
    departments.DepartmentJoined,
    departments.DepartmentDeclined,
    departments.ManagementTookSeat,
)


def happened(what: What, event: Event) -> Mark:
    """What happened, and to which department."""
    department = event.department if isinstance(event, _DEPARTMENTAL) else ""
    return Mark(what=what, happened=event.at, department=department)


def promise(what: What, event: intake.PromiseKept | intake.PromiseBroken) -> Mark:
    """How a promise ended."""
    return Mark(what=what, happened=event.at, code=event.promise)


def _course(event: type[E], mark: Callable[[E], Mark]) -> Listen[E]:
    def command(incoming: Incoming[E]) -> NoteCourse:
        return NoteCourse(now=incoming.now, by=BY, mark=mark(incoming.event))

    return Listen(event, command)


LISTENS: Final[tuple[Listen[Any], ...]] = (
    Listen(intake.ComplaintRegistered, complaint_registered),
    Listen(routing.ComplaintTriaged, complaint_triaged),
    _course(intake.PromiseKept, partial(promise, "promise-kept")),
    _course(intake.PromiseBroken, partial(promise, "promise-broken")),
    _course(intake.ComplaintWithdrawn, partial(happened, "withdrawn")),
    _course(intake.ComplaintClosed, complaint_closed),
    Listen(departments.TableOpened, table_opened),
    _course(departments.DepartmentInvited, partial(happened, "invited")),
    _course(departments.DepartmentJoined, partial(happened, "joined")),
    _course(departments.DepartmentDeclined, partial(happened, "declined")),
    _course(departments.ManagementTookSeat, partial(happened, "management-seat")),
    _course(departments.LeadChanged, lead_changed),
    _course(departments.TimesReported, times_reported),
    _course(departments.ProposalMade, proposal_made),
    _course(departments.RoundRevealed, partial(happened, "revealed")),
    _course(departments.AgreementReached, agreement_reached),
    _course(departments.RemedyDelivered, remedy_delivered),
    _course(departments.EscalatedToManagement, partial(happened, "escalated")),
    _course(departments.EscalationClosed, partial(happened, "escalation-closed")),
    _course(departments.ResolutionCompleted, resolution_completed),
    _course(departments.TableClosed, table_closed),
)


def review_concluded(incoming: Incoming[review.ReviewConcluded]) -> Iterable[tuple[str, CountComplaint]]:
    """Each cause's theme counts the complaint, with its share of the cost; the shares add up to the cost."""
    event = incoming.event
    if not event.causes:
        return
    shares = divided_money(event.costs.total, [cause.weight for cause in event.causes])
    for cause, cost in zip(event.causes, shares, strict=True):
        command = CountComplaint(
            now=incoming.now,
            by=BY,
            complaint=incoming.envelope.subject,
            period=event.period,
            share=cause.weight,
            cost=str(cost),
        )
        yield theme_key(cause), command


FAN_INS: Final[tuple[FanIn[Any], ...]] = (FanIn(review.ReviewConcluded, review.THEMES, review_concluded),)

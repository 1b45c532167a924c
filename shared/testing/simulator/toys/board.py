"""A small review: concludes what is closed, and counts it in two themes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from pydantic import TypeAdapter

from shared.contracts import intake, review
from shared.contracts.event import Audience, Event
from shared.contracts.part import Part, replace
from shared.contracts.parts import Costs
from shared.contracts.topics import SUMMARIES
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.definition import Definition, FanIn, Incoming, Listen
from shared.eventsourcing.projector import Projector
from shared.testing.simulator.toys.commands import Check, Close, Count, refused

THEMES: Final = ("seller.method", "carrier.capacity")
_NO_COSTS: Final = Costs(staff=Decimal(0), compensation=Decimal(0), rework=Decimal(0), value_at_risk=Decimal(0))


class Review(Part):
    """review's state of a complaint."""

    concluded: bool = False


def decide_review(state: Review, command: object) -> Sequence[Event]:
    """Decide the review: it concludes when the complaint is closed."""
    if not isinstance(command, Close) or state.concluded:
        raise refused(state, command)
    at, by = command.now, "system"
    return [
        review.ReviewConcluded(at=at, by=by, causes=(), costs=_NO_COSTS, period="2024-03"),
        review.SummaryPublished(at=at, by=by, summary=_SUMMARY),
    ]


_SUMMARY: Final = review.Summary(
    complaint="",
    severity="low",
    category="late",
    departments=("seller", "carrier"),
    causes=(),
    costs=_NO_COSTS,
    handling_seconds=1.0,
    chain_seconds=1.0,
    outcome="parcel",
    remedy="",
    preventions=(),
    promises_kept=0,
    promises_broken=0,
    escalated=False,
    historic=False,
)


class Theme(Part):
    """review's state of a theme. It counts whatever it is told: once each is the runtime's business."""

    complaints: int = 0


def decide_theme(state: Theme, command: object) -> Sequence[Event]:
    """Decide the theme."""
    if not isinstance(command, Count):
        raise refused(state, command)
    return [
        review.ComplaintCounted(
            at=command.now, by="system", complaint=command.complaint, period="2024-03", share=1.0, cost="0"
        )
    ]


class Tally(Part):
    """A row: how many complaints were concluded in a month."""

    concluded: int = 0


TALLIES: Final[Projector[Tally]] = Projector(
    rows=review.PERIODS,
    initial=Tally(),
    on={review.ReviewConcluded: lambda row, _event: replace(row, concluded=row.concluded + 1)},
    key=lambda event, _complaint: event.period,
    row=TypeAdapter(Tally),
    index=lambda row: {"concluded": row.concluded},
)

_REVIEW, _THEME = TypeAdapter(Review), TypeAdapter(Theme)


def small_review(check: Check) -> Definition:
    """Return the service."""

    def decide(state: Review, command: object) -> Sequence[Event]:
        check(command)
        return decide_review(state, command)

    def count(state: Theme, command: object) -> Sequence[Event]:
        check(command)
        return decide_theme(state, command)

    def commands(got: Incoming[review.SummaryPublished]) -> list[tuple[str, object]]:
        return [(theme, Count(got.envelope.subject, got.now)) for theme in THEMES]

    main: Decider[Review, object] = Decider(
        stream=review.REVIEWS,
        initial=Review(),
        decide=decide,
        evolve=lambda state, event: Review(concluded=True) if isinstance(event, review.ReviewConcluded) else state,
        is_terminal=lambda state: state.concluded,
        state=_REVIEW,
        index=lambda state: {"concluded": int(state.concluded)},
        next_due=lambda _state: None,
        audience=lambda _state, event: (SUMMARIES,) if event.traits.audience is Audience.BOARD else (),
    )
    theme: Decider[Theme, object] = Decider(
        stream=review.THEMES,
        initial=Theme(),
        decide=count,
        evolve=lambda state, _event: Theme(complaints=state.complaints + 1),
        is_terminal=lambda _state: False,
        state=_THEME,
        index=lambda state: {"complaints": state.complaints},
        next_due=lambda _state: None,
    )
    return Definition(
        name="review",
        streams=(review.REVIEWS, review.THEMES),
        deciders=(main, theme),
        listens=(Listen(intake.ComplaintClosed, lambda got: Close(got.now)),),
        fan_ins=(FanIn(review.SummaryPublished, review.THEMES, commands),),
        further=(SUMMARIES,),
        projectors=(TALLIES,),
    )

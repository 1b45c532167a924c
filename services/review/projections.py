"""Read models: the running figures of each month, of all reviewed complaints that were received in it. Pure."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field, TypeAdapter

from services.review.policy.costs import NOTHING, sum_of
from services.review.policy.histogram import bucket
from shared.contracts.part import Part, replace
from shared.contracts.parts import Costs
from shared.contracts.review import PERIODS, PeriodCounted, Summary, SummaryPublished, TimeSpent
from shared.eventsourcing.projector import Projector


class Measure(Part):
    """How long one department had orders (per step) or complaints (per kind of work).

    Attributes:
        count: complaints in which it had any time.
        over_count: of them, those beyond what the step was given; `over_microseconds` by how much in sum.
        buckets: durations, see `policy.histogram`.
    """

    department: str
    step: str
    what: str
    count: int = 0
    microseconds: int = 0
    over_count: int = 0
    over_microseconds: int = 0
    buckets: dict[int, int] = Field(default_factory=dict)


class Period(Part):
    """Sums only: no single complaint can be recognised. `last` is the complaint that was counted last."""

    status: Literal["counting"] = "counting"
    complaints: int = 0
    historic: int = 0
    escalated: int = 0
    severities: dict[str, int] = Field(default_factory=dict)
    promises_kept: int = 0
    promises_broken: int = 0
    costs: Costs = NOTHING
    chain_count: int = 0
    chain_microseconds: int = 0
    handling_count: int = 0
    handling_microseconds: int = 0
    measures: dict[str, Measure] = Field(default_factory=dict)
    last: str = ""


FIGURES: Final = TypeAdapter(Period)


def _counted(state: Period, event: Summary | PeriodCounted) -> Period:
    measures = dict(state.measures)
    chain = sum(spent.microseconds for spent in event.spent if spent.step)
    handling = sum(spent.microseconds for spent in event.spent if not spent.step)
    for spent in event.spent:
        key = f"{spent.what}|{spent.department}|{spent.step}"
        measures[key] = measured(measures.get(key), spent)
    return Period(
        complaints=state.complaints + 1,
        historic=state.historic + event.historic,
        escalated=state.escalated + event.escalated,
        severities={**state.severities, event.severity: state.severities.get(event.severity, 0) + 1},
        promises_kept=state.promises_kept + event.promises_kept,
        promises_broken=state.promises_broken + event.promises_broken,
        costs=sum_of(state.costs, event.costs),
        chain_count=state.chain_count + (chain > 0),
        chain_microseconds=state.chain_microseconds + chain,
        handling_count=state.handling_count + (handling > 0),
        handling_microseconds=state.handling_microseconds + handling,
        measures=measures,
        last=event.complaint,
    )


def measured(before: Measure | None, spent: TimeSpent) -> Measure:
    """Add one complaint's time to a measure."""
    one = before or Measure(department=spent.department, step=spent.step, what=spent.what)
    index_ = bucket(spent.microseconds)
    return replace(
        one,
        count=one.count + 1,
        microseconds=one.microseconds + spent.microseconds,
        over_count=one.over_count + (spent.over > 0),
        over_microseconds=one.over_microseconds + spent.over,
        buckets={**one.buckets, index_: one.buckets.get(index_, 0) + 1},
    )


PROJECTORS: Final[tuple[Projector[Any], ...]] = (
    Projector(
        rows=PERIODS,
        initial=Period(),
        on={
            SummaryPublished: lambda row, event: _counted(row, event.summary),
            # An earlier release counted by events of the period's own; what it counted stays counted.
            PeriodCounted: _counted,
        },
        key=lambda event, _complaint: event.summary.period,
        row=FIGURES,
        index=lambda row: {"status": row.status},
    ),
)

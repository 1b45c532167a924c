"""Step times over many orders, complaints or not: how long, how often late, and which steps were over their time. Pure.

Definitions: hours are elapsed; a percentile is element `p * (n - 1)` (rounded half up) of the sorted list; an order is
*finished* when its status says so and every step has both times; it is *late* when the last promised step ended after
the promise. A share is `None` where there is nothing to divide by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import floor
from typing import TypedDict

from shared.contracts.intake import ComplaintRegistered
from shared.contracts.parts import StepTime
from shared.organisation.mapping.models import ImportMapping
from shared.organisation.mapping.rows import MappedRow
from shared.organisation.models import Organisation
from shared.organisation.steptimes import overrun, took

Spread = dict[str, float]
"""`n`, and for n > 0 `mean`, `p50`, `p90`, `p99` in hours, two digits."""


class TimesReport(TypedDict):
    """What `analyse times` prints; `late_by_sectors_over_limit` joins step ids by `+` in the order of the chain."""

    orders: int
    delivered_with_all_times: int
    rows_with_a_negative_step: int
    step_hours: dict[str, Spread]
    late: int
    late_share: float | None
    over_limit_share_all: dict[str, float | None]
    late_by_sectors_over_limit: dict[str, int]
    complaint_share: dict[str, float | None]
    late_step_hours: dict[str, Spread]
    status: dict[str, int]
    score: dict[str, int]


_PERCENTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


class RoutingDifference(TypedDict):
    """How many rows one department answered while others were invited."""

    expected: str
    invited: list[str]
    rows: int


class RoutingReport(TypedDict):
    """What `analyse routing` prints. `agreed`: exactly the expected department was invited; `among`: it was too."""

    rows: int
    agreed: int
    among: int
    nobody: int
    share: float | None
    differences: list[RoutingDifference]


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the analysis sees it.

    Attributes:
        finished: its status says so, and every step has both times.
        complained: None if it is unknown; such orders are in no share of complaints.
        negative: one of its steps ends before it starts.
    """

    status: str
    score: str
    finished: bool
    complained: bool | None
    negative: bool
    steps: tuple[StepTime, ...]
    promised_by: datetime | None


def order_of_row(row: MappedRow, mapping: ImportMapping) -> Order:
    """The order behind a row of a file; the mapping says which statuses and scores count as what."""
    analysis = mapping.analysis
    complete = bool(row.as_written) and all(took(time) is not None for time in row.as_written)
    return Order(
        status=row.status,
        score=row.score,
        finished=complete and (analysis is None or row.status in analysis.finished),
        complained=row.score in analysis.complaint if analysis and row.score else None,
        negative=any(_negative(time) for time in row.as_written),
        steps=row.as_written,
        promised_by=row.promised_by,
    )


def order_of_registration(registered: ComplaintRegistered, mapping: ImportMapping | None = None) -> Order:
    """The order behind a stored complaint; `mapping` is the one it was imported by, if it was.

    Times that were flagged at import are not among those of the complaint, so such an order is not finished.
    """
    analysis = mapping.analysis if mapping else None
    facts = {column: registered.facts.get(fact, "") for fact, column in mapping.facts.items()} if mapping else {}
    status = facts.get(analysis.status, "") if analysis else ""
    complete = bool(registered.steps) and all(took(time) is not None for time in registered.steps)
    return Order(
        status=status,
        score=facts.get(analysis.score, "") if analysis else "",
        finished=complete and (analysis is None or status in analysis.finished),
        complained=True,
        negative=any(flag.startswith("negative-step:") for flag in registered.flags),
        steps=registered.steps,
        promised_by=registered.promised_by,
    )


def analyse_times(orders: Iterable[Order], organisation: Organisation) -> TimesReport:
    """Analyse the step times of orders; the organisation gives the standards that the orders do not fix themselves."""
    everything = [_of_this_chain(order, organisation) for order in orders]
    finished = [order for order in everything if order.finished]
    late = [order for order in finished if _late(order, organisation)]
    on_time = [order for order in finished if not _late(order, organisation)]
    over = {id(order): _over(order, organisation) for order in finished}
    steps = organisation.in_order({time.step for order in everything for time in order.steps})
    return TimesReport(
        orders=len(everything),
        delivered_with_all_times=len(finished),
        rows_with_a_negative_step=sum(order.negative for order in finished),
        step_hours=_step_hours(steps, finished),
        late=len(late),
        late_share=_share(len(late), len(finished)),
        over_limit_share_all={
            step: _share(sum(step in over[id(order)] for order in finished), len(finished)) for step in steps
        },
        late_by_sectors_over_limit=_counted("+".join(over[id(order)]) or "none" for order in late),
        complaint_share={"on_time": _complaint_share(on_time), "late": _complaint_share(late)},
        late_step_hours=_step_hours(steps, late),
        status=_counted(order.status for order in everything),
        score=dict(sorted(_counted(order.score for order in everything).items())),
    )


def analyse_routing(routed: Iterable[tuple[str, Sequence[str]]]) -> RoutingReport:
    """Compare who was invited with who really answered: pairs of the expected department and the invited ones."""
    pairs = [(expected, tuple(sorted(set(invited)))) for expected, invited in routed]
    agreed = sum(invited == (expected,) for expected, invited in pairs)
    differing = Counter(pair for pair in pairs if pair[1] != (pair[0],))
    return RoutingReport(
        rows=len(pairs),
        agreed=agreed,
        among=sum(expected in invited for expected, invited in pairs),
        nobody=sum(not invited for _, invited in pairs),
        share=_share(agreed, len(pairs)),
        differences=[
            RoutingDifference(expected=expected, invited=list(invited), rows=rows)
            for (expected, invited), rows in sorted(differing.items(), key=lambda item: (-item[1], item[0]))
        ],
    )


def spread(hours: Sequence[float]) -> Spread:
    """Number, mean and percentiles of durations in hours."""
    if not hours:
        return {"n": 0}
    ranked = sorted(hours)
    last = len(ranked) - 1
    figures = {"mean": sum(ranked) / len(ranked)} | {
        name: ranked[floor(p * last + 0.5)] for name, p in _PERCENTILES.items()
    }
    return {"n": len(ranked)} | {name: round(value, 2) for name, value in figures.items()}


def _step_hours(steps: Iterable[str], orders: Sequence[Order]) -> dict[str, Spread]:
    hours: dict[str, list[float]] = {step: [] for step in steps}
    for order in orders:
        for time in order.steps:
            used = took(time)
            if used is not None:
                hours[time.step].append(used / timedelta(hours=1))
    return {step: spread(values) for step, values in hours.items()}


def _over(order: Order, organisation: Organisation) -> tuple[str, ...]:
    standards = ((time, organisation.step(time.step).standard) for time in order.steps)
    return organisation.in_order(time.step for time, standard in standards if overrun(time, standard) is not None)


def _of_this_chain(order: Order, organisation: Organisation) -> Order:
    """The order without steps that the organisation does not know."""
    return replace(order, steps=tuple(time for time in order.steps if organisation.has_step(time.step)))


def _late(order: Order, organisation: Organisation) -> bool:
    """Whether the last of the promised steps ended after the promise."""
    ends = {time.step: time.ended for time in order.steps if time.step in organisation.promised_steps}
    last = next(reversed(organisation.in_order(ends)), None)
    ended = ends[last] if last else None
    return ended is not None and order.promised_by is not None and ended > order.promised_by


def _complaint_share(orders: Iterable[Order]) -> float | None:
    known = [order.complained for order in orders if order.complained is not None]
    return _share(sum(known), len(known))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _negative(time: StepTime) -> bool:
    used = took(time)
    return used is not None and used < timedelta(0)

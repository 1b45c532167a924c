"""Adding up periods and ranking themes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Final

from services.review.policy.costs import sum_of
from services.review.policy.histogram import percentile
from services.review.projections import Measure, Period
from services.review.state.theme import Tally, Theme
from services.review.views.answers import ParetoLine, TimesLine
from shared.contracts.part import replace
from shared.organisation import Organisation

_HOUR: Final = 3_600
_HOUR_MICROSECONDS: Final = 3_600_000_000
_KINDS: Final = ("step", "waiting", "triage", "joining", "round", "agreeing", "remedy", "answer", "management")


def tally(theme: Theme, period: str) -> Tally:
    """Return a theme's sums in one period, or in all where none is named."""
    wanted = [tally for month, tally in theme.periods.items() if period in {"", month}]
    return Tally(
        count=sum(tally.count for tally in wanted),
        weight=sum((tally.weight for tally in wanted), Decimal(0)),
        cost=sum((tally.cost for tally in wanted), Decimal(0)),
    )


def ranked(organisation: Organisation, tallies: dict[str, Tally], by: str) -> list[ParetoLine]:
    """Return the themes sorted by ``count`` or ``cost``, the largest first, with shares and their running sum."""
    figures = {key: Decimal(getattr(tally, by)) for key, tally in tallies.items()}
    total = sum(figures.values(), Decimal(0)) or Decimal(1)
    lines: list[ParetoLine] = []
    reached = Decimal(0)
    for key in sorted(figures, key=lambda key: (-figures[key], key)):
        step, _, factor = key.rpartition(".")
        reached += figures[key]
        lines.append(
            ParetoLine(
                theme=key,
                step=step,
                factor=factor,
                department=organisation.owner(step).id if organisation.has_step(step) else "",
                count=tallies[key].count,
                weight=float(tallies[key].weight),
                cost=str(tallies[key].cost),
                share=float(figures[key] / total),
                cumulative=float(reached / total),
            )
        )
    return lines


def sum_up(months: Iterable[Period]) -> Period:
    """Add periods up."""
    total = Period()
    for month in months:
        severities = dict(total.severities)
        for severity, count in month.severities.items():
            severities[severity] = severities.get(severity, 0) + count
        measures = dict(total.measures)
        for key, measure in month.measures.items():
            measures[key] = _joined(measures[key], measure) if key in measures else measure
        total = Period(
            complaints=total.complaints + month.complaints,
            historic=total.historic + month.historic,
            escalated=total.escalated + month.escalated,
            severities=severities,
            promises_kept=total.promises_kept + month.promises_kept,
            promises_broken=total.promises_broken + month.promises_broken,
            costs=sum_of(total.costs, month.costs),
            chain_count=total.chain_count + month.chain_count,
            chain_microseconds=total.chain_microseconds + month.chain_microseconds,
            handling_count=total.handling_count + month.handling_count,
            handling_microseconds=total.handling_microseconds + month.handling_microseconds,
            measures=measures,
        )
    return total


def _joined(one: Measure, other: Measure) -> Measure:
    buckets = dict(one.buckets)
    for index, count in other.buckets.items():
        buckets[index] = buckets.get(index, 0) + count
    return replace(
        one,
        count=one.count + other.count,
        microseconds=one.microseconds + other.microseconds,
        over_count=one.over_count + other.over_count,
        over_microseconds=one.over_microseconds + other.over_microseconds,
        buckets=buckets,
    )


def lines(organisation: Organisation, measures: Iterable[Measure]) -> list[TimesLine]:
    """Chain first, in the order of the value chain; then the handling, stage by stage."""
    positions = {step.id: position for position, step in enumerate(organisation.steps)}

    def order(measure: Measure) -> tuple[int, int, str]:
        return positions.get(measure.step, len(positions)), _KINDS.index(measure.what), measure.department

    return [_times_line(organisation, measure) for measure in sorted(measures, key=order)]


def _times_line(organisation: Organisation, measure: Measure) -> TimesLine:
    known = measure.what == "step" and organisation.has_step(measure.step)
    standard = organisation.step(measure.step).standard if known else None
    return TimesLine(
        department=measure.department,
        step=measure.step,
        what=measure.what,
        count=measure.count,
        mean_hours=mean(measure.microseconds, measure.count),
        p50_hours=_percentile(measure.buckets, 0.5),
        p90_hours=_percentile(measure.buckets, 0.9),
        standard_hours=standard / timedelta(hours=1) if standard else None,
        over_count=measure.over_count,
        over_share=measure.over_count / measure.count if measure.count else 0.0,
        over_hours=measure.over_microseconds / _HOUR_MICROSECONDS,
    )


def _percentile(buckets: dict[int, int], share: float) -> float:
    return (percentile(buckets, share) or 0.0) / _HOUR


def mean(microseconds: int, count: int) -> float:
    """Return hours per one; 0 for none."""
    return microseconds / count / _HOUR_MICROSECONDS if count else 0.0

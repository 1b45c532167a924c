"""Running figures: the Pareto of themes, the board's page, times against their standard.

They are read from themes and periods, whose number does not grow with that of complaints.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from services.review.projections import FIGURES, Period
from services.review.state import theme as themes
from services.review.state.theme import Theme
from services.review.views.answers import BoardView, Pareto, TimesView
from services.review.views.sums import lines, mean, ranked, sum_up, tally
from shared.contracts.review import PERIOD, THEME
from shared.organisation import Organisation
from shared.store.port import MAX_PAGE, Snapshot, Store

_TOP: Final = 10


class Figures:
    """Reads of the running figures in one store."""

    def __init__(self, store: Store, organisation: Organisation) -> None:
        self._store = store
        self._organisation = organisation

    async def pareto(self, period: str, cause: str) -> Pareto:
        """Return the themes; `cause` (a theme, its step or its factor) narrows the list, not the shares."""
        tallies = {key: one for key, theme in await self._themes(period) if (one := tally(theme, period)).count}
        counted = ranked(self._organisation, tallies, "count")
        costed = ranked(self._organisation, tallies, "cost")
        return Pareto(
            period=period,
            complaints=float(sum((one.weight for one in tallies.values()), Decimal(0))),
            cost=str(sum((one.cost for one in tallies.values()), Decimal(0))),
            by_count=[line for line in counted if cause in {"", line.theme, line.step, line.factor}],
            by_cost=[line for line in costed if cause in {"", line.theme, line.step, line.factor}],
        )

    async def times(self, period: str) -> TimesView:
        """Return how long who had what."""
        figures = sum_up(state for key, state in await self._periods() if period in {"", key})
        return TimesView(
            period=period,
            complaints=figures.complaints,
            chain_count=figures.chain_count,
            chain_mean_hours=mean(figures.chain_microseconds, figures.chain_count),
            handling_count=figures.handling_count,
            handling_mean_hours=mean(figures.handling_microseconds, figures.handling_count),
            lines=lines(self._organisation, figures.measures.values()),
        )

    async def board(self, period: str) -> BoardView:
        """Return the board's page."""
        known = await self._periods()
        figures = sum_up(state for key, state in known if period in {"", key})
        pareto = await self.pareto(period, "")
        over = [line for line in lines(self._organisation, figures.measures.values()) if line.over_count]
        return BoardView(
            period=period,
            periods=[key for key, _ in known],
            complaints=figures.complaints,
            historic=figures.historic,
            escalated=figures.escalated,
            severities=figures.severities,
            promises_kept=figures.promises_kept,
            promises_broken=figures.promises_broken,
            costs=figures.costs,
            total=str(figures.costs.total),
            chain_mean_hours=mean(figures.chain_microseconds, figures.chain_count),
            handling_mean_hours=mean(figures.handling_microseconds, figures.handling_count),
            by_count=pareto.by_count[:_TOP],
            by_cost=pareto.by_cost[:_TOP],
            overruns=sorted(over, key=lambda line: -line.over_hours),
        )

    async def _themes(self, period: str) -> list[tuple[str, Theme]]:
        found = await self._all(THEME, {"period": [period]} if period else None)
        return [(_key(snapshot), themes.STATE.validate_json(snapshot.state)) for snapshot in found]

    async def _periods(self) -> list[tuple[str, Period]]:
        found = await self._all(PERIOD, None)
        return [(_key(snapshot), FIGURES.validate_json(snapshot.state)) for snapshot in found]

    async def _all(self, kind: str, where: dict[str, list[str | int]] | None) -> list[Snapshot]:
        found: list[Snapshot] = []
        after = ""
        while True:
            page = await self._store.find(kind, where, after=after, limit=MAX_PAGE)
            found += [snapshot for snapshot in page.items if snapshot.state]
            if not page.next:
                return found
            after = page.next


def _key(snapshot: Snapshot) -> str:
    return snapshot.stream.partition("/")[2]

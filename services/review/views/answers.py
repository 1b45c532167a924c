"""What the running figures look like as answers."""

from __future__ import annotations

from pydantic import BaseModel

from shared.contracts.parts import Costs


class ParetoLine(BaseModel):
    """One theme. `share` and `cumulative` are of the figure the list is sorted by, over all themes.

    Attributes:
        department: the owner of the step.
        count: complaints that have this cause; one with two causes counts in both.
        weight: sum of the cause's weights: over all themes it is the number of complaints.
        cost: that share of their costs, in the organisation's currency.
    """

    theme: str
    step: str
    factor: str
    department: str
    count: int
    weight: float
    cost: str
    share: float
    cumulative: float


class Pareto(BaseModel):
    """Themes of one period (empty: of all), the largest first."""

    period: str
    complaints: float
    cost: str
    by_count: list[ParetoLine]
    by_cost: list[ParetoLine]


class TimesLine(BaseModel):
    """How long a department had orders (a step) or complaints (no step), per complaint in which it had any time.

    Attributes:
        what: ``step``, ``waiting`` (for the step to begin), or the stage of the handling.
        p50_hours, p90_hours: from running buckets, at most 3.2 % off; count and mean are exact.
        standard_hours: of the organisation file; None where the order alone fixes what a step is given.
        over_count, over_hours: complaints beyond what the step was given, and by how much in sum.
    """

    department: str
    step: str
    what: str
    count: int
    mean_hours: float
    p50_hours: float
    p90_hours: float
    standard_hours: float | None
    over_count: int
    over_share: float
    over_hours: float


class TimesView(BaseModel):
    """Chain (with a step) and handling (without) of one period (empty: of all). Means are per complaint with times."""

    period: str
    complaints: int
    chain_count: int
    chain_mean_hours: float
    handling_count: int
    handling_mean_hours: float
    lines: list[TimesLine]


class BoardView(BaseModel):
    """What the review board reads of one period, or of all."""

    period: str
    periods: list[str]
    complaints: int
    historic: int
    escalated: int
    severities: dict[str, int]
    promises_kept: int
    promises_broken: int
    costs: Costs
    total: str
    chain_mean_hours: float
    handling_mean_hours: float
    by_count: list[ParetoLine]
    by_cost: list[ParetoLine]
    overruns: list[TimesLine]

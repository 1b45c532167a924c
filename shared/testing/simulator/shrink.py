"""A failing seed with as little going wrong as will still make it fail."""

from __future__ import annotations

from typing import Final

from shared.testing.simulator.plan import Variation
from shared.testing.simulator.world import Report, run_seed

MOST_RUNS: Final = 120
_SHAKES: Final = 4


def shortened(report: Report, *, most_runs: int = MOST_RUNS) -> Report:
    """Return the smallest failing variation that was found within so many runs; the report itself if there is none.

    Parts are left out one by one, each in a few orders of events; what still breaks one of the same invariants stays.
    """
    best, runs = report, 0
    parts = set(report.parts if report.variation.keep is None else report.variation.keep)
    attempts = [set[str](), *(parts - {part} for part in sorted(parts))]
    while attempts:
        keep = attempts.pop(0)
        for shake in range(_SHAKES):
            if runs == most_runs:
                return best
            runs += 1
            tried = run_seed(report.seed, Variation(frozenset(keep), shake))
            if _same_failure(tried, report):
                best, parts = tried, keep
                attempts = [smaller & keep for smaller in attempts if (smaller & keep) != keep]
                break
    return best


def _same_failure(tried: Report, report: Report) -> bool:
    wanted = {name for name, finding in report.findings.items() if not finding.ok}
    return any(not tried.findings[name].ok for name in wanted) or bool(tried.broken and report.broken)

"""Thousands of random schedules, none of which may break an invariant.

SEEDS=n and FIRST=n choose which, KEEP and SHAKE vary them; a seed that fails prints the commands that run it again.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from shared.testing.simulator import Report, Variation, describe, run_seed, run_seeds, shortened, undisturbed
from shared.verification import CHECKS
from tests.sim.faults import KINDS, struck

SEEDS = int(os.environ.get("SEEDS") or 2_000)
FIRST = int(os.environ.get("FIRST") or 0)
VARIATION = Variation.parse(os.environ.get("KEEP"), os.environ.get("SHAKE"))
SHOWN = 3
ENOUGH_SEEDS = 2_000
ENOUGH_STRIKES = 20
NOTHING_TO_CHECK = {"C-PII"}


@dataclass
class Sweep:
    """What all seeds came to together."""

    failed: list[Report] = field(default_factory=list[Report])
    checked: Counter[str] = field(default_factory=Counter[str])
    struck: Counter[str] = field(default_factory=Counter[str])
    steps: int = 0


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    start = time.perf_counter()
    found = Sweep()
    for done, report in enumerate(run_seeds(range(FIRST, FIRST + SEEDS), variation=VARIATION), 1):
        found.steps += report.steps
        found.checked.update({name: finding.checked for name, finding in report.findings.items()})
        found.struck.update(struck(report.schedule))
        if not report.ok:
            found.failed.append(report)
        if os.environ.get("PROGRESS") and done % max(SEEDS // 100, 1) == 0:
            print(f"\r{done} of {SEEDS} seeds, {len(found.failed)} failed", end="", file=sys.stderr)  # noqa: T201
    seconds = time.perf_counter() - start
    print(f"\n{SEEDS} seeds, {found.steps} steps in {seconds:.1f} s: {SEEDS / seconds:.0f} seeds/s")  # noqa: T201
    print(", ".join(f"{kind} {times}" for kind, times in found.struck.items()))  # noqa: T201
    return found


class TestUnderAnySchedule:
    def test_every_invariant_holds(self, sweep: Sweep) -> None:
        with undisturbed():
            sentences = [describe(report, shortened(report)) for report in sweep.failed[:SHOWN]]
        assert not sweep.failed, "\n".join([f"{len(sweep.failed)} of {SEEDS} seeds failed", *sentences])
        unchecked = {name for name in CHECKS if not sweep.checked[name]}
        assert unchecked <= NOTHING_TO_CHECK or SEEDS < ENOUGH_SEEDS

    @pytest.mark.skipif(
        SEEDS < ENOUGH_SEEDS or bool(VARIATION.settings()), reason=f"takes {ENOUGH_SEEDS} seeds as drawn"
    )
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_of_fault_strikes(self, sweep: Sweep, kind: str) -> None:
        assert sweep.struck[kind] >= ENOUGH_STRIKES


class TestReplaying:
    def test_a_seed_runs_the_same_way_again(self) -> None:
        with undisturbed():
            first, again = run_seed(FIRST + 7), run_seed(FIRST + 7)
        assert (first.schedule, first.steps) == (again.schedule, again.steps)

    def test_a_seed_runs_the_same_way_in_another_process(self) -> None:
        seeds = range(FIRST, FIRST + 60)
        elsewhere = list(run_seeds(seeds, workers=2))
        here = list(run_seeds(seeds, workers=1))
        assert [(r.schedule, r.steps, r.seconds) for r in elsewhere] == [(r.schedule, r.steps, r.seconds) for r in here]

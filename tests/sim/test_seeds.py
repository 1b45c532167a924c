"""Thousands of random schedules, none of which may break an invariant.

SEEDS=n and FIRST=n choose which; a seed that fails prints the command that runs it again.
"""

from __future__ import annotations

import os
import time

from shared.testing.checker import CHECKS
from shared.testing.simulator import Report, run_seed, run_seeds, told, undisturbed

SEEDS = int(os.environ.get("SEEDS") or 2_000)
FIRST = int(os.environ.get("FIRST") or 0)
SHOWN = 3
NOTHING_TO_CHECK = {"C-PII"}


class TestUnderAnySchedule:
    def test_every_invariant_holds(self) -> None:
        start = time.perf_counter()
        failed: list[Report] = []
        checked = dict.fromkeys(CHECKS, 0)
        steps = 0
        for report in run_seeds(range(FIRST, FIRST + SEEDS)):
            steps += report.steps
            for name, finding in report.findings.items():
                checked[name] += finding.checked
            if not report.ok:
                failed.append(report)
        seconds = time.perf_counter() - start
        print(f"\n{SEEDS} seeds, {steps} steps in {seconds:.1f} s: {SEEDS / seconds:.0f} seeds/s")  # noqa: T201
        assert not failed, "\n".join([f"{len(failed)} of {SEEDS} seeds failed", *map(told, failed[:SHOWN])])
        assert {name for name, count in checked.items() if count == 0} <= NOTHING_TO_CHECK


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

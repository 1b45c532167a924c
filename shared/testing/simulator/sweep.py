"""Many seeds: on all cores, with a report a person can act on."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Final

from shared.testing.simulator.world import Report, run_seed

_LONGEST_SCHEDULE: Final = 60
_PER_TASK: Final = 50


def run_seeds(seeds: Iterable[int], *, workers: int | None = None) -> Iterator[Report]:
    """Run many seeds and return their reports in order; with one worker in this process."""
    wanted = list(seeds)
    count = min(workers or os.cpu_count() or 1, 1 + len(wanted) // _PER_TASK)
    if count == 1:
        with undisturbed():
            yield from map(run_seed, wanted)
        return
    # Spawned, not forked: the test session may have threads. Each worker has its own hash seed, which must not show.
    with get_context("spawn").Pool(count, initializer=_silence) as pool:
        yield from pool.imap(run_seed, wanted, chunksize=_PER_TASK)


@contextmanager
def undisturbed() -> Generator[None, None, None]:
    """Keep the runtime from logging thousands of faults, and the collector from looking at what was there before."""
    logged, collected = logging.root.manager.disable, gc.get_threshold()
    _silence()
    try:
        yield
    finally:
        logging.disable(logged)
        gc.unfreeze()
        gc.set_threshold(*collected)


def _silence() -> None:
    """Once per process: no logging of thousands of faults, no collector looking again at what was there before."""
    logging.disable(logging.CRITICAL)
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def told(report: Report) -> str:
    """Return what went wrong with a seed, how to run it again, and its schedule."""
    lines = [f"seed {report.seed}: make test-sim SEEDS=1 FIRST={report.seed}"]
    for name, finding in report.findings.items():
        lines += [f"  {name}: {sentence}" for sentence in finding.findings]
    lines += [f"  {line}" for line in report.broken]
    lines.append(f"  {report.steps} steps, {report.seconds:.1f} virtual seconds; the faults as they struck:")
    shown = report.schedule[:_LONGEST_SCHEDULE]
    lines += [f"    {line}" for line in shown]
    if len(report.schedule) > len(shown):
        lines.append(f"    … and {len(report.schedule) - len(shown)} more")
    return "\n".join(lines)

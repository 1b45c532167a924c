"""Many seeds: on all cores, with a report a person can act on."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Final

from shared.testing.simulator.plan import AS_DRAWN, Variation
from shared.testing.simulator.world import Report, run_seed

_LONGEST_SCHEDULE: Final = 60
_PER_TASK: Final = 25


def run_seeds(seeds: Iterable[int], *, workers: int | None = None, variation: Variation = AS_DRAWN) -> Iterator[Report]:
    """Run many seeds and return their reports in order; with one worker in this process."""
    wanted = list(seeds)
    count = min(workers or os.cpu_count() or 1, 1 + len(wanted) // _PER_TASK)
    run = partial(run_seed, variation=variation)
    if count == 1:
        with undisturbed():
            yield from map(run, wanted)
        return
    # Spawned, not forked: the test session may have threads. Each worker has its own hash seed, which must not show.
    with get_context("spawn").Pool(count, initializer=_silence) as pool:
        yield from pool.imap(run, wanted, chunksize=_PER_TASK)


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


def describe(report: Report, shorter: Report | None = None) -> str:
    """Return what went wrong with a seed, how to run it again, and the schedule of its shorter variation, if any."""
    lines = [replay(report), *_wrong(report)]
    shown = report
    if shorter is not None and shorter.variation != report.variation:
        shown = shorter
        kept = ", ".join(sorted(shorter.variation.keep or ())) or "nothing"
        lines += [f"shortened to {kept}, of {len(report.parts)} parts: {replay(shorter)}", *_wrong(shorter)]
    lines.append(f"  {shown.steps} steps, {shown.seconds:.1f} virtual seconds; the faults as they struck:")
    schedule = shown.schedule[:_LONGEST_SCHEDULE]
    lines += [f"    {line}" for line in schedule]
    if len(shown.schedule) > len(schedule):
        lines.append(f"    … and {len(shown.schedule) - len(schedule)} more")
    return "\n".join(lines)


def replay(report: Report) -> str:
    """Return the seed and the command that runs it again."""
    return f"seed {report.seed}: make test-sim SEEDS=1 FIRST={report.seed}{report.variation.settings()}"


def _wrong(report: Report) -> list[str]:
    found = [f"  {name}: {sentence}" for name, finding in report.findings.items() for sentence in finding.findings]
    return [*found, *(f"  {line}" for line in report.broken)]

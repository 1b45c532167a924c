"""Each seeded bug must be caught: a simulation that finds nothing proves nothing unless it can find something."""

from __future__ import annotations

import os

import pytest

from shared.testing.simulator import run_seed, undisturbed
from tests.sim.mutants import MUTANTS

SEEDS = max(int(os.environ.get("SEEDS") or 0), 2_000)


class TestASeededBug:
    @pytest.mark.parametrize("name", MUTANTS)
    def test_is_caught_by_some_seed(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        MUTANTS[name](monkeypatch)
        with undisturbed():
            caught = next((report for seed in range(SEEDS) if not (report := run_seed(seed)).ok), None)
        assert caught is not None, f"no seed below {SEEDS} catches it"
        broken = [invariant for invariant, finding in caught.findings.items() if not finding.ok]
        print(f"\n{name}: seed {caught.seed}, {', '.join(broken) or caught.broken}")  # noqa: T201

"""A failing seed comes with a shorter schedule and a command that replays that one too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from shared.testing.simulator import Report, Variation, describe, run_seed, shortened, undisturbed
from tests.sim.mutants import MUTANTS

SEEDS = 200
COMMAND = re.compile(r"make test-sim SEEDS=1 FIRST=(\d+)(?: KEEP=(\S+))?(?: SHAKE=(\d+))?$", re.MULTILINE)


@pytest.fixture(params=["partial_prefix", "commit_before_process"])
def failing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Report]:
    MUTANTS[request.param](monkeypatch)
    with undisturbed():
        yield next(report for seed in range(SEEDS) if not (report := run_seed(seed)).ok)


class TestAFailingSeed:
    def test_is_shortened_to_fewer_faults_that_break_the_same(self, failing: Report) -> None:
        shorter = shortened(failing)
        assert shorter.variation.keep is not None
        assert shorter.variation.keep < set(failing.parts)
        broken = {name for name, finding in failing.findings.items() if not finding.ok}
        assert any(not shorter.findings[name].ok for name in broken)

    def test_and_its_shorter_variation_are_replayed_by_the_commands_it_prints(self, failing: Report) -> None:
        shorter = shortened(failing)
        found = [(int(seed), Variation.parse(*rest)) for seed, *rest in COMMAND.findall(describe(failing, shorter))]
        assert found == [(failing.seed, failing.variation), (failing.seed, shorter.variation)]
        for report, (seed, variation) in zip((failing, shorter), found, strict=True):
            again = run_seed(seed, variation)
            assert (again.findings, again.schedule, again.steps) == (report.findings, report.schedule, report.steps)

    def test_prints_the_faults_of_the_shorter_one_as_they_struck(self, failing: Report) -> None:
        shorter = shortened(failing)
        text = describe(failing, shorter)
        assert all(line in text for line in shorter.schedule[:60])

    def test_costs_no_more_runs_than_it_may(self, failing: Report) -> None:
        assert shortened(failing, most_runs=0) is failing


class TestAVariation:
    @pytest.mark.parametrize("variation", [Variation(frozenset()), Variation(frozenset({"slow", "crash.0"}), 3)])
    def test_is_read_as_it_was_written(self, variation: Variation) -> None:
        found = COMMAND.search(f"make test-sim SEEDS=1 FIRST=1{variation.settings()}")
        assert found is not None
        assert Variation.parse(found[2], found[3]) == variation

    def test_that_keeps_nothing_has_no_fault(self) -> None:
        with undisturbed():
            report = run_seed(5, Variation(frozenset()))
        assert report.ok
        assert not [line for line in report.schedule if not re.search(r" (start \S+|calm|kill \S+)$", line)]

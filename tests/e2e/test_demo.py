import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

INVARIANTS = {
    "C-ACK",
    "C-CONSERVE",
    "C-ONCE",
    "C-DENSE",
    "C-CAUSE",
    "C-STATE",
    "C-DEAD",
    "C-LIVE",
    "C-TIME",
    "C-PII",
}


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "throughline.cli.main", "demo", *arguments]
    root = Path(__file__).parents[2]
    return subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=root,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def played() -> subprocess.CompletedProcess[str]:
    return demo("--once", "--json")


@pytest.fixture(scope="module")
def answer(played: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(played.stdout)
    return found


class TestTheDemonstration:
    def test_it_ends_well(self, played: subprocess.CompletedProcess[str]) -> None:
        assert played.returncode == 0, played.stderr[-2_000:]

    def test_it_prints_one_object_on_stdout_and_nothing_else(
        self, played: subprocess.CompletedProcess[str], answer: dict[str, Any]
    ) -> None:
        assert set(answer) == {"complaints", "invariants", "seconds"}
        assert played.stdout.count("\n") == 1

    def test_every_invariant_holds_and_was_checked_by_something(self, answer: dict[str, Any]) -> None:
        found = answer["invariants"]
        assert set(found) == INVARIANTS
        assert [name for name, one in found.items() if not one["ok"] or one["findings"] or one["checked"] == 0] == []

    def test_at_least_sixty_complaints_were_played_and_almost_all_came_to_their_end(
        self, answer: dict[str, Any]
    ) -> None:
        complaints = answer["complaints"]
        assert sum(complaints.values()) >= 60
        assert complaints["closed"] + complaints["withdrawn"] >= sum(complaints.values()) - 2

    def test_what_is_shown_on_the_way_has_no_colour_off_a_terminal(
        self, played: subprocess.CompletedProcess[str]
    ) -> None:
        assert "\x1b" not in played.stderr


class TestADemonstrationThatCannotBegin:
    def test_a_folder_with_complaints_in_it_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "folder.json").write_text('{"organisation": "city", "id": "city"}', encoding="utf-8")
        refused = demo("--once", "--data-dir", str(tmp_path))
        assert refused.returncode == 2
        assert "needs a new folder" in refused.stderr
        assert refused.stdout == ""

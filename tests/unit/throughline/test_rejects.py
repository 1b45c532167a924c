import csv
import stat
from pathlib import Path

import pytest

from throughline.cli.imports.rejects import Rejects, harmless

HEADER = ("id", "text", "score")


def written(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return list(csv.reader(file))


class TestRejectedRows:
    def test_they_stand_under_their_columns_with_the_reason(self, tmp_path: Path) -> None:
        with Rejects(tmp_path, Path("orders.csv"), HEADER) as rejects:
            rejects.add(("1", "a\nb", "2"), "line 2: score: '2' will not do")
        assert rejects.path == tmp_path / "orders.rejected.csv"
        assert written(rejects.path) == [[*HEADER, "reason"], ["1", "a\nb", "2", "line 2: score: '2' will not do"]]

    def test_short_and_long_ones_fit_the_columns_without_losing_a_cell(self, tmp_path: Path) -> None:
        with Rejects(tmp_path, Path("orders.csv"), HEADER) as rejects:
            rejects.add(("1",), "short")
            rejects.add(("1", "2", "3", "4"), "long")
        assert written(rejects.path)[1:] == [["1", "", "", "short"], ["1", "2", "3,4", "long"]]

    def test_bytes_that_were_no_utf8_go_out_as_they_came_in(self, tmp_path: Path) -> None:
        with Rejects(tmp_path, Path("orders.csv"), HEADER) as rejects:
            rejects.add(("1", b"caf\xe9".decode(errors="surrogateescape"), "2"), "no")
        assert b"caf\xe9" in rejects.path.read_bytes()

    def test_only_the_owner_may_read_customers_words(self, tmp_path: Path) -> None:
        with Rejects(tmp_path, Path("orders.csv"), HEADER) as rejects:
            rejects.add(("1", "x", "2"), "no")
        assert stat.S_IMODE(rejects.path.stat().st_mode) == 0o600

    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
    def test_no_cell_is_a_formula(self, cell: str) -> None:
        assert harmless(cell) == "'" + cell

    def test_other_cells_stay_as_they_are(self) -> None:
        assert [harmless(cell) for cell in ("", "a=b", "1-2", "'x")] == ["", "a=b", "1-2", "'x"]


class TestWithoutRejectedRows:
    def test_there_is_no_file_and_an_earlier_runs_goes(self, tmp_path: Path) -> None:
        with Rejects(tmp_path, Path("orders.csv"), HEADER) as rejects:
            rejects.add(("1", "x", "2"), "no")
        with Rejects(tmp_path, Path("orders.csv"), HEADER):
            pass
        assert not rejects.path.exists()

    def test_a_run_that_broke_off_leaves_the_earlier_ones(self, tmp_path: Path) -> None:
        with Rejects(tmp_path, Path("orders.csv"), HEADER) as rejects:
            rejects.add(("1", "x", "2"), "no")
        with pytest.raises(KeyboardInterrupt), Rejects(tmp_path, Path("orders.csv"), HEADER):
            raise KeyboardInterrupt
        assert rejects.path.exists()

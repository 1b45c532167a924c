from pathlib import Path

import pytest

from tests.component.cli.orders import ORDER_COLUMNS, REQUEST_COLUMNS, order, request, write
from tests.component.cli.running import Run, ended, up


class TestTimesOfAFile:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        rows = [
            order(1, paid=1, handed=49, there=97, review_score="5"),
            order(2, paid=3, handed=99, there=303, review_score="1"),
            order(3, order_status="shipped", review_score=""),
            order(4, paid=5, handed=4, there=100, review_score="4"),
        ]
        return write(tmp_path / "orders.csv", ORDER_COLUMNS, rows)

    def test_all_orders_count_complaints_or_not(self, run: Run, file: Path) -> None:
        found = run("analyse", "times", file, "--mapping", "marketplace", "--json").json
        assert (found["orders"], found["delivered_with_all_times"], found["late"]) == (4, 3, 1)
        assert found["rows_with_a_negative_step"] == 1
        assert found["step_hours"]["payment"] == {"n": 3, "mean": 3.0, "p50": 3.0, "p90": 5.0, "p99": 5.0}
        assert found["late_by_sectors_over_limit"] == {"seller+carrier": 1}
        assert found["complaint_share"] == {"on_time": 0.0, "late": 1.0}
        assert found["score"] == {"": 1, "1": 1, "4": 1, "5": 1}

    def test_a_sample_is_a_part_of_them(self, run: Run, file: Path) -> None:
        found = run("analyse", "times", file, "--mapping", "marketplace", "--sample", "random", "--json").json
        assert found["orders"] == 2

    def test_people_get_tables(self, run: Run, file: Path) -> None:
        ran = run("analyse", "times", file, "--mapping", "marketplace")
        assert ran.code == 0
        assert "over standard" in ran.out

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            ((), "--mapping is missing; give one of city, marketplace"),
            (("--mapping", "city"), "mapping 'city' has no `analysis` section"),
            (("--mapping", "nothing"), "one of: city, marketplace"),
            (("--mapping", "marketplace", "--sample", "randon"), "no row of sample 'randon'; did you mean 'random'?"),
        ],
    )
    def test_without_a_fitting_mapping_it_ends_with_two(
        self, run: Run, file: Path, options: tuple[str, ...], why: str
    ) -> None:
        ran = run("analyse", "times", file, *options, "--json")
        assert (ran.code, ran.out) == (2, "")
        assert why in ran.err


class TestRouting:
    def test_who_really_answered_is_compared_with_who_was_invited(self, run: Run, tmp_path: Path) -> None:
        rows = [
            request(1, "NYPD", "Noise - Residential", "Loud Music/Party"),
            request(2, "HPD", "HEAT/HOT WATER", "ENTIRE BUILDING"),
            request(3, "TLC", "HEAT/HOT WATER", "APARTMENT ONLY"),
        ]
        file = write(tmp_path / "requests.csv", REQUEST_COLUMNS, rows)
        here = ("--data-dir", tmp_path / "data")
        serving = up(tmp_path / "data", "--organisation", "city")
        assert run("import", file, "--mapping", "city", *here, "--json").json["registered"] == 3
        found = run("analyse", "routing", *here, "--json").json
        assert (found["rows"], found["agreed"], found["share"]) == (3, 2, 0.6667)
        assert found["differences"] == [{"expected": "tlc", "invited": ["hpd"], "rows": 1}]
        serving.process.terminate()
        assert ended(serving) == 0

    def test_without_such_an_import_there_is_nothing_to_compare(self, run: Run, tmp_path: Path) -> None:
        ran = run("analyse", "routing", "--data-dir", tmp_path / "data")
        assert (ran.code, ran.out) == (1, "")
        assert "no import says which department really answered" in ran.err

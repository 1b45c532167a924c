import csv
import json
import signal
from pathlib import Path

import pytest

from tests.component.cli.orders import ORDER_COLUMNS, REQUEST_COLUMNS, order, request, write
from tests.component.cli.running import Run, Served, ended, up

TEXT = 'Não chegou, "até hoje"\n=где посылка? 😡'
LATE = order(1, there=300, review_text=TEXT)
SLOW_SELLER = order(2, handed=100, there=300)
SLOW_PAYMENT = order(3, paid=30, there=130, review_score="2.0")
NEGATIVE = order(4, paid=50, handed=40, there=300)
CONTENT = order(5, review_score="5")
UNPAID = order(6, purchased_at="yesterday")
ORDERS = [LATE, SLOW_SELLER, SLOW_PAYMENT, NEGATIVE, CONTENT, UNPAID]


def invitations(run: Run, folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    ran = run("export", "invitations", "--data-dir", folder)
    assert ran.code == 0
    lines = [json.loads(line) for line in ran.out.splitlines()]
    return {
        line["source_row"]: {
            department["id"]: {step["step"]: step["why"] for step in department["steps"]}
            for department in line["departments"]
        }
        for line in lines
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("import")


@pytest.fixture(scope="module")
def first(run: Run, place: Path) -> dict[str, float]:
    file = write(place / "orders.csv", ORDER_COLUMNS, ORDERS)
    ran = run("import", file, "--mapping", "marketplace", "--data-dir", place / "data", "--json")
    found: dict[str, float] = ran.json
    return found


class TestWithoutUp:
    def test_low_scores_become_complaints_and_nothing_else_does(self, first: dict[str, float]) -> None:
        assert list(first) == ["registered", "already", "rejected", "flagged", "seconds"]
        assert {k: v for k, v in first.items() if k != "seconds"} == {
            "registered": 4,
            "already": 0,
            "rejected": 1,
            "flagged": 1,
        }

    def test_what_cannot_be_read_is_beside_the_data_folder_with_the_reason(
        self, first: dict[str, float], place: Path
    ) -> None:
        assert first["rejected"] == 1
        with (place / "orders.rejected.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        assert row["order_id"] == "invented-6"
        assert row["reason"] == "line 8: purchased_at: 'yesterday' is not a timestamp"

    def test_again_adds_nothing_and_who_was_over_its_time_is_at_the_table(
        self, run: Run, first: dict[str, float], place: Path
    ) -> None:
        assert first["registered"] == 4
        serving = up(place / "data")
        file = place / "orders.csv"
        again = run("import", file, "--mapping", "marketplace", "--data-dir", place / "data", "--json").json
        assert (again["registered"], again["already"], again["flagged"]) == (0, 4, 1)
        found = invitations(run, place / "data")
        serving.process.send_signal(signal.SIGINT)
        assert ended(serving) == 0
        assert set(found["marketplace:invented-1"]) == {"carrier"}
        assert "252.0 h of 168.0 h: 84.0 h over" in found["marketplace:invented-1"]["carrier"]["carrier"]
        assert set(found["marketplace:invented-2"]) == {"seller", "carrier"}
        assert set(found["marketplace:invented-3"]) == {"payment"}
        assert len(found) == 4

    def test_another_organisation_is_refused(self, run: Run, first: dict[str, float], place: Path) -> None:
        assert first["registered"] == 4
        file = write(place / "requests.csv", REQUEST_COLUMNS, [request(1, "NYPD", "Noise", "Loud")])
        ran = run("import", file, "--mapping", "city", "--data-dir", place / "data")
        assert ran.code == 2
        assert "holds complaints of organisation 'marketplace', but mapping 'city' is for 'city'" in ran.err
        assert ran.out == ""


class TestWhileUpRuns:
    def test_it_goes_to_the_running_services(self, run: Run, served: Served, tmp_path: Path) -> None:
        rows = [order(number + 1_000, there=300, review_text=TEXT) for number in range(620)]
        file = write(tmp_path / "many.csv", ORDER_COLUMNS, rows)
        done = run("import", file, "--mapping", "marketplace", "--data-dir", served.folder, "--json").json
        assert (done["registered"], done["rejected"]) == (620, 0)
        found = invitations(run, served.folder)
        assert sum("carrier" in found.get(f"marketplace:invented-{number + 1_000}", {}) for number in range(620)) == 620

    def test_texts_come_out_as_they_went_in(self, run: Run, served: Served, tmp_path: Path) -> None:
        file = write(tmp_path / "one.csv", ORDER_COLUMNS, [order(7, there=300, review_text=TEXT)])
        assert (
            run("import", file, "--mapping", "marketplace", "--data-dir", served.folder, "--json").json["rejected"] == 0
        )
        exported = run("export", "invitations", "--data-dir", served.folder).out.splitlines()
        complaint = next(json.loads(line)["complaint"] for line in exported if '"marketplace:invented-7"' in line)
        shown = run("show", complaint, "--data-dir", served.folder, "--json").json
        assert list(shown) == ["complaint", "triage", "resolution", "review"]
        assert shown["complaint"]["text"] == TEXT
        assert shown["complaint"]["historic"] is True
        assert shown["review"]["status"] == "concluded"

    def test_a_row_that_changed_is_rejected_and_names_the_first(self, run: Run, served: Served, tmp_path: Path) -> None:
        rows = [order(8), order(8, review_text="outra coisa")]
        file = write(tmp_path / "changed.csv", ORDER_COLUMNS, rows)
        done = run("import", file, "--mapping", "marketplace", "--data-dir", served.folder, "--json").json
        assert (done["registered"], done["rejected"]) == (1, 1)
        rejected = (served.folder.parent / "changed.rejected.csv").read_text(encoding="utf-8")
        assert "line 3: this Idempotency-Key was used before with another body" in rejected


class TestWhatCannotBegin:
    def test_a_missing_column_is_named_with_the_closest(self, run: Run, tmp_path: Path) -> None:
        columns = tuple(column.replace("review_score", "review_scores") for column in ORDER_COLUMNS)
        file = write(tmp_path / "orders.csv", columns, [])
        ran = run("import", file, "--mapping", "marketplace", "--data-dir", tmp_path / "data")
        assert ran.code == 2
        assert "no column 'review_score'; did you mean 'review_scores'?" in ran.err
        assert not (tmp_path / "data").exists()

    def test_an_unknown_mapping_names_those_there_are(self, run: Run, tmp_path: Path) -> None:
        file = write(tmp_path / "orders.csv", ORDER_COLUMNS, [])
        ran = run("import", file, "--mapping", "market", "--data-dir", tmp_path / "data")
        assert ran.code == 2
        assert "city, marketplace" in ran.err

    def test_a_file_that_is_not_there_is_said(self, run: Run, tmp_path: Path) -> None:
        ran = run("import", tmp_path / "no.csv", "--mapping", "city", "--data-dir", tmp_path / "data")
        assert ran.code == 2
        assert "no.csv cannot be read: No such file or directory" in ran.err

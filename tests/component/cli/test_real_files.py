"""The files of real rows, where they are at hand. They are test input and never part of the project."""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.component.cli.orders import ORDER_COLUMNS, write
from tests.component.cli.running import Run, Served, ended, up
from tests.realrows import DATA

ORDERS = DATA / "olist_orders_reviews.csv"
REQUESTS = DATA / "nyc311_requests.csv"

pytestmark = pytest.mark.skipif(
    not ORDERS.exists(), reason=f"NO REAL ROWS in {DATA}: set THROUGHLINE_DATA to their folder to check against them"
)


@pytest.mark.parametrize(
    ("options", "entry"), [((), "olist_all"), (("--sample", "random"), "olist_random_part")], ids=["all", "random"]
)
def test_the_times_of_all_orders_are_the_expected_ones_to_the_digit(
    run: Run, options: tuple[str, ...], entry: str
) -> None:
    expected = json.loads((DATA / "expected-times.json").read_text(encoding="utf-8"))[entry]
    assert run("analyse", "times", ORDERS, "--mapping", "marketplace", *options, "--json").json == expected


def late_complaints() -> dict[str, dict[str, str]]:
    with ORDERS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["review_score"] in {"1", "2"}]
    return {row["order_id"]: row for row in rows if row["delivered_at"] > row["delivery_promised_by"] != ""}


def over_their_time(row: dict[str, str]) -> set[str]:
    """Which departments went over their time, by the definitions in expected-times.json."""
    at = {
        name: datetime.fromisoformat(cell)
        for name, cell in row.items()
        if name.endswith(("_at", "_by", "_limit")) and cell
    }
    over = {
        "payment": at["approved_at"] - at["purchased_at"] > timedelta(hours=24),
        "seller": at["carrier_handover_at"] > at["carrier_handover_limit"],
        "carrier": at["delivered_at"] - at["carrier_handover_at"]
        > at["delivery_promised_by"] - at["carrier_handover_limit"],
    }
    return {department for department, is_over in over.items() if is_over}


def test_every_late_order_has_those_at_its_table_who_went_over_their_time(
    run: Run, served: Served, tmp_path: Path
) -> None:
    rows = late_complaints()
    file = write(tmp_path / "late.csv", ORDER_COLUMNS, list(rows.values()))
    here = ("--data-dir", served.folder)
    done = run("import", file, "--mapping", "marketplace", *here, "--json").json
    assert (done["registered"], done["rejected"]) == (len(rows), 0)
    tables = {}
    for line in map(json.loads, run("export", "invitations", *here).out.splitlines()):
        tables[line["source_row"].removeprefix("marketplace:")] = {
            department["id"]: " ".join(step["why"] for step in department["steps"])
            for department in line["departments"]
        }
    for order, row in rows.items():
        over = over_their_time(row)
        assert {department for department, why in tables[order].items() if " over" in why} == over, order
        assert all("the text says" in tables[order][other] for other in set(tables[order]) - over), order


def test_who_answers_for_a_request_to_the_city_is_at_its_table(run: Run, tmp_path: Path) -> None:
    serving = up(tmp_path / "data", "--organisation", "city")
    here = ("--data-dir", tmp_path / "data")
    assert run("import", REQUESTS, "--mapping", "city", *here, "--json").json["rejected"] == 0
    assert run("analyse", "routing", *here, "--json").json["share"] > 0.95
    serving.process.terminate()
    assert ended(serving) == 0

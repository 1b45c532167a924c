"""The analysis and the rules against the real rows, which are no part of the project and may be missing."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.organisation import from_path
from shared.organisation import mapping as import_mapping
from shared.organisation.analysis import analyse_routing, analyse_times, order_of_row
from shared.organisation.mapping import ImportMapping, MappedRow
from shared.organisation.steptimes import overruns
from tests.realrows import DATA

MAPPING = import_mapping.from_path("marketplace")
ORGANISATION = from_path("marketplace")
NEVER = datetime.max.replace(tzinfo=UTC)


def path_of(name: str) -> Path:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"no real rows: {path} is missing (THROUGHLINE_DATA names another folder)")
    return path


def rows_of(name: str, mapping: ImportMapping, *, every_row: bool = False) -> list[MappedRow]:
    with path_of(name).open(encoding="utf-8", newline="") as file:
        results = [import_mapping.map_row(mapping, row, every_row=every_row) for row in csv.DictReader(file)]
    assert [result for result in results if isinstance(result, import_mapping.RowRejected)] == []
    return [result for result in results if isinstance(result, MappedRow)]


@pytest.fixture(name="rows", scope="module")
def all_orders() -> Sequence[MappedRow]:
    return rows_of("olist_orders_reviews.csv", MAPPING, every_row=True)


class TestTheOrdersOfTheMarketplace:
    @pytest.mark.parametrize(("entry", "sample"), [("olist_all", None), ("olist_random_part", "random")])
    def test_their_step_times_are_the_expected_ones_to_the_digit(
        self, rows: Sequence[MappedRow], entry: str, sample: str | None
    ) -> None:
        expected = json.loads(path_of("expected-times.json").read_text(encoding="utf-8"))[entry]
        chosen = (order_of_row(row, MAPPING) for row in rows if sample in (None, row.sample))
        report = analyse_times(chosen, ORGANISATION)
        assert json.dumps(report, sort_keys=True) == json.dumps(expected, sort_keys=True)

    def test_every_late_order_has_a_step_over_its_time(self, rows: Sequence[MappedRow]) -> None:
        finished = [row for row in rows if row.status == "delivered"]
        late = [row for row in finished if (row.as_written[-1].ended or NEVER) > (row.promised_by or NEVER)]
        assert len(late) == 555
        assert [row.source_row for row in late if not overruns(ORGANISATION, row.steps)] == []

    def test_texts_come_out_as_they_went_in(self, rows: Sequence[MappedRow]) -> None:
        with path_of("olist_orders_reviews.csv").open(encoding="utf-8", newline="") as file:
            written = {f"marketplace:{row['order_id']}": row["review_text"] for row in csv.DictReader(file)}
        assert sum(bool(text.strip()) for text in written.values()) > 2000
        for row in rows:
            text = written[row.source_row]
            assert row.text.endswith(text) or not text.strip()


class TestTheRequestsOfTheCity:
    def test_the_rules_name_the_agency_that_answered(self) -> None:
        organisation = from_path("city")
        rows = rows_of("nyc311_requests.csv", import_mapping.from_path("city"))
        ruled = [(row, organisation.rule_for(row.facts)) for row in rows]
        report = analyse_routing(
            (row.expected_department, [found.id for found in organisation.owners(organisation.steps_by(rule))])
            for row, rule in ruled
            if rule is not None
        )
        assert report["rows"] == len(rows) == 859
        assert report["share"] is not None
        assert report["share"] >= 0.99
        assert {(item["expected"], *item["invited"]) for item in report["differences"]} == {("dhs", "nypd")}  # camps

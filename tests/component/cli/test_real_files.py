"""The files of real rows, where they are at hand. They are test input and never part of the project."""

import json
import os
from pathlib import Path

import pytest

from tests.component.cli.running import Run

DATA = Path(os.environ.get("THROUGHLINE_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data")
ORDERS = DATA / "olist_orders_reviews.csv"

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

"""A power cut in the middle of an import: start again, import again, and nothing is lost or doubled."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from services.review.projections import FIGURES
from shared.contracts.intake import ComplaintRegistered
from shared.contracts.review import SummaryPublished
from tests.e2e.processes import (
    Up,
    counted,
    evidence_in,
    free_port,
    importing,
    invented_rows,
    until,
    up,
    wrong,
)

MARKETPLACE = ("--organisation", "marketplace")


def every_row_is_one_complaint(folder: Path, rows: Sequence[str]) -> None:
    """Whatever happened before: nothing lost, nothing doubled, and every invariant holds over all stores."""
    sources = [f"marketplace:{row}" for row in rows]
    evidence = evidence_in(folder, sources)
    assert wrong(evidence) == {}
    registered = Counter(
        logged.event.source_row for logged in evidence.logged if isinstance(logged.event, ComplaintRegistered)
    )
    assert registered == Counter(sources)
    reviewed = Counter(logged.key for logged in evidence.logged if isinstance(logged.event, SummaryPublished))
    assert set(reviewed.values()) == {1}
    counted = [state for name, state in evidence.services["review"].snapshots.items() if name.startswith("period/")]
    assert sum(FIGURES.validate_json(row.state).complaints for row in counted) == len(reviewed)


def test_kill9_twice_in_the_middle_of_an_import_that_goes_on_by_itself(tmp_path: Path) -> None:
    """The services come back under the same address; the import never notices more than a pause."""
    folder, file, port = tmp_path / "data", tmp_path / "orders.csv", free_port()
    rows = invented_rows(file, 1_100)
    with up(folder, *MARKETPLACE, port=port) as first:
        url = str(first.answer["url"])
        running = importing(folder, file)
        until(lambda: counted(url, "routing"))
        first.kill()
    with up(folder, port=port) as second:
        until(lambda: counted(url, "review") > len(rows) // 5)
        second.kill()
    with up(folder, port=port) as third:
        assert running.end() == 0, running.output
        again = importing(folder, file)
        assert again.end() == 0, again.output
        assert {name: again.answer[name] for name in ("registered", "already")} == {"registered": 0, "already": 1_100}
        assert third.stop() == 0
    every_row_is_one_complaint(folder, rows)


def test_kill9_of_an_import_with_services_of_its_own_at_any_moment(tmp_path: Path) -> None:
    """While services start, rows are sent, effects are under way: the next import finds a sound folder."""
    folder, file = tmp_path / "data", tmp_path / "orders.csv"
    rows = invented_rows(file, 300)
    rng = random.Random(20_261_122)
    for _ in range(2):
        killed = importing(folder, file)
        until((folder / "lock").exists)
        time.sleep(rng.uniform(0.0, 4.0))
        killed.kill()
    for made in ("lock", "server.json"):
        (folder / made).unlink(missing_ok=True)
        starting = Up(folder, *MARKETPLACE)
        until((folder / made).exists)
        starting.kill()
    last = importing(folder, file)
    assert last.end() == 0, last.output
    assert last.answer["registered"] + last.answer["already"] == 300
    every_row_is_one_complaint(folder, rows)

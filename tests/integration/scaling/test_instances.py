"""Two instances of one service: they share the work, one may die at any moment, and nothing is lost or doubled."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.folder import DataFolder
from shared.testing.checker import check
from tests.component.cli.running import command
from tests.e2e.processes import evidence_in, until
from tests.engine.choice import Engine
from tests.engine.services import Site
from tests.integration.scaling.groups import assignments, lag, on_files, register

pytestmark = pytest.mark.slow


@pytest.fixture
def site(bare: Engine, tmp_path: Path) -> Iterator[Site]:
    folder = DataFolder(tmp_path / "data")
    folder.path.mkdir()
    folder.begin_with("parcel-retailer", "parcel-retailer")
    applied = command("topics", "apply", "--broker", bare.bootstrap, "--replication", 1)
    assert applied.code == 0, applied.err
    running = on_files(folder.path, bare.bootstrap)
    try:
        yield running
    finally:
        running.close()


def test_two_instances_share_the_work_and_one_that_is_killed_is_replaced(
    site: Site, bare: Engine, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Intake says, two of routing hear. No time is asserted on a shared machine; the figures are in the report."""
    intake, stays, killed = site.start("intake"), site.start("routing"), site.start("routing", "b")
    site.wait_ready()
    until(lambda: sorted(map(len, assignments(bare.admin, "routing").values())) == [6, 6])
    mine, others = assignments(bare.admin, "routing").values()
    assert mine | others == set(range(12))
    keys = register(intake, 0, 200)
    until(lambda: stays.counted() > 20)
    killed.kill()
    began = time.monotonic()
    keys += register(intake, 200, 100)
    until(lambda: stays.counted() == 300)
    record_testsuite_property("seconds_from_a_killed_member_to_its_events_handled", round(time.monotonic() - began, 1))
    back = site.start("routing", "b")
    back.wait_ready()
    keys += register(intake, 300, 30)
    until(lambda: stays.counted() == 330)
    site.wait_quiet()
    assert lag(bare.admin, "routing") == 0
    for one in (intake, stays, back):
        assert one.stop() == 0, one.said
        assert "Traceback" not in one.said
    found = check(evidence_in(site.folder, keys))
    # Of all four services only these two ran; what the others would have done is not asked for.
    assert [name for name in ("C-ACK", "C-ONCE", "C-DENSE", "C-CAUSE") if not found[name].ok] == []
    assert found["C-DENSE"].checked > 330

"""Two instances of one service: they share the work, one may die at any moment, and nothing is lost or doubled."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.contracts.topics import PARTITIONS
from shared.verification import Evidence, Request, check
from tests.chaos.cluster import evidence, on
from tests.e2e.processes import until
from tests.engine.choice import Engine
from tests.engine.services import Site
from tests.integration.scaling.groups import assignments, committed, lag, register

Figure = Callable[[str, object], None]
Ground = tuple[Site, Callable[[str], str]]


@pytest.fixture
def ground(bare: Engine, tmp_path: Path) -> Iterator[Ground]:
    with on(bare, tmp_path, partitions=PARTITIONS) as running:
        yield running


@pytest.fixture
def figure(record_testsuite_property: Figure) -> Figure:
    """Say a figure, and keep it in the report: none is asserted on a shared machine."""

    def say(name: str, value: object) -> None:
        print(f"{name}: {value}")  # noqa: T201 - the run must say what it measured
        record_testsuite_property(name, value)

    return say


async def test_two_instances_share_the_work_and_one_that_is_killed_is_replaced(
    ground: Ground, bare: Engine, figure: Figure
) -> None:
    """Intake says, two of routing hear, both on one store."""
    site, store_of = ground
    journal = await killed_and_replaced(site, bare, figure)
    holds(await evidence(site, store_of, journal))


async def killed_and_replaced(site: Site, engine: Engine, figure: Figure) -> list[Request]:
    """Let one die in the middle of its work and come back; returns what intake was asked."""
    intake, stays, killed = site.start("intake"), site.start("routing"), site.start("routing", "b")
    site.wait_ready()
    until(lambda: sorted(map(len, assignments(engine.admin, "routing").values())) == [6, 6])
    has = assignments(engine.admin, "routing")
    assert set().union(*has.values()) == set(range(PARTITIONS))
    journal = register(intake, 0, 200)
    until(lambda: stays.counted() > 20)
    killed.kill()
    began = time.monotonic()
    before = committed(engine.admin, "routing")
    journal += register(intake, 200, 100)

    def goes_on() -> bool:
        now = committed(engine.admin, "routing")
        return any(now[at] > before.get(at, 0) for at in now if at[1] in has["routing-b"])

    until(goes_on)
    figure("seconds_from_sigkill_to_the_next_handled_event_of_its_partitions", round(time.monotonic() - began, 1))
    until(lambda: stays.counted() == 300)
    figure("seconds_from_a_killed_member_to_its_events_handled", round(time.monotonic() - began, 1))
    back = site.start("routing", "b")
    back.wait_ready()
    journal += register(intake, 300, 30)
    until(lambda: stays.counted() == 330)
    await site.wait_until_idle()
    assert lag(engine.admin, "routing") == 0
    for one in (intake, stays, back):
        assert one.stop() == 0, one.output
        assert "Traceback" not in one.output
    return journal


def holds(evidence: Evidence) -> None:
    """Of all four services only two ran; what the others would have done is not asked for."""
    found = check(evidence)
    assert {n: found[n].findings for n in ("C-ACK", "C-ONCE", "C-DENSE", "C-CAUSE") if not found[n].ok} == {}
    assert found["C-DENSE"].checked > 330

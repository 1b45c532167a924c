"""A process ends at one exact point of its work, on the real broker and store; started again, all is mended."""

from collections.abc import Iterator

import pytest

from shared.contracts.departments import TableOpened
from shared.contracts.intake import ComplaintRegistered
from shared.contracts.routing import ComplaintTriaged
from shared.testing.checker import Evidence, check
from tests.chaos.cluster import Cluster, on
from tests.chaos.poison import put_again
from tests.conftest import emptied
from tests.engine.choice import Engine

pytestmark = pytest.mark.slow
KILLED = -9


@pytest.fixture(scope="module")
def cluster(real: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with emptied(real), on(real, tmp_path_factory.mktemp("killed")) as running:
        running.start_all()
        yield running


def holds(evidence: Evidence) -> None:
    assert {name: found.findings for name, found in check(evidence).items() if not found.ok} == {}


def times(evidence: Evidence, event: type, complaint: str) -> int:
    return sum(isinstance(told.event, event) and told.key == complaint for told in evidence.told)


async def killed(cluster: Cluster, service: str, at: str, key: str) -> tuple[str, Evidence]:
    """Let a service die at a point of handling one complaint, start it again, and look at what is left of it all."""
    cluster.members[service, "a"].stop()
    broken = cluster.start(service, broken=at)
    if service == "intake":
        cluster.wait_ready()
    request = cluster.register(key)
    assert broken.ended() == KILLED
    cluster.start(service)
    cluster.wait_ready()
    cluster.wait_quiet()
    return request.complaint, await cluster.evidence([request])


async def test_kill9_between_store_and_publish_is_repaired(cluster: Cluster) -> None:
    """What is saved is said, by the next process."""
    complaint, evidence = await killed(cluster, "intake", "between_store_and_publish", "stored")
    holds(evidence)
    assert times(evidence, ComplaintTriaged, complaint) == 1


async def test_kill9_between_publish_and_mark_says_it_twice_and_does_it_once(cluster: Cluster) -> None:
    complaint, evidence = await killed(cluster, "departments", "between_publish_and_mark", "published")
    holds(evidence)
    assert times(evidence, TableOpened, complaint) == 1


async def test_kill9_between_mark_and_offset_reads_it_twice_and_does_it_once(cluster: Cluster) -> None:
    complaint, evidence = await killed(cluster, "routing", "between_mark_and_offset", "handled")
    holds(evidence)
    assert times(evidence, ComplaintTriaged, complaint) == 1


async def test_a_thousand_copies_have_one_effect(cluster: Cluster) -> None:
    complaint = cluster.register("copied").complaint
    cluster.wait_quiet()
    said = [raw for raw in await cluster.observed() if raw.key.decode() == complaint]
    commits = sum(len(stored.commits) for stored in (await cluster.evidence(())).services.values())
    await put_again(cluster.bootstrap, (said * (1_000 // len(said) + 1))[:1_000])
    cluster.wait_quiet()
    evidence = await cluster.evidence(())
    holds(evidence)
    assert sum(len(stored.commits) for stored in evidence.services.values()) == commits
    assert times(evidence, ComplaintRegistered, complaint) == 1

"""A process ends at one exact point of its work, on the real broker and store; started again, all is mended."""

from collections.abc import Callable, Iterator

import pytest

from services import NAMES
from shared.contracts.departments import TableOpened
from shared.contracts.intake import ComplaintRegistered
from shared.contracts.routing import ComplaintTriaged
from shared.verification import Evidence, Request, check
from tests.chaos.cluster import evidence, observed, on, register
from tests.chaos.poison import put_again
from tests.conftest import emptied
from tests.engine.choice import Engine
from tests.engine.services import Site

KILLED = -9


class Ground:
    """A running site, and where its stores are."""

    def __init__(self, site: Site, store_of: Callable[[str], str]) -> None:
        self.site = site
        self._store_of = store_of

    async def evidence(self, *journal: Request) -> Evidence:
        return await evidence(self.site, self._store_of, journal)


@pytest.fixture(scope="module")
def ground(real: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with emptied(real), on(real, tmp_path_factory.mktemp("killed")) as (site, store_of):
        for service in NAMES:
            site.start(service)
        site.wait_ready()
        yield Ground(site, store_of)


def holds(evidence: Evidence) -> None:
    assert {name: found.findings for name, found in check(evidence).items() if not found.ok} == {}


def times(evidence: Evidence, event: type, complaint: str) -> int:
    return sum(isinstance(logged.event, event) and logged.key == complaint for logged in evidence.logged)


async def killed(ground: Ground, service: str, at: str, key: str) -> tuple[str, Evidence]:
    """Let a service die at a point of handling one complaint, start it again, and look at what is left of it all."""
    site = ground.site
    site.members[service, "a"].stop()
    broken = site.start(service, broken=at)
    if service == "intake":
        broken.wait_ready()
    request = register(site.members["intake", "a"], key)
    assert broken.ended() == KILLED
    site.start(service)
    site.wait_ready()
    await site.wait_until_idle()
    return request.complaint, await ground.evidence(request)


async def test_kill9_between_store_and_publish_is_repaired(ground: Ground) -> None:
    """What is saved is said, by the next process."""
    complaint, evidence = await killed(ground, "intake", "between_store_and_publish", "stored")
    holds(evidence)
    assert times(evidence, ComplaintTriaged, complaint) == 1


async def test_kill9_between_publish_and_mark_says_it_twice_and_does_it_once(ground: Ground) -> None:
    complaint, evidence = await killed(ground, "departments", "between_publish_and_mark", "published")
    holds(evidence)
    assert times(evidence, TableOpened, complaint) == 1


async def test_kill9_between_mark_and_offset_reads_it_twice_and_does_it_once(ground: Ground) -> None:
    complaint, evidence = await killed(ground, "routing", "between_mark_and_offset", "handled")
    holds(evidence)
    assert times(evidence, ComplaintTriaged, complaint) == 1


async def test_a_thousand_copies_have_one_effect(ground: Ground) -> None:
    site = ground.site
    complaint = register(site.members["intake", "a"], "copied").complaint
    await site.wait_until_idle()
    records = [raw for raw in await observed(site) if raw.key.decode() == complaint]
    commits = sum(len(stored.commits) for stored in (await ground.evidence()).services.values())
    await put_again(site.bootstrap, (records * (1_000 // len(records) + 1))[:1_000])
    await site.wait_until_idle()
    after = await ground.evidence()
    holds(after)
    assert sum(len(stored.commits) for stored in after.services.values()) == commits
    assert times(after, ComplaintRegistered, complaint) == 1

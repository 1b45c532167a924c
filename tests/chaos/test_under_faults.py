"""Minutes of faults on real processes, under load: nothing accepted is lost, and no effect happens twice.

`make test-chaos`. The broker is Apache Kafka, killed and started on its own disk; the store is the local engine's,
which may be stopped, suspended and cut off, never killed. SEED chooses the moments.
"""

import asyncio
import json
import os
import random
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from services import NAMES
from shared.verification import CHECKS, Evidence, Finding, check
from tests.chaos.clients import PLANTED, Clients, real_texts
from tests.chaos.cluster import PARTITIONS, Position, evidence, observed, topics
from tests.chaos.hurried import hurried
from tests.chaos.poison import put_again, put_poison
from tests.e2e.processes import COMMAND
from tests.engine import documentstore
from tests.engine.choice import Broker, Engine
from tests.engine.documentstore import DocumentStore
from tests.engine.kafka import Kafka
from tests.engine.proxy import Proxy
from tests.engine.services import Site

pytestmark = pytest.mark.chaos
SEED = int(os.environ.get("SEED") or 1)
MOST_COMPLAINTS = 1_200
PAUSE_SECONDS = 0.15
POISON_SHARE = 0.01
COPIES_SHARE = 0.05
LONGEST_SECONDS = 480.0
"""Whatever happens, a run ends; undisturbed it takes about half of this."""
INVENTED = [("Chegou com atraso", "pt"), ("Посылка пришла разбитой", "ru"), ("It never came", "en")]
REPLICATED = "departments"
"""The service that runs twice."""


@dataclass
class World:
    """Everything that can be taken away."""

    kafka: Kafka
    store: DocumentStore
    proxy: Proxy
    site: Site
    folder: Path
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    poison: list[Position] = field(default_factory=list[Position])
    struck: list[str] = field(default_factory=list[str])

    async def evidence(self) -> Evidence:
        """Return all that there is to check, past the proxy."""
        return await evidence(
            self.site,
            lambda service: f"{self.store.url}/{service}",
            self.clients.journal,
            poison=self.poison,
            planted=PLANTED,
        )

    @cached_property
    def clients(self) -> Clients:
        """The customers, at the address of intake."""
        return Clients(self.site.members["intake", "a"].url, random.Random(SEED))

    async def strike(self, what: str, *steps: Callable[[], object] | float) -> None:
        """Do one thing after the other, with pauses in seconds, at a moment that nobody has chosen."""
        await asyncio.sleep(self.rng.uniform(0.5, 3.0))
        self.struck.append(what)
        for step in steps:
            if isinstance(step, float):
                await asyncio.sleep(step)
            else:
                await asyncio.to_thread(step)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    kafka = await asyncio.to_thread(Kafka.start, tmp_path / "kafka")
    store = await asyncio.to_thread(documentstore.start, tmp_path / "documents")
    Engine("local", lambda: Broker(kafka.bootstrap)).create_topics(dict.fromkeys(topics(), PARTITIONS))
    proxy = Proxy(store.port)
    await proxy.start()
    through = lambda service: f"mongodb://127.0.0.1:{proxy.port}/{service}"  # noqa: E731 - the port comes later
    site = Site(tmp_path, kafka.bootstrap, through, partitions=PARTITIONS, organisation=hurried(tmp_path))
    standing = World(kafka, store, proxy, site, tmp_path)
    try:
        for service in NAMES:
            site.start(service)
        site.start(REPLICATED, "b")
        await asyncio.to_thread(site.wait_ready)
        yield standing
    finally:
        await asyncio.to_thread(site.close)
        await proxy.stop()
        await asyncio.to_thread(standing.store.stop)
        await asyncio.to_thread(kafka.stop)


def texts() -> list[tuple[str, str]]:
    found = real_texts()
    if not found:
        print("\nNO REAL TEXTS: the load is invented")  # noqa: T201 - the run must say what it met
    return found or INVENTED


async def killed_one_after_the_other(world: World) -> None:
    for service in NAMES:
        member = world.site.members[service, "a"]
        await world.strike(f"kill -9 {service}", member.kill, 1.0, lambda name=service: world.site.start(name))
    two = world.site.members[REPLICATED, "b"]
    await world.strike(f"kill -9 {REPLICATED} b", two.kill, 3.0, lambda: world.site.start(REPLICATED, "b"))


async def suspended(world: World) -> None:
    """Longer than the group waits for a member: it wakes up and believes that its partitions are its own."""
    for service, instance in ((REPLICATED, "b"), ("review", "a")):
        member = world.site.members[service, instance]
        await world.strike(f"suspend {service} {instance}", member.suspend, 15.0, member.resume)


async def poisoned_and_copied(world: World) -> None:
    """Broken records, some of them under keys of real complaints, and copies of what was said before."""
    some = sorted(world.clients.accepted)
    keys = [*world.rng.sample(some, min(3, len(some)))]
    keys += [f"poison-{number}" for number in range(int(MOST_COMPLAINTS * POISON_SHARE) - len(keys))]
    world.poison += await put_poison(world.kafka.bootstrap, keys, world.rng)
    records = [raw for raw in await observed(world.site) if raw.value[:1] == b"{"]
    await put_again(world.kafka.bootstrap, world.rng.sample(records, int(len(records) * COPIES_SHARE)))
    world.struck.append(f"{len(keys)} broken records, {int(len(records) * COPIES_SHARE)} copies")


async def broker_down(world: World) -> None:
    await world.strike("broker killed for 30 s", world.kafka.kill, 30.0, world.kafka.start_again)


async def store_down(world: World) -> None:
    async def away() -> None:
        await asyncio.to_thread(world.store.stop)
        await asyncio.sleep(60.0)
        world.store = await asyncio.to_thread(documentstore.start, world.folder / "documents", port=world.store.port)

    world.struck.append("store stopped for 60 s")
    await away()


async def line_to_the_store(world: World) -> None:
    """A slow line, a line that breaks, a line that trickles."""
    world.struck.append("line to the store: latency, cuts, slow reads")
    world.proxy.latency_seconds = 0.2
    await asyncio.sleep(6.0)
    world.proxy.latency_seconds = 0.0
    for _ in range(4):
        world.proxy.cut()
        await asyncio.sleep(world.rng.uniform(0.5, 1.5))
    world.proxy.bytes_per_second = 20_000
    await asyncio.sleep(6.0)
    world.proxy.bytes_per_second = 0


async def skipped(world: World) -> int:
    """A person gives up what was broken on purpose; returns how many records."""
    count = 0
    for member in {member.service: member for member in world.site.running()}.values():
        async with httpx.AsyncClient(base_url=member.url, timeout=30.0) as http:
            parked = (await http.get("/parked", params={"limit": 500})).json()
            heads = [one["id"] for one in parked if one["permanent"]]
            for at in range(0, len(heads), 100):
                body = {"ids": heads[at : at + 100], "reason": "broken on purpose"}
                count += len((await http.post("/parked/skip", json=body)).json())
    return count


def verified(world: World) -> dict[str, Any]:
    """Run `throughline verify` as an operator would, past all of our own evidence."""
    environment = {**os.environ, **world.site.environment()}
    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, "verify", "--json"], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def figures(found: Mapping[str, Finding]) -> str:
    return "\n".join(
        f"  {name:<10} {'ok' if one.ok else 'BROKEN'}  checked {one.checked}" for name, one in found.items()
    )


async def test_nothing_accepted_is_lost_and_no_effect_happens_twice(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        load = asyncio.create_task(
            world.clients.register(texts(), seconds=300.0, pause=PAUSE_SECONDS, most=MOST_COMPLAINTS)
        )
        for fault in (
            killed_one_after_the_other,
            poisoned_and_copied,
            suspended,
            broker_down,
            store_down,
            line_to_the_store,
            killed_one_after_the_other,
        ):
            await fault(world)
        await load
        await asyncio.to_thread(world.site.wait_ready)
        await world.site.wait_until_idle(60.0)
        found = check(await world.evidence())
        given_up = await skipped(world)
        await world.site.wait_until_idle(60.0)
        after = check(await world.evidence())
        findings = await asyncio.to_thread(verified, world)
    print(f"\nseed {SEED}; {', '.join(world.struck)}")  # noqa: T201
    attempts = len(world.clients.journal)
    print(f"{len(world.clients.accepted)} complaints accepted in {attempts} attempts; {given_up} records given up")  # noqa: T201
    print(figures(found))  # noqa: T201
    print("throughline verify:", ", ".join(f"{name} {one['checked']}" for name, one in findings.items()))  # noqa: T201
    for name, finding in found.items():
        record_property(name, finding.checked)
    assert {name: one.findings for name, one in found.items() if not one.ok} == {}
    assert {name: one.findings for name, one in after.items() if not one.ok} == {}
    assert [name for name in CHECKS if not found[name].checked] == []
    assert len(world.clients.accepted) > MOST_COMPLAINTS // 2


async def test_without_deduplication_the_checker_sees_the_doubled_effects(world: World) -> None:
    """A check that finds nothing proves nothing unless it can find something."""
    site = world.site
    await world.clients.register(texts(), seconds=5.0, pause=0.1, most=30)
    await site.wait_until_idle()
    sound = check(await world.evidence())
    assert {name: one.findings for name, one in sound.items() if not one.ok} == {}
    for member in (site.members[REPLICATED, "a"], site.members[REPLICATED, "b"], site.members["review", "a"]):
        await asyncio.to_thread(member.stop)
    site.start(REPLICATED, broken="without_deduplication")
    site.start("review", broken="without_deduplication")
    await asyncio.to_thread(site.wait_ready)
    await put_again(world.kafka.bootstrap, [raw for raw in await observed(site) if raw.value[:1] == b"{"])
    await site.wait_until_idle()
    found = check(await world.evidence())
    print(figures(found))  # noqa: T201
    assert not found["C-ONCE"].ok
    assert any("happened 2 times" in finding for finding in found["C-ONCE"].findings)

"""The evidence taken through a store's port is the evidence there is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random

from shared.eventsourcing.definition import Definition
from shared.store.memory import MemoryData, MemoryStore
from shared.testing.commits import entry
from shared.testing.simulator import World, undisturbed
from shared.verification import Evidence, check
from shared.verification.collect import evidence_of
from tests.unit.shared.verification.build import sound


@dataclass
class AService:
    definition: Definition
    store: MemoryStore


async def taken_from(world: World) -> Evidence:
    services: list[AService] = []
    for name, definition in world.definitions.items():
        store = MemoryStore(world.data[name])
        await store.open()
        services.append(AService(definition, store))
    return await evidence_of(
        services, world.journal, world.broker.records(), now=world.final.now if world.final else None
    )


class TestEvidenceOfServices:
    def test_is_what_the_stores_hold(self) -> None:
        with undisturbed():
            world = World(Random(5).randrange(100))
            world.loop.run(world.live())
        evidence = asyncio.run(taken_from(world))
        assert world.final is not None
        assert [logged.record.id for logged in evidence.logged] == [logged.record.id for logged in world.final.logged]
        for name, stored in world.final.services.items():
            found = evidence.services[name]
            assert dict(found.snapshots) == dict(stored.snapshots)
            assert {record.id for record in found.parked} == {record.id for record in stored.parked}
            assert found.unpublished == stored.unpublished
        assert check(evidence)["C-STATE"].ok

    def test_pages_through_more_than_one_page(self) -> None:
        async def story() -> int:
            definition = sound().services["intake"].definition
            store = MemoryStore(MemoryData())
            await store.open()
            for start in range(0, 2_500, 500):
                await store.append([entry(f"complaint/{start + number}") for number in range(500)])
            evidence = await evidence_of([AService(definition, store)], [], [])
            stored = evidence.services["intake"]
            assert len(stored.snapshots) == len(stored.unpublished) == len(stored.commits)
            return len(stored.commits)

        assert asyncio.run(story()) == 2_500

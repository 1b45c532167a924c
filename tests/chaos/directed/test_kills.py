"""A process is killed between two steps; what it left is repaired and happens once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from shared.contracts.topics import DEPARTMENTS, INTAKE
from shared.messaging.parse import Raw
from shared.store.memory import Moment
from shared.testing.simulator.broker import Member
from tests.chaos.directed.build import OPENED, REGISTERED, Scene, in_any_order, kills, same, stops, wait


class TestAKill:
    def test_kill9_between_store_and_publish_is_repaired(self) -> None:
        async def story(scene: Scene) -> None:
            before = scene.start("intake")
            before.store.faults = kills(before, "append", Moment.AFTER)
            assert await scene.register(before) is None
            assert (scene.events("complaint/c1"), scene.on_topic()) == (REGISTERED, [])
            scene.start("intake")
            scene.start("departments")
            await wait(40)
            assert len(scene.on_topic()) == 1
            assert scene.events("resolution/c1") == OPENED

        in_any_order(story)

    def test_kill9_between_publish_and_mark_is_repaired(self) -> None:
        async def story(scene: Scene) -> None:
            before = scene.start("intake")
            before.store.faults = kills(before, "mark_published", Moment.BEFORE)
            await scene.register(before)
            await wait(1)
            assert len(scene.on_topic()) == 1
            assert scene.data["intake"].outbox
            scene.start("intake")
            scene.start("departments")
            await wait(40)
            assert not scene.data["intake"].outbox
            assert len(scene.on_topic()) == 2
            assert same(scene.on_topic())
            assert scene.events("resolution/c1") == OPENED

        in_any_order(story)

    def test_kill9_between_mark_and_offset_is_repaired(self) -> None:
        async def story(scene: Scene) -> None:
            intake = scene.start("intake")
            before = scene.start("departments")

            async def deliver(_member: Member, batch: Sequence[Raw]) -> None:
                await before.processor.handle(batch)
                while scene.data["departments"].outbox:  # noqa: ASYNC110 - the marking itself is the point
                    await asyncio.sleep(0.1)
                before.kill()
                await asyncio.sleep(0)

            before.deliver = deliver  # type: ignore[method-assign]
            await scene.register(intake)
            await wait(10)
            assert scene.events("resolution/c1") == OPENED
            assert scene.lag("departments") == 1
            scene.start("departments")
            await wait(40)
            assert scene.lag("departments") == 0
            assert scene.events("resolution/c1") == OPENED
            assert len(scene.on_topic(DEPARTMENTS)) == len(OPENED)

        in_any_order(story)

    def test_kill9_between_commit_and_state_is_repaired(self) -> None:
        async def story(scene: Scene) -> None:
            before = scene.start("intake")
            before.store.faults = kills(before, "append", Moment.BETWEEN)
            await scene.register(before)
            assert "complaint/c1" not in scene.data["intake"].states
            scene.start("intake")
            await wait(40)
            assert scene.data["intake"].states["complaint/c1"].version == 1
            assert len(scene.on_topic(INTAKE)) == 1

        in_any_order(story)


class TestAZombie:
    def test_zombie_write_is_fenced(self) -> None:
        async def story(scene: Scene) -> None:
            intake, wakes = scene.start("intake"), asyncio.Event()
            zombie = scene.start("departments")
            zombie.store.faults = stops("append", Moment.BEFORE, wakes)
            await scene.register(intake)
            await wait(5)
            assert scene.events("resolution/c1") == []
            zombie.fence()
            scene.start("departments")
            await wait(5)
            assert scene.events("resolution/c1") == OPENED
            wakes.set()
            await wait(40)
            assert zombie.engine.conflicts == 1
            assert scene.events("resolution/c1") == OPENED
            assert len(scene.on_topic(DEPARTMENTS)) == len(OPENED)

        in_any_order(story)

    def test_zombie_state_does_not_overwrite_a_later_one(self) -> None:
        async def story(scene: Scene) -> None:
            wakes = asyncio.Event()
            zombie = scene.start("intake")
            zombie.store.faults = stops("append", Moment.BETWEEN, wakes)
            unanswered = asyncio.ensure_future(scene.register(zombie))
            await wait(1)
            successor = scene.start("intake")
            # The successor's first look at the commit that has no state yet writes the next one.
            await successor.engine.refresh(["complaint/c1"])
            wakes.set()
            await unanswered
            assert scene.data["intake"].states["complaint/c1"].number == 2

        in_any_order(story)

    def test_zombie_offset_is_not_committed(self) -> None:
        async def story(scene: Scene) -> None:
            intake, wakes = scene.start("intake"), asyncio.Event()
            zombie = scene.start("departments")
            zombie.store.faults = stops("append", Moment.AFTER, wakes)
            await scene.register(intake)
            await wait(5)
            zombie.fence()
            wakes.set()
            await wait(5)
            assert scene.lag("departments") == 1
            scene.start("departments")
            await wait(5)
            assert scene.lag("departments") == 0
            assert scene.events("resolution/c1") == OPENED

        in_any_order(story)

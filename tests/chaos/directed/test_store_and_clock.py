"""The store does not answer, or the machines' clocks are wrong."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from shared.store.memory import Moment
from shared.testing.simulator.process import EPOCH, SWEEP_SECONDS
from tests.chaos.directed.build import OPENED, PATIENCE, REGISTERED, Scene, away, in_any_order, wait
from tests.unit.shared.messaging.build import fails_once, registered

DUE = PATIENCE.total_seconds()
MOST = timedelta(minutes=5)


class TestAnAmbiguousWrite:
    def test_is_read_back(self) -> None:
        async def story(scene: Scene) -> None:
            intake = scene.start("intake")
            intake.store.faults = fails_once("append", Moment.AFTER)
            assert await scene.register(intake) is None
            again = await scene.register(intake)
            assert again is not None
            assert (again.key, again.repeated) == ("c1", True)
            await wait(2 * SWEEP_SECONDS + 1)
            assert scene.events("complaint/c1") == REGISTERED
            assert len(scene.on_topic()) == 1

        in_any_order(story)

    def test_of_a_consumer_is_read_back(self) -> None:
        async def story(scene: Scene) -> None:
            departments = scene.start("departments")
            departments.store.faults = fails_once("append", Moment.AFTER)
            scene.send(registered())
            await wait(40)
            assert scene.events("resolution/c1") == OPENED
            assert (scene.lag("departments"), scene.data["departments"].parked) == (0, {})

        in_any_order(story)


class TestTheStoreIsDownFor60Seconds:
    def test_no_attempt_is_spent_and_nothing_is_parked(self) -> None:
        async def story(scene: Scene) -> None:
            departments = scene.start("departments")
            await wait(1)
            calls: list[str] = []
            departments.store.faults = away(calls)
            scene.send(registered())
            await wait(60)
            assert departments.processor.outage
            assert len(calls) < 60 * 5
            departments.store.faults = fails_once("nothing", Moment.BEFORE)
            await wait(10)
            assert scene.events("resolution/c1") == OPENED
            assert (scene.lag("departments"), scene.data["departments"].parked) == (0, {})
            assert departments.broken == []

        in_any_order(story)

    def test_a_parked_record_keeps_its_attempts(self) -> None:
        async def story(scene: Scene) -> None:
            scene.weather.fuses = {"Open": 3}
            departments = scene.start("departments")
            scene.send(registered())
            await wait(5)
            (before,) = scene.data["departments"].parked.values()
            departments.store.faults = away()
            await wait(60)
            (after,) = scene.data["departments"].parked.values()
            assert (after.attempts, after.due) == (before.attempts, before.due)

        in_any_order(story)


class TestAClock:
    def test_does_not_fire_early_or_twice_under_five_minutes_of_skew(self) -> None:
        async def story(scene: Scene) -> None:
            loop = asyncio.get_running_loop()
            fast, slow = scene.start("intake", skew=MOST), scene.start("intake", skew=-MOST)
            right = scene.start("intake")
            await scene.register(right)
            await wait(2 * DUE + MOST.total_seconds())
            fired = [clock for process in (fast, slow, right) for clock in process.fired]
            assert scene.events("complaint/c1").count("AcknowledgementMissed") == 1
            assert [clock.at >= clock.due for clock in fired] == [True]
            assert all(clock.actual is not None and clock.actual >= clock.due - MOST for clock in fired)
            assert loop.time() > DUE

        in_any_order(story)

    def test_does_not_fire_early_where_clocks_are_right(self) -> None:
        async def story(scene: Scene) -> None:
            one, two = scene.start("intake"), scene.start("intake")
            await scene.register(one)
            await wait(DUE - 1)
            assert scene.events("complaint/c1") == REGISTERED
            await wait(DUE)
            (fired,) = [*one.fired, *two.fired]
            assert fired.actual is not None
            assert EPOCH + PATIENCE <= fired.actual <= EPOCH + PATIENCE + timedelta(seconds=1)

        in_any_order(story)


class TestAnUnansweredRead:
    def test_leaves_the_customer_not_knowing_and_the_next_try_is_the_first(self) -> None:
        async def story(scene: Scene) -> None:
            intake = scene.start("intake")
            intake.store.faults = fails_once("load", Moment.AFTER)
            assert await scene.register(intake) is None
            again = await scene.register(intake)
            assert again is not None
            assert not again.repeated

        in_any_order(story)

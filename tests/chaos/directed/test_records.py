"""Records that come a thousand times, that nobody can read, or that are tried again."""

from __future__ import annotations

import asyncio

from shared.contracts.topics import DEPARTMENTS, INTAKE
from shared.messaging.parse import Raw
from shared.store.memory import Moment
from shared.testing.simulator.process import Process
from tests.chaos.directed.build import OPENED, Scene, in_any_order, wait
from tests.unit.shared.messaging.build import acknowledged, registered

APPLIED = [*OPENED, "RoundStarted"]
DAY = 86_400.0


def broken(key: str = "c1") -> Raw:
    return Raw(INTAKE, 0, -1, key.encode(), b"\xff\xfe", ())


class TestDuplicates:
    def test_1000_duplicate_deliveries_have_one_effect(self) -> None:
        async def story(scene: Scene) -> None:
            for _ in range(1_000):
                scene.send(registered())
            scene.start("departments")
            scene.start("departments")
            await wait(90)
            assert scene.lag("departments") == 0
            assert scene.events("resolution/c1") == OPENED
            assert len({tuple(raw.headers) for raw in scene.on_topic(DEPARTMENTS)}) == len(OPENED)

        in_any_order(story, range(3))


class TestABatchWithOneBadRecord:
    def test_commits_the_rest(self) -> None:
        async def story(scene: Scene) -> None:
            keys = [f"c{number}" for number in range(8)]
            for key in keys:
                scene.send(registered(key=key))
                if key == "c3":
                    scene.send(broken("bad"))
            scene.start("departments")
            await wait(20)
            assert scene.lag("departments") == 0
            assert [scene.events(f"resolution/{key}") for key in keys] == [OPENED] * len(keys)
            assert [record.key for record in scene.data["departments"].parked.values()] == ["bad"]

        in_any_order(story)


class TestPoison:
    def test_goes_to_parking_once_and_does_not_spin(self) -> None:
        async def story(scene: Scene) -> None:
            scene.send(broken())
            first = scene.start("departments")
            await wait(5)
            first.kill()
            scene.broker.committed.clear()
            second = scene.start("departments")
            await wait(5)
            (record,) = scene.data["departments"].parked.values()
            calls = _calls(second)
            await wait(DAY)
            assert list(scene.data["departments"].parked.values()) == [record]
            assert (record.permanent, record.attempts) == (True, 1)
            assert not {"park", "repark", "unpark", "append"} & set(calls)
            # Idle looks at the store, and no more.
            assert len(calls) < DAY

        in_any_order(story, range(2))


class TestARetry:
    def test_keeps_the_order_of_a_complaint(self) -> None:
        async def story(scene: Scene) -> None:
            scene.weather.fuses = {"Open": 3}
            process = scene.start("departments")
            scene.send(registered())
            await wait(3)
            scene.send(acknowledged(2))
            await wait(3)
            assert [record.position for record in scene.data["departments"].parked.values()] == [1, 2]
            assert scene.events("resolution/c1") == []
            await wait(60)
            assert not scene.data["departments"].parked
            assert scene.events("resolution/c1") == APPLIED
            assert process.broken == []

        in_any_order(story)

    def test_of_a_group_twice_is_once(self) -> None:
        async def story(scene: Scene) -> None:
            scene.weather.fuses = {"Open": 100}
            one, two = scene.start("departments"), scene.start("departments")
            for key in ("c1", "c2"):
                scene.send(registered(key=key))
                scene.send(acknowledged(2, key))
            await wait(5)
            parked = scene.data["departments"].parked
            group = list(parked)
            assert len(group) == 4
            scene.weather.fuses = {}
            answers = await asyncio.gather(
                one.parking.retry(group), two.parking.retry(group), one.parking.retry(group[::-1])
            )
            again = await one.parking.retry(group)
            assert all(not wrong or wrong.startswith("waits behind") for found in answers for wrong in found.values())
            assert (again, parked) == ({}, {})
            assert [scene.events(f"resolution/{key}") for key in ("c1", "c2")] == [APPLIED, APPLIED]

        in_any_order(story)


def _calls(process: Process) -> list[str]:
    """Return the list that the store's calls of a process are added to from now on."""
    calls: list[str] = []

    async def faults(name: str, when: Moment) -> None:
        if when is Moment.BEFORE:
            calls.append(name)

    process.store.faults = faults
    return calls

"""The simulator's own parts: time, order, the broker and the weather."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from shared.messaging.outgoing import OutgoingRecord
from shared.store.memory import Moment
from shared.store.port import StoreUnavailable
from shared.testing.simulator import Report, describe, run_seed, undisturbed
from shared.testing.simulator.broker import SimBroker, SimPublisher
from shared.testing.simulator.loop import SimLoop, Stuck
from shared.testing.simulator.weather import Rates, Transient, Weather
from shared.verification import Finding


def weather(seed: int = 0, *, losing: bool = False) -> Weather:
    rng = Random(seed)
    return Weather(rng, Rates.draw(rng, losing=losing), note=lambda _what: None)


class TestVirtualTime:
    def test_passes_only_when_nothing_is_ready(self) -> None:
        async def story() -> tuple[float, float]:
            loop = asyncio.get_running_loop()
            for _ in range(100):
                await asyncio.sleep(0)
            before = loop.time()
            await asyncio.sleep(3_600)
            return before, loop.time()

        assert SimLoop(Random(1)).run(story()) == (0.0, 3_600.0)

    def test_timeouts_and_cancellation_work(self) -> None:
        async def story() -> float:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await asyncio.Event().wait()
            task = asyncio.ensure_future(asyncio.sleep(100))
            await asyncio.sleep(1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()
            return asyncio.get_running_loop().time()

        assert SimLoop(Random(1)).run(story()) == 6.0

    def test_waiting_for_what_never_comes_is_an_error(self) -> None:
        async def story() -> None:
            await asyncio.Event().wait()

        with pytest.raises(Stuck):
            SimLoop(Random(1)).run(story())

    def test_the_order_of_what_is_ready_is_the_seeds(self) -> None:
        def order(seed: int) -> list[int]:
            seen: list[int] = []

            async def one(number: int) -> None:
                for _ in range(3):
                    await asyncio.sleep(0)
                seen.append(number)

            async def story() -> None:
                await asyncio.gather(*map(one, range(6)))

            SimLoop(Random(seed)).run(story())
            return seen

        assert order(1) == order(1)
        assert len({tuple(order(seed)) for seed in range(20)}) > 10


class TestTheBroker:
    def test_gives_each_member_what_follows_its_last_commit(self) -> None:
        broker = SimBroker(Random(1))

        async def story() -> None:
            member = broker.join("g", ["t"])
            for number in range(5):
                broker.append("t", b"k", str(number).encode(), [])
            first = member.poll(3)
            assert [raw.value for raw in first] == [b"0", b"1", b"2"]
            member.commit(first)
            assert broker.lag("g", ["t"]) == 2
            broker.leave(member)
            successor = broker.join("g", ["t"])
            assert [raw.value for raw in successor.poll(10)] == [b"3", b"4"]

        SimLoop(Random(1)).run(story())

    def test_takes_no_commit_from_a_member_that_was_replaced(self) -> None:
        broker = SimBroker(Random(1))

        async def story() -> None:
            zombie = broker.join("g", ["t"])
            broker.append("t", b"k", b"0", [])
            batch = zombie.poll(1)
            broker.leave(zombie)
            successor = broker.join("g", ["t"])
            zombie.commit(batch)
            assert successor.poll(1) == batch

        SimLoop(Random(1)).run(story())

    def test_rewinds(self) -> None:
        broker = SimBroker(Random(1))

        async def story() -> None:
            member = broker.join("g", ["t"])
            broker.append("t", b"k", b"0", [])
            batch = member.poll(1)
            member.rewind(batch)
            assert member.poll(1) == batch

        SimLoop(Random(1)).run(story())

    def test_hides_what_it_lost_from_consumers_and_not_from_the_checker(self) -> None:
        broker = SimBroker(Random(1))

        async def story() -> None:
            member = broker.join("g", ["t"])
            raw = broker.append("t", b"k", b"0", [])
            broker.hidden.add((raw.topic, raw.partition, raw.offset))
            assert member.poll(1) == []
            assert broker.lag("g", ["t"]) == 0
            assert broker.records() == [raw]

        SimLoop(Random(1)).run(story())

    def test_sends_nothing_of_a_partition_after_its_first_failure(self) -> None:
        async def story() -> None:
            for seed in range(300):
                broker = SimBroker(Random(seed))
                records = [OutgoingRecord("t", b"k", str(n).encode(), [], 0) for n in range(6)]
                acknowledged = await SimPublisher(broker, weather(seed)).publish(records)
                assert acknowledged == sorted(acknowledged, reverse=True)
                values = [raw.value for raw in broker.records()]
                assert sorted(set(values)) == sorted(str(n).encode() for n in range(len(set(values))))

        SimLoop(Random(1)).run(story())


class TestTheWeather:
    def test_fails_nothing_once_it_is_calm(self) -> None:
        async def story() -> None:
            for seed in range(50):
                sky = weather(seed, losing=True)
                sky.calm = True
                for moment in Moment:
                    await sky.at_store("append", moment)
                assert sky.source_answers("intake")

        SimLoop(Random(1)).run(story())

    def test_fails_the_store_at_every_moment_in_some_seed(self) -> None:
        async def story() -> None:
            struck: set[Moment] = set()
            for seed in range(50):
                sky = weather(seed)
                for moment in Moment:
                    for _ in range(30):
                        try:
                            await sky.at_store("append", moment)
                        except StoreUnavailable:
                            struck.add(moment)
            assert struck == set(Moment)

        SimLoop(Random(1)).run(story())

    def test_burns_a_fuse_so_many_times(self) -> None:
        sky = weather()
        sky.fuses = {"int": 2}
        for _ in range(2):
            with pytest.raises(Transient):
                sky.decide(5)
        sky.decide(5)


class TestAReport:
    def test_says_how_to_run_the_seed_again_and_what_was_wrong(self) -> None:
        report = Report(
            7, {"C-ACK": Finding(ok=False, checked=1, findings=("Lost.",))}, ("x broke",), ("1 s  crash",), 5, 2.0
        )
        text = describe(report)
        assert not report.ok
        for part in ("make test-sim SEEDS=1 FIRST=7", "C-ACK: Lost.", "x broke", "crash"):
            assert part in text

    def test_of_a_long_schedule_is_short(self) -> None:
        with undisturbed():
            report = run_seed(3)
        long = Report(3, report.findings, (), tuple(str(n) for n in range(500)), 1, 1.0)
        assert len(describe(long).splitlines()) < 80

"""The clock's edge: never early, never twice, never forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from shared.eventsourcing.calls import Call
from shared.eventsourcing.timers import HELD
from shared.store.memory import Moment
from shared.testing.simulator.toys.commands import Acknowledge, Register
from tests.unit.shared.messaging.build import NOON, PATIENCE, Rig, fails_once, virtual, wait

STREAM = "complaint/c1"
DUE = PATIENCE.total_seconds()


def register(key: str = "c1", within: timedelta = PATIENCE) -> Call:
    return Call("complaint", key, Register(key, NOON, NOON + within))


class TestAClock:
    def test_does_not_fire_before_it_is_due(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.timers.run())
                await rig.execute(register())
                await wait(DUE - 0.001)
                assert rig.events(STREAM) == ["ComplaintRegistered"]

        virtual(story)

    def test_fires_when_it_is_due_and_names_itself_as_the_cause(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.timers.run())
                await rig.execute(register())
                await wait(DUE + 0.1)
                assert rig.events(STREAM) == ["ComplaintRegistered", "AcknowledgementMissed"]
                assert rig.data.log[-1].cause == f"clock:{STREAM}:{(NOON + PATIENCE).isoformat()}"
                assert rig.data.log[-1].at - (NOON + PATIENCE) < timedelta(seconds=0.1)

        virtual(story)

    def test_fires_once(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.timers.run())
                await rig.execute(register())
                await wait(10 * DUE)
                assert rig.events(STREAM).count("AcknowledgementMissed") == 1

        virtual(story)

    def test_that_was_stopped_does_not_fire(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.timers.run())
                await rig.execute(register())
                await rig.execute(Call("complaint", "c1", Acknowledge(NOON)))
                await wait(2 * DUE)
                assert "AcknowledgementMissed" not in rig.events(STREAM)

        virtual(story)

    def test_that_is_due_earlier_than_what_is_waited_for_is_not_overslept(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.timers.run())
                await rig.execute(register())
                await wait(1)
                await rig.execute(register("c2", timedelta(seconds=3)))
                await wait(2.5)
                assert "AcknowledgementMissed" in rig.events("complaint/c2")

        for seed in range(10):
            virtual(story, seed)

    def test_that_ran_out_while_nobody_was_there_fires_at_start(self) -> None:
        async def story() -> None:
            async with Rig("intake") as before:
                await before.execute(register())
            await wait(2 * DUE)
            async with Rig("intake", before.data) as after:
                after.run(after.timers.run())
                await wait(1)
                assert "AcknowledgementMissed" in after.events(STREAM)

        virtual(story)


class TestTwoProcesses:
    def test_fire_a_clock_once_together(self) -> None:
        async def story() -> None:
            async with Rig("intake") as one, Rig("intake", one.data, skew=timedelta(seconds=0.5)) as two:
                await one.execute(register())
                one.run(one.timers.run())
                two.run(two.timers.run())
                await wait(2 * DUE)
                assert one.events(STREAM).count("AcknowledgementMissed") == 1

        for seed in range(20):
            virtual(story, seed)

    def test_each_go_by_their_own_clock(self) -> None:
        async def story() -> None:
            async with Rig("intake", skew=timedelta(minutes=-5)) as late:
                late.run(late.timers.run())
                await late.execute(register())
                await wait(DUE + 60)
                assert "AcknowledgementMissed" not in late.events(STREAM)
                await wait(300)
                assert "AcknowledgementMissed" in late.events(STREAM)

        virtual(story)


class TestAClockThatCannotFire:
    def test_is_tried_again_later(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.timers.run())
                rig.fuse.left["RunClocks"] = 3
                await rig.execute(register())
                await wait(DUE + 3 * HELD.total_seconds() + 10)
                assert "AcknowledgementMissed" in rig.events(STREAM)

        virtual(story)

    def test_does_not_spin_and_does_not_stop_the_others(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.timers.run())
                await rig.execute(register())
                rig.fuse.left["RunClocks"] = 2
                await wait(DUE + 1)
                calls = await _calls(rig, seconds=20)
                assert calls < 100
                await rig.execute(register("c2", PATIENCE + timedelta(seconds=25)))
                await wait(8)
                assert "AcknowledgementMissed" in rig.events("complaint/c2")
                assert "AcknowledgementMissed" not in rig.events(STREAM)

        virtual(story)


class TestAStateThatCannotBeRead:
    def test_leaves_the_other_clocks_running(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                await rig.execute.many([register(), register("c2"), register("c3", PATIENCE + timedelta(seconds=5))])
                rig.data.states[STREAM] = replace(rig.data.states[STREAM], state=b'{"phase":"lost"}')
                rig.run(rig.timers.run())
                await wait(DUE + 10)
                for key in ("c2", "c3"):
                    assert "AcknowledgementMissed" in rig.events(f"complaint/{key}")
                assert rig.events(STREAM) == ["ComplaintRegistered"]
                assert await _calls(rig, seconds=60) < 300

        virtual(story)

    def test_fires_once_it_can_be_read_again(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                await rig.execute(register())
                sound = rig.data.states[STREAM]
                rig.data.states[STREAM] = replace(sound, state=b'{"phase":"lost"}')
                rig.run(rig.timers.run())
                await wait(DUE + 10)
                rig.data.states[STREAM] = sound
                await wait(HELD.total_seconds() + 1)
                assert "AcknowledgementMissed" in rig.events(STREAM)

        virtual(story)


class TestStopping:
    def test_at_any_instant_is_obeyed(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                clocks = rig.run(rig.timers.run())
                await rig.execute(register())
                await wait(60.0)
                clocks.cancel()
                await asyncio.wait([clocks], timeout=1)
                assert clocks.cancelled()

        for seed in range(40):
            virtual(story, seed)


class TestWhenTheStoreFails:
    def test_the_clocks_wait_and_go_on(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.store.faults = fails_once("due", Moment.BEFORE)
                rig.run(rig.timers.run())
                await rig.execute(register())
                await wait(DUE + 2)
                assert "AcknowledgementMissed" in rig.events(STREAM)

        virtual(story)

    def test_a_clock_whose_end_was_saved_without_an_answer_fired_once(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                await rig.execute(register())
                rig.store.faults = fails_once("append", Moment.BETWEEN)
                rig.run(rig.timers.run())
                await wait(DUE + 120)
                assert rig.events(STREAM).count("AcknowledgementMissed") == 1
                assert rig.data.states[STREAM].next_due is None

        virtual(story)


async def _calls(rig: Rig, seconds: float) -> int:
    """Count the store's calls in so many seconds."""
    calls: list[str] = []

    async def faults(name: str, when: Moment) -> None:
        if when is Moment.BEFORE:
            calls.append(name)

    rig.store.faults = faults
    await asyncio.sleep(seconds)
    return len(calls)

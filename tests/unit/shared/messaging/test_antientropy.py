"""Comparing with the sources: a lost last event shows no gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.contracts.topics import INTAKE, REVIEW
from shared.eventsourcing.calls import Call
from shared.messaging.sources import Copy, Head, SourceUnavailable, StoreSource, Want
from shared.store.memory import MemoryStore, Moment
from shared.store.memory.data import insert, take
from shared.testing.simulator.toys.commands import Acknowledge, Answer, Register
from tests.unit.shared.messaging.build import NOON, PATIENCE, Rig, closed, registered, virtual, wait

STREAM = "resolution/c1"
OPENED = ["DepartmentInvited", "DepartmentInvited"]
AN_HOUR = timedelta(hours=1)


class Watched:
    """A source that counts what is pulled from it, and can be away."""

    def __init__(self, store: MemoryStore) -> None:
        self._source = StoreSource("/intake", store)
        self.pulled = 0
        self.heads_asked = 0
        self.away = False

    async def pull(self, wants: Sequence[Want]) -> list[Copy]:
        if self.away:
            raise SourceUnavailable("away")
        self.pulled += len(wants)
        return await self._source.pull(wants)

    async def heads(self, after: int, limit: int = 1_000) -> list[Head]:
        if self.away:
            raise SourceUnavailable("away")
        self.heads_asked += 1
        return await self._source.heads(after, limit)


async def register(source: Rig, key: str = "c1") -> None:
    await source.execute(Call("complaint", key, Register(key, NOON, NOON + PATIENCE)))


class TestALostLastEvent:
    def test_is_pulled_once_it_is_old_enough(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source)
                watched = Watched(source.store)
                async with Rig(sources={INTAKE: watched}) as rig:
                    rig.run(rig.antientropy.run())
                    await wait(20)
                    assert rig.events(STREAM) == []
                    await wait(60)
                    assert rig.events(STREAM) == OPENED

        virtual(story)

    def test_is_found_behind_one_that_a_faster_clock_dated_later(self) -> None:
        async def story() -> None:
            async with Rig("intake", skew=timedelta(minutes=5)) as fast, Rig("intake", fast.data) as right:
                await register(fast)
                await register(right, "c2")
                async with Rig(sources={INTAKE: Watched(fast.store)}) as rig:
                    rig.run(rig.antientropy.run())
                    await wait(120)
                    await wait(300)
                    assert rig.events(STREAM) == OPENED
                    assert rig.events("resolution/c2") == OPENED

        virtual(story)

    def test_is_found_in_long_streams_too(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source)
                for number in range(1_100):
                    call = Call("complaint", "c1", Acknowledge(NOON), command_id=f"again {number}")
                    await source.execute(call)
                await source.execute(Call("complaint", "c1", Answer(NOON)))
                copies = await StoreSource("/intake", source.store).pull(
                    [Want(topic=INTAKE, stream="complaint/c1", after=2)]
                )
                assert len(copies) == 1

        virtual(story)


class TestAWriterThatStalled:
    """Its commit has a position below one that was looked at before it was there; its send was lost."""

    async def stalled(self, source: Rig, seconds: float, *, ahead: timedelta = timedelta(0)) -> list[str]:
        """Let a commit of `c1` appear so late, after one of `c2`; return what a reader then has of `c1`."""

        async def faults(call: str, moment: Moment) -> None:
            if (call, moment) == ("append", Moment.NUMBERED):
                await wait(seconds)

        source.store.faults = faults
        late = source.run(register(source))
        await wait(1)
        async with Rig("intake", source.data) as other, Rig(sources={INTAKE: Watched(source.store)}, skew=ahead) as rig:
            await register(other, "c2")
            rig.run(rig.antientropy.run())
            await late
            await wait(200)
            assert [c.stream for c in source.data.log] == ["complaint/c1", "complaint/c2"]
            assert rig.events("resolution/c2") == OPENED
            return rig.events(STREAM)

    @pytest.mark.parametrize("seconds", [10, 25, 60, 110])
    def test_is_found_however_long_it_stalled(self, seconds: float) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                assert await self.stalled(source, seconds) == OPENED

        virtual(story)

    def test_is_found_by_a_reader_whose_clock_is_ahead(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                assert await self.stalled(source, 25, ahead=timedelta(minutes=5)) == OPENED

        virtual(story)

    def test_is_found_by_a_reader_that_was_restarted_meanwhile(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                take(source.data)
                await register(source, "c2")
                sources = {INTAKE: Watched(source.store)}
                async with Rig(sources=sources) as before:
                    await before.antientropy.look(NOON + AN_HOUR)
                    assert await before.store.get_mark(f"antientropy/{INTAKE}") == 0
                commit = replace(source.data.log[0], stream="complaint/c1")
                assert insert(source.data, commit, 1)
                async with Rig(data=before.data, sources=sources) as after:
                    await after.antientropy.look(NOON + AN_HOUR)
                    assert await after.store.get_mark(f"antientropy/{INTAKE}") == 2
                    assert after.events(STREAM) == OPENED

        virtual(story)

    def test_for_ever_is_not_waited_for(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                take(source.data)
                await register(source)
                watched = Watched(source.store)
                async with Rig(sources={INTAKE: watched}) as rig:
                    rig.run(rig.antientropy.run())
                    await wait(1_800)
                    assert await rig.store.get_mark(f"antientropy/{INTAKE}") == 2
                    seen = watched.heads_asked
                    await wait(1_500)
                    assert watched.heads_asked - seen <= 100

        virtual(story)


class TestWhatArrivedAnyway:
    def test_is_not_pulled(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source)
                watched = Watched(source.store)
                async with Rig(sources={INTAKE: watched}) as rig:
                    await rig.processor.handle([registered()])
                    assert await rig.antientropy.look(NOON + AN_HOUR) == 0
                    assert watched.pulled == 0

        virtual(story)

    def test_is_looked_at_once(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source)
                async with Rig(sources={INTAKE: Watched(source.store)}) as rig:
                    await rig.antientropy.look(NOON + AN_HOUR)
                    assert await rig.store.get_mark(f"antientropy/{INTAKE}") == 1

        virtual(story)


class TestAFanIn:
    def test_whose_event_was_lost_is_counted_from_the_source(self) -> None:
        async def story() -> None:
            async with Rig("review") as rig:
                source = StoreSource("/review", rig.store)
                rig.antientropy._sources = {REVIEW: source}
                await rig.processor.handle([registered(), closed(2)])
                await rig.antientropy.look(NOON + AN_HOUR)
                await rig.antientropy.look(NOON + AN_HOUR)
                assert rig.events("theme/seller.method") == ["ComplaintCounted"]

        virtual(story)


class TestASourceThatIsAway:
    def test_is_asked_again(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source)
                watched = Watched(source.store)
                watched.away = True
                async with Rig(sources={INTAKE: watched}) as rig:
                    rig.run(rig.antientropy.run())
                    await wait(100)
                    watched.away = False
                    await wait(60)
                    assert rig.events(STREAM) == OPENED

        virtual(story)

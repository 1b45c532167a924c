"""Reading the sources again: what is lacking is applied, what is known is dropped, the counts say which was which."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.contracts.topics import INTAKE, REVIEW
from shared.eventsourcing.calls import Call
from shared.messaging.parse import Raw
from shared.messaging.replay import Replay, Replayed, Selection
from shared.messaging.sources import StoreSource, Want
from shared.testing.simulator.toys.commands import Acknowledge, Answer, Register
from shared.web.problems import Invalid
from tests.unit.shared.messaging.build import NOON, PATIENCE, Rig, broken, closed, registered, virtual, wait

OPENED = ["DepartmentInvited", "DepartmentInvited"]


async def register(source: Rig, key: str) -> None:
    await source.execute(Call("complaint", key, Register(key, NOON, NOON + PATIENCE)))
    await source.execute(Call("complaint", key, Acknowledge(NOON)))


def replaying(rig: Rig) -> Replay:
    return Replay(rig.definition, rig.reader, rig.processor, rig.clock, rig.sources)


async def whole(rig: Rig, selection: Selection) -> tuple[int, int, int, int]:
    """Every step; returns read, applied, already, parked."""
    steps: list[Replayed] = []
    while not steps or steps[-1].next:
        steps.append(await replaying(rig).step(selection, steps[-1].next if steps else ""))
        assert steps[-1].read == steps[-1].applied + steps[-1].already + steps[-1].parked
    return (
        sum(step.read for step in steps),
        sum(step.applied for step in steps),
        sum(step.already for step in steps),
        sum(step.parked for step in steps),
    )


class TestReadingEverythingAgain:
    def test_applies_what_is_lacking_and_the_second_time_nothing(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source, "c1")
                await register(source, "c2")
                async with Rig(sources={INTAKE: StoreSource("/intake", source.store)}) as rig:
                    await rig.processor.handle([registered(1, "c1")])
                    before = await rig.store.position()
                    assert await whole(rig, Selection()) == (4, 3, 1, 0)
                    assert rig.events("resolution/c2")[:2] == OPENED
                    after = await rig.store.position()
                    assert after > before
                    assert await whole(rig, Selection()) == (4, 0, 4, 0)
                    assert await rig.store.position() == after

        virtual(story)

    def test_counts_each_event_once_however_many_pages_its_stream_is_spread_over(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source, "c1")
                for number in range(700):
                    await source.execute(Call("complaint", "c1", Acknowledge(NOON), command_id=f"again {number}"))
                await register(source, "c2")
                await source.execute(Call("complaint", "c1", Answer(NOON)))
                position = await source.store.position()
                async with Rig(sources={INTAKE: StoreSource("/intake", source.store)}) as rig:
                    count = len(await StoreSource("/intake", source.store).pull([_all("c1"), _all("c2")]))
                    assert position > 500
                    assert await whole(rig, Selection()) == (count, count, 0, 0)

        virtual(story)

    def test_parks_what_cannot_be_applied_and_says_so(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source, "c1")
                async with Rig(sources={INTAKE: StoreSource("/intake", source.store)}) as rig:
                    await rig.processor.handle([broken(0)])
                    assert await whole(rig, Selection()) == (2, 0, 0, 2)
                    assert await whole(rig, Selection()) == (2, 0, 0, 2)
                    assert len(rig.data.parked) == 3

        virtual(story)

    def test_of_a_place_that_is_none_is_refused(self) -> None:
        async def story() -> None:
            async with Rig(sources={INTAKE: StoreSource("/intake", Rig("intake").store)}) as rig:
                for place in ("elsewhere@0", f"{INTAKE}@x", f"{INTAKE}@{'9' * 30}"):
                    with pytest.raises(Invalid):
                        await replaying(rig).step(Selection(), place)

        virtual(story)


def _all(key: str) -> Want:
    return Want(topic=INTAKE, stream=f"complaint/{key}", after=0)


class TestReadingAPartAgain:
    def test_of_one_complaint_leaves_the_others(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source, "c1")
                await register(source, "c2")
                async with Rig(sources={INTAKE: StoreSource("/intake", source.store)}) as rig:
                    assert await whole(rig, Selection(complaint="c2")) == (2, 2, 0, 0)
                    assert rig.events("resolution/c1") == []
                    assert await whole(rig, Selection(complaint="nobody")) == (0, 0, 0, 0)

        virtual(story)

    def test_since_an_instant_leaves_what_was_decided_before(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await register(source, "c1")
                await wait(3600)
                await register(source, "c2")
                async with Rig(sources={INTAKE: StoreSource("/intake", source.store)}) as rig:
                    assert await whole(rig, Selection(since=NOON + timedelta(minutes=1))) == (2, 2, 0, 0)
                    assert rig.events("resolution/c1") == []

        virtual(story)


class TestAServiceThatFansIn:
    def test_counts_once_however_often_it_reads(self) -> None:
        async def story() -> None:
            async with Rig("review") as first:
                position: list[Raw] = [registered(1, "c1"), closed(2, "c1")]
                await first.processor.handle(position)
                async with Rig("review", first.data, sources={REVIEW: StoreSource("/review", first.store)}) as rig:
                    read, applied, already, parked = await whole(rig, Selection())
                    assert (read, applied, parked) == (already + applied, applied, 0)
                    assert read
                    before = await rig.store.position()
                    assert await whole(rig, Selection()) == (read, 0, read, 0)
                    assert await rig.store.position() == before

        virtual(story)

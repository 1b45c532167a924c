"""Kafka's edge: applied, or durably parked, before it returns; one complaint's trouble is nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from shared.contracts.topics import INTAKE
from shared.eventsourcing.calls import Call
from shared.eventsourcing.decider import Rejected
from shared.messaging.processor import DELAYS
from shared.messaging.sources import Copy, Head, SourceUnavailable, StoreSource, Want
from shared.store.memory import MemoryStore, Moment
from shared.store.port import StoreUnavailable
from shared.testing.simulator.toys.commands import Acknowledge, Answer, Register
from tests.unit.shared.messaging.build import (
    NOON,
    PATIENCE,
    Rig,
    acknowledged,
    answered,
    broken,
    closed,
    fails_once,
    missed,
    registered,
    virtual,
    wait,
)

STREAM = "resolution/c1"
OPENED = ["DepartmentInvited", "DepartmentInvited"]


class TestWhenAllIsWell:
    def test_records_are_applied_in_order_and_saved_once(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([registered(), acknowledged(2), missed(3)])
                assert rig.events(STREAM) == [*OPENED, "RoundStarted"]
                assert rig.data.states[STREAM].cursor == {INTAKE: 3}
                assert len(rig.data.log) == 1
                assert rig.processor.handled == 3

        virtual(story)

    def test_a_second_delivery_changes_nothing(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([registered(), acknowledged(2)])
                await rig.processor.handle([registered(), acknowledged(2)])
                assert len(rig.data.log) == 1

        virtual(story)

    def test_two_members_that_handle_the_same_records_have_one_effect(self) -> None:
        async def story() -> None:
            async with Rig() as one, Rig("departments", one.data) as two:
                batch = [registered(), acknowledged(2), missed(3)]
                await asyncio.gather(one.processor.handle(batch), two.processor.handle(batch[:2]))
                assert one.events(STREAM) == [*OPENED, "RoundStarted"]
                assert not one.data.parked

        for seed in range(20):
            virtual(story, seed)


class TestATransientFailure:
    def test_that_goes_away_within_three_tries_is_not_noticed(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.fuse.left["Open"] = 2
                await rig.processor.handle([registered(), acknowledged(2)])
                assert rig.events(STREAM) == [*OPENED, "RoundStarted"]
                assert not rig.data.parked

        virtual(story)

    def test_that_stays_is_parked_with_a_due_time_and_what_follows_waits_behind_it(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.fuse.left["Open"] = 3
                await rig.processor.handle([registered(), acknowledged(2)])
                head, behind = sorted(rig.data.parked.values(), key=lambda one: one.position)
                assert head.due is not None
                assert head.due >= NOON + DELAYS[0]
                assert (head.permanent, behind.permanent) == (False, False)
                assert behind.reason == "waits behind an earlier record"
                assert rig.events(STREAM) == []

        virtual(story)

    def test_later_records_queue_behind_it_though_they_come_in_another_batch(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.fuse.left["Open"] = 3
                await rig.processor.handle([registered()])
                await rig.processor.handle([acknowledged(2), registered(key="c2")])
                assert [name for name, _, _ in rig.parked()] == [f"{INTAKE}/complaint/c1:{seq}" for seq in (1, 2)]
                assert rig.events("resolution/c2") == OPENED

        virtual(story)


class TestARefusal:
    def test_of_the_domain_is_permanent(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.fuse.left["Open"] = 1
                rig.fuse.error = lambda what: Rejected("rule", what)
                await rig.processor.handle([registered()])
                assert rig.parked() == [(f"{INTAKE}/complaint/c1:1", "rule: Open fails", True)]
                assert rig.fuse.seen == ["Open"]

        virtual(story)


class TestAnOutage:
    @pytest.mark.parametrize("call", ["parked", "load", "append", "park"])
    def test_of_the_store_pauses_and_spends_no_attempt(self, call: str) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.store.faults = fails_once(call, Moment.BEFORE)
                await rig.processor.handle([registered(), broken(1)])
                assert rig.events(STREAM) == OPENED
                assert [permanent for _, _, permanent in rig.parked()] == [True]
                assert rig.processor.outage == ""

        virtual(story)

    def test_says_so_while_it_lasts_and_loses_nothing(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                away = True

                async def faults(call: str, _moment: Moment) -> None:
                    if away:
                        raise StoreUnavailable(call)

                rig.store.faults = faults
                handling = asyncio.ensure_future(rig.processor.handle([registered()]))
                await wait(30)
                assert rig.processor.outage
                assert not handling.done()
                away = False
                await handling
                assert (rig.processor.outage, rig.events(STREAM), rig.parked()) == ("", OPENED, [])

        virtual(story)

    def test_of_minutes_hands_the_batch_back_before_the_group_takes_it_away(self) -> None:
        async def story() -> None:
            async with Rig() as rig:

                async def faults(call: str, _moment: Moment) -> None:
                    raise StoreUnavailable(call)

                rig.store.faults = faults
                began = asyncio.get_running_loop().time()
                with pytest.raises(StoreUnavailable):
                    await rig.processor.handle([registered()])
                assert 60 < asyncio.get_running_loop().time() - began < 65
                assert rig.processor.outage

        virtual(story)


class TestAGap:
    def test_is_filled_from_the_source(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await _history(source)
                async with Rig(sources={INTAKE: StoreSource("/intake", source.store)}) as rig:
                    await rig.processor.handle([acknowledged(2)])
                    assert rig.events(STREAM) == [*OPENED, "RoundStarted"]
                    assert rig.data.states[STREAM].cursor[INTAKE] >= 2
                    assert not rig.data.parked

        virtual(story)

    def test_that_nobody_can_fill_parks_the_record_and_is_filled_when_it_is_tried_again(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await _history(source)
                gate = _Gate(source.store)
                async with Rig(sources={INTAKE: gate}) as rig:
                    await rig.processor.handle([acknowledged(2)])
                    ((_, reason, permanent),) = rig.parked()
                    assert (permanent, "missing" in reason) == (False, True)
                    gate.open = True
                    await wait(15)
                    assert await rig.parking.look() == 1
                    assert rig.events(STREAM) == [*OPENED, "RoundStarted"]
                    assert not rig.data.parked

        virtual(story)

    def test_whose_source_is_away_spends_no_attempt_however_long_it_lasts(self) -> None:
        async def story() -> None:
            async with Rig("intake") as source:
                await _history(source)
                gate = _Gate(source.store)
                async with Rig(sources={INTAKE: gate}) as rig:
                    await rig.processor.handle([acknowledged(2)])
                    rig.run(rig.parking.run())
                    await wait(100 * DELAYS[0].total_seconds())
                    ((name, reason, permanent),) = rig.parked()
                    assert (rig.data.parked[name].attempts, permanent) == (0, False)
                    assert "does not answer" in reason
                    assert gate.attempts > 2 * len(DELAYS)
                    gate.open = True
                    await wait(2 * DELAYS[0].total_seconds())
                    assert rig.events(STREAM) == [*OPENED, "RoundStarted"]
                    assert not rig.data.parked

        virtual(story)

    def test_never_lets_the_cursor_jump(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([registered(), answered(4)])
                assert rig.data.states[STREAM].cursor == {INTAKE: 1}

        virtual(story)


class TestAFanIn:
    def test_counts_each_event_once_whatever_is_delivered_twice(self) -> None:
        async def story() -> None:
            async with Rig("review") as rig:
                rig.run(rig.relay.run())
                await rig.processor.handle([registered(), closed(2)])
                source = StoreSource("/review", rig.store)
                copies = await source.pull([Want(topic="complaints.review.v1", stream="review/c1", after=0)])
                for _ in range(2):
                    await rig.processor.handle([copy.raw() for copy in copies])
                assert rig.events("theme/seller.method") == ["ComplaintCounted"]
                assert rig.events("theme/carrier.capacity") == ["ComplaintCounted"]

        virtual(story)


class _Gate:
    """A source that can be away."""

    def __init__(self, store: MemoryStore) -> None:
        self._source = StoreSource("/intake", store)
        self.open = False
        self.attempts = 0

    async def pull(self, wants: Sequence[Want]) -> list[Copy]:
        self.attempts += 1
        if not self.open:
            raise SourceUnavailable("away")
        return await self._source.pull(wants)

    async def heads(self, after: int, limit: int = 1_000) -> list[Head]:
        return await self._source.heads(after, limit)


async def _history(source: Rig) -> None:
    await source.execute(Call("complaint", "c1", Register("c1", NOON, NOON + PATIENCE)))
    await source.execute(Call("complaint", "c1", Acknowledge(NOON)))
    await source.execute(Call("complaint", "c1", Answer(NOON)))

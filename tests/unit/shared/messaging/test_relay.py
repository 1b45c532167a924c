"""The relay: in order, marked only after the acknowledgement, and nothing that a crash left is forgotten."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shared.contracts.topics import DEPARTMENTS, INTAKE, department_topic
from shared.eventsourcing.calls import Call
from shared.eventsourcing.session import Input
from shared.store.memory import Moment
from shared.store.port import StoreUnavailable
from shared.testing.simulator.toys.commands import Acknowledge, Answer, Open, Register
from tests.unit.shared.messaging.build import NOON, PATIENCE, Rig, fails_once, virtual, wait


def register(key: str = "c1") -> Call:
    return Call("complaint", key, Register(key, NOON, NOON + PATIENCE))


def at(seq: int, key: str = "c1") -> str:
    return f"complaint/{key}:{seq}@{INTAKE}"


class TestSending:
    def test_what_was_saved_is_sent_and_marked(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.relay.run())
                await rig.execute(register())
                await wait(1)
                assert rig.wire.sent == [at(1)]
                assert not rig.data.outbox

        virtual(story)

    def test_an_event_and_its_copies_are_sent(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.run(rig.relay.run())
                await rig.engine.submit([Input("resolution/c1", Open(NOON, NOON), "e", topic="t", seq=1)])
                await wait(1)
                assert rig.wire.sent == [
                    f"resolution/c1:1@{DEPARTMENTS}",
                    f"resolution/c1:1@{department_topic('seller')}",
                    f"resolution/c1:2@{DEPARTMENTS}",
                    f"resolution/c1:2@{department_topic('carrier')}",
                ]

        virtual(story)

    def test_a_commit_that_only_moves_a_cursor_sends_nothing(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.run(rig.relay.run())
                await rig.engine.submit([Input("resolution/c1", None, "e", topic="t", seq=1)])
                await wait(60)
                assert rig.wire.sent == []
                assert not rig.data.outbox

        virtual(story)


class TestWhenTheBrokerRefuses:
    def test_nothing_is_marked_and_it_is_sent_again_in_order(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.wire.refuse = {at(1)}
                rig.run(rig.relay.run())
                await rig.execute(register())
                await rig.execute(Call("complaint", "c1", Answer(NOON)))
                await wait(1)
                assert rig.wire.sent == []
                assert len(rig.data.outbox) == 2
                rig.wire.refuse = set()
                await wait(3)
                assert rig.wire.sent == [at(1), at(2)]
                assert not rig.data.outbox

        virtual(story)

    def test_it_tries_again_within_seconds_though_nothing_new_is_saved(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.wire.refuse = {at(1)}
                rig.run(rig.relay.run())
                await rig.execute(register())
                await wait(0.5)
                assert rig.wire.calls >= 2
                rig.wire.refuse = set()
                await wait(2)
                assert rig.wire.sent == [at(1)]

        virtual(story)

    def test_it_does_not_spin(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.wire.refuse = {at(1)}
                rig.run(rig.relay.run())
                await rig.execute(register())
                await wait(60)
                assert rig.wire.calls < 50

        virtual(story)

    def test_an_event_whose_copy_was_refused_is_sent_again_with_it(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                copy = f"resolution/c1:1@{department_topic('seller')}"
                rig.wire.refuse = {copy}
                rig.run(rig.relay.run())
                await rig.engine.submit([Input("resolution/c1", Open(NOON, NOON), "e", topic="t", seq=1)])
                await wait(0.01)
                assert rig.data.outbox
                rig.wire.refuse = set()
                await wait(3)
                assert copy in rig.wire.sent
                assert rig.wire.sent.count(f"resolution/c1:1@{DEPARTMENTS}") >= 2
                assert not rig.data.outbox

        virtual(story)

    def test_an_unanswered_send_is_unknown_and_sent_again(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.wire.silent = {at(1)}
                rig.run(rig.relay.run())
                await rig.execute(register())
                await wait(0.01)
                assert rig.data.outbox
                rig.wire.silent = set()
                await wait(3)
                assert rig.wire.sent[0] == rig.wire.sent[-1] == at(1)
                assert not rig.data.outbox

        virtual(story)


class TestWhatACrashLeft:
    def test_kill9_between_store_and_publish_is_repaired_at_the_next_start(self) -> None:
        async def story() -> None:
            async with Rig("intake") as before:
                await before.execute(register())
                await before.execute(Call("complaint", "c1", Answer(NOON)))
            async with Rig("intake", before.data) as after:
                after.run(after.relay.run())
                await wait(1)
                assert after.wire.sent == [at(1), at(2)]

        virtual(story)

    def test_a_write_without_an_answer_is_sent_by_the_sweeper(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.relay.run())
                await wait(1)
                await _unanswered(rig, register())
                await wait(1)
                assert rig.wire.sent == []
                await wait(12)
                assert rig.wire.sent == [at(1)]

        virtual(story)

    def test_the_sweeper_works_under_steady_load_too(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.relay.run())
                await _unanswered(rig, register())
                for number in range(30):
                    await rig.execute(register(f"d{number}"))
                    await wait(1)
                assert at(1) in rig.wire.sent

        virtual(story)

    def test_the_sweeper_repairs_the_state_too(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.relay.run())
                await wait(1)
                await _unanswered(rig, register(), Moment.BETWEEN)
                await wait(12)
                assert rig.data.states["complaint/c1"].next_due == NOON + PATIENCE

        virtual(story)

    def test_a_later_commit_takes_the_whole_unpublished_prefix_with_it(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.run(rig.relay.run())
                await wait(1)
                await _unanswered(rig, register())
                await rig.execute(Call("complaint", "c1", Answer(NOON)))
                await wait(1)
                assert rig.wire.sent == [at(1), at(2)]

        virtual(story)

    def test_what_another_process_left_goes_before_what_this_one_saved(self) -> None:
        async def story() -> None:
            async with Rig("intake") as dead:
                await dead.execute(register())
                async with Rig("intake", dead.data) as alive:
                    await alive.execute(Call("complaint", "c1", Answer(NOON)))
                    await dead.execute(Call("complaint", "c1", Acknowledge(NOON)))
                    alive.run(alive.relay.run())
                    await wait(10)
                    assert alive.wire.sent == [at(1), at(2), at(3)]

        virtual(story)

    def test_machines_whose_clocks_differ_do_not_make_it_skip_the_beginning(self) -> None:
        async def story() -> None:
            ahead = Rig("intake", skew=timedelta(minutes=5))
            async with ahead:
                await _unanswered(ahead, register())
                async with Rig("intake", ahead.data) as other:
                    await _unanswered(other, Call("complaint", "c1", Answer(NOON)))
                    await wait(30)
                    await other.relay._sweep()
                    other.run(other.relay.run())
                    await wait(1)
                    assert other.wire.sent == [at(1), at(2)]

        virtual(story)


class TestStopping:
    def test_in_the_instant_of_a_wake_up_is_obeyed(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                relay = rig.run(rig.relay.run())
                await wait(1)
                saving = asyncio.ensure_future(rig.execute(register()))
                while not rig.saved:  # noqa: ASYNC110 - the instant itself is the point
                    await asyncio.sleep(0)
                relay.cancel()
                await asyncio.wait([relay], timeout=10)
                assert relay.cancelled()
                await saving

        for seed in range(40):
            virtual(story, seed)


class TestWhenTheStoreFails:
    def test_what_could_not_be_marked_is_sent_twice_and_not_lost(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.store.faults = fails_once("mark_published", Moment.BEFORE)
                rig.run(rig.relay.run())
                await rig.execute(register())
                await wait(3)
                assert rig.wire.sent == [at(1), at(1)]
                assert not rig.data.outbox

        virtual(story)


class TestWhenTooMuchWaitsInMemory:
    def test_nothing_overtakes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shared.messaging.relay.MOST_QUEUED", 3)

        async def story() -> None:
            async with Rig("intake") as rig:
                keys = [f"c{number}" for number in range(6)]
                await rig.execute.many([register(key) for key in keys])
                for key in keys:
                    await rig.execute(Call("complaint", key, Answer(NOON)))
                assert rig.relay.queued <= 3
                rig.run(rig.relay.run())
                await wait(5)
                for key in keys:
                    assert [name for name in rig.wire.sent if f"/{key}:" in name] == [at(1, key), at(2, key)]
                assert not rig.data.outbox

        virtual(story)


async def _unanswered(rig: Rig, call: Call, moment: Moment = Moment.AFTER) -> None:
    """Save something without hearing of it."""
    rig.store.faults = fails_once("append", moment)
    with pytest.raises(StoreUnavailable):
        await rig.execute(call)

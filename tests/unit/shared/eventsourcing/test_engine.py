"""The engine: batches, conflicts between processes, what it may answer from memory."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from shared.eventsourcing.calls import Call, KeyReused, Outcome, VersionConflict
from shared.eventsourcing.decider import Rejected
from shared.eventsourcing.engine import StateUnreadable
from shared.eventsourcing.session import BLOCKED, DUPLICATE, Failed, Gap, Input
from shared.store.memory import Moment
from shared.store.port import StoreUnavailable
from shared.testing.simulator.toys.commands import Acknowledge, Answer, Close, Hear, Open, Register
from tests.unit.shared.messaging.build import NOON, PATIENCE, Rig, fails_once, virtual

STREAM = "complaint/c1"


def register(key: str = "c1", command_id: str = "", digest: str = "", expected: int | None = None) -> Call:
    command = Register(key, NOON, NOON + PATIENCE)
    return Call("complaint", key, command, command_id=command_id, digest=digest, expected=expected)


def input_of(seq: int, topic: str = "t", stream: str = "resolution/c1") -> Input:
    command: object = Open(NOON, NOON + PATIENCE) if seq == 1 else Hear(NOON)
    return Input(stream, command, f"cause {seq}", topic=topic, seq=seq)


class TestWhenACommandCameBefore:
    def test_the_same_key_gets_the_same_answer_and_nothing_happens_again(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                first = await rig.execute(register(command_id="k"))
                again = await rig.execute(register(command_id="k"))
                assert (first.repeated, again.repeated) == (False, True)
                assert (again.key, again.version) == (first.key, first.version)
                assert rig.events(STREAM) == ["ComplaintRegistered"]

        virtual(story)

    def test_twice_in_one_batch_isfails_once(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                first, again = await rig.execute.many([register(command_id="k"), register(command_id="k")])
                assert isinstance(first, Outcome)
                assert isinstance(again, Outcome)
                assert (first.repeated, again.repeated) == (False, True)
                assert len(rig.data.log) == 1

        virtual(story)

    def test_the_same_key_with_another_body_is_refused_and_names_the_first(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                await rig.execute(register(command_id="k", digest="one"))
                with pytest.raises(KeyReused) as refused:
                    await rig.execute(register(command_id="k", digest="two"))
                assert refused.value.stream == STREAM

        virtual(story)

    def test_a_restarted_process_knows_it_too(self) -> None:
        async def story() -> None:
            async with Rig("intake") as before:
                await before.execute(register(command_id="k"))
            async with Rig("intake", before.data) as after:
                assert (await after.execute(register(command_id="k"))).repeated

        virtual(story)


class TestWhenTheCallerSawAnOldVersion:
    def test_it_is_told_the_current_one_and_nothing_is_saved(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                await rig.execute(register())
                with pytest.raises(VersionConflict) as conflict:
                    await rig.execute(Call("complaint", "c1", Acknowledge(NOON), expected=0))
                assert conflict.value.current == 1
                assert rig.events(STREAM) == ["ComplaintRegistered"]

        virtual(story)


class TestWhenEventsArrive:
    def test_an_event_that_came_before_is_a_duplicate(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.engine.submit([input_of(1)])
                assert await rig.engine.submit([input_of(1)]) == [DUPLICATE]
                assert len(rig.data.log) == 1

        virtual(story)

    def test_an_event_too_early_is_a_gap_and_does_not_advance(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                first, early = await rig.engine.submit([input_of(1), input_of(3)])
                assert isinstance(first, Outcome)
                assert early == Gap(1)
                assert rig.data.log[-1].cursor == {"t": 1}

        virtual(story)

    def test_after_one_that_fails_the_later_ones_of_its_stream_wait_and_others_go_on(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.fuse.left["Open"] = 1
                inputs = [input_of(1), input_of(2), input_of(1, stream="resolution/c2")]
                failed, behind, other = await rig.engine.submit(inputs)
                assert isinstance(failed, Failed)
                assert behind is BLOCKED
                assert isinstance(other, Outcome)
                assert {commit.stream for commit in rig.data.log} == {"resolution/c2"}

        virtual(story)

    def test_all_of_one_stream_in_a_batch_is_one_commit(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.engine.submit([input_of(1), input_of(2), input_of(3)])
                (commit,) = rig.data.log
                assert (commit.cursor, commit.version) == ({"t": 3}, 3)

        virtual(story)


class TestWhenTwoProcessesWorkOnOneStream:
    def test_the_loser_of_the_compare_and_set_decides_again_on_the_winners_state(self) -> None:
        async def story() -> None:
            async with Rig("intake") as one, Rig("intake", one.data) as two:
                await asyncio.gather(one.execute(register()), two.execute(register()))
                assert one.events(STREAM) == ["ComplaintRegistered"]

        virtual(story)

    def test_whatever_the_schedule_both_commands_are_carried_out_once(self) -> None:
        async def story() -> None:
            async with Rig("intake") as one, Rig("intake", one.data) as two:
                await one.execute(register())
                await asyncio.gather(
                    one.execute(Call("complaint", "c1", Acknowledge(NOON))),
                    two.execute(Call("complaint", "c1", Answer(NOON))),
                )
                assert sorted(one.events(STREAM)) == ["AnswerSent", "ComplaintAcknowledged", "ComplaintRegistered"]
                assert [commit.number for commit in one.data.log] == [1, 2, 3]

        for seed in range(20):
            virtual(story, seed)

    def test_a_refusal_is_not_given_from_a_memory_that_is_out_of_date(self) -> None:
        async def story() -> None:
            async with Rig("intake") as one, Rig("intake", one.data) as two:
                await one.execute(register())
                with pytest.raises(Rejected):
                    await two.execute(Call("complaint", "c1", Close(NOON)))
                await one.execute(Call("complaint", "c1", Answer(NOON)))
                closed = await two.execute(Call("complaint", "c1", Close(NOON)))
                assert closed.version == 3

        virtual(story)

    def test_an_old_version_is_not_taken_for_the_current_one(self) -> None:
        async def story() -> None:
            async with Rig("intake") as one, Rig("intake", one.data) as two:
                await one.execute(register())
                await two.execute(register())
                await one.execute(Call("complaint", "c1", Answer(NOON)))
                with pytest.raises(VersionConflict):
                    await two.execute(Call("complaint", "c1", Register("c1", NOON, NOON), expected=1))

        virtual(story)

    def test_a_gap_is_not_seen_where_the_other_has_filled_it(self) -> None:
        async def story() -> None:
            async with Rig() as one, Rig("departments", one.data) as two:
                await one.engine.submit([input_of(1)])
                await two.engine.submit([input_of(1)])
                await one.engine.submit([input_of(2)])
                (result,) = await two.engine.submit([input_of(3)])
                assert isinstance(result, Outcome)

        virtual(story)


class TestWhenTheStoreFails:
    def test_the_caller_is_told_that_nothing_is_known(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.store.faults = fails_once("append", Moment.BEFORE)
                with pytest.raises(StoreUnavailable):
                    await rig.execute(register(command_id="k"))
                assert not (await rig.execute(register(command_id="k"))).repeated

        virtual(story)

    def test_a_write_without_an_answer_is_found_when_the_command_comes_again(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.store.faults = fails_once("append", Moment.AFTER)
                with pytest.raises(StoreUnavailable):
                    await rig.execute(register(command_id="k"))
                assert (await rig.execute(register(command_id="k"))).repeated
                assert len(rig.data.log) == 1

        virtual(story)

    def test_the_next_reader_repairs_a_state_that_lags_behind_its_commits(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                rig.store.faults = fails_once("append", Moment.BETWEEN)
                with pytest.raises(StoreUnavailable):
                    await rig.execute(register(command_id="k"))
                assert STREAM not in rig.data.states
                await rig.execute(register(command_id="k"))
                assert rig.data.states[STREAM].version == 1
                assert rig.data.states[STREAM].next_due == NOON + PATIENCE

        virtual(story)

    def test_refreshing_repairs_it_without_a_reader_and_leaves_sound_states_alone(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                await rig.execute(register("c2"))
                rig.store.faults = fails_once("append", Moment.BETWEEN)
                with pytest.raises(StoreUnavailable):
                    await rig.execute(register())
                await rig.engine.refresh([STREAM, "complaint/c2"])
                assert rig.data.states[STREAM].version == 1
                assert [commit.stream for commit in rig.data.log] == ["complaint/c2", STREAM, STREAM]

        virtual(story)


class TestWhenOneStreamIsBroken:
    def test_an_unreadable_state_fails_alone(self) -> None:
        async def story() -> None:
            async with Rig("intake") as rig:
                await rig.execute.many([register(), register("c2")])
                rig.data.states[STREAM] = dataclasses.replace(rig.data.states[STREAM], state=b'{"phase":"lost"}')
            async with Rig("intake", rig.data) as after:
                calls = [Call("complaint", key, Acknowledge(NOON)) for key in ("c1", "c2")]
                broken, sound = await after.execute.many(calls)
                assert isinstance(broken, StateUnreadable)
                assert isinstance(sound, Outcome)

        virtual(story)

    def test_a_state_whose_index_cannot_be_computed_fails_alone(self) -> None:
        def index(_state: object) -> dict[str, str | int | list[str]]:
            raise ZeroDivisionError

        async def story() -> None:
            async with Rig("intake") as rig:
                (decider,) = rig.definition.deciders
                rig.engine._deciders["complaint"] = dataclasses.replace(decider, index=index)
                with pytest.raises(ZeroDivisionError):
                    await rig.execute(register())
                rig.engine._deciders["complaint"] = decider
                assert (await rig.execute(register())).version == 1

        virtual(story)

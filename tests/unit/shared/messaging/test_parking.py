"""Lines of parked records: tried again when due, in order, given up only by a person."""

from __future__ import annotations

from datetime import timedelta

from shared.contracts.topics import INTAKE
from shared.messaging.processor import DELAYS, QUICK_TRIES
from shared.store.memory import Moment
from shared.store.port import Skipped
from tests.unit.shared.messaging.build import (
    NOON,
    Rig,
    acknowledged,
    broken,
    fails_once,
    path_of,
    registered,
    virtual,
    wait,
)

STREAM = "resolution/c1"
APPLIED = ["DepartmentInvited", "DepartmentInvited", "RoundStarted"]
HEAD, SECOND = f"{INTAKE}/complaint/c1:1", f"{INTAKE}/complaint/c1:2"


async def parked_behind(rig: Rig, failures: int) -> None:
    """A head that fails so many times more, and a sound record behind it."""
    rig.fuse.left["Open"] = QUICK_TRIES
    await rig.processor.handle([registered(), acknowledged(2)])
    assert [name for name, _, _ in rig.parked()] == [HEAD, SECOND]
    rig.fuse.left["Open"] = failures


class TestWhenTheHeadIsDue:
    def test_nothing_is_tried_before(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await parked_behind(rig, failures=0)
                await wait(DELAYS[0].total_seconds() - 1)
                assert await rig.parking.look() == 0
                assert len(rig.parked()) == 2

        virtual(story)

    def test_the_whole_line_is_applied_in_order(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await parked_behind(rig, failures=0)
                await wait(DELAYS[0].total_seconds() + 1)
                assert await rig.parking.look() == 2
                assert rig.events(STREAM) == APPLIED
                assert not rig.data.parked

        virtual(story)

    def test_a_head_that_fails_again_keeps_its_place_and_waits_longer(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await parked_behind(rig, failures=QUICK_TRIES)
                await wait(DELAYS[0].total_seconds() + 1)
                assert await rig.parking.look() == 0
                head = rig.data.parked[HEAD]
                assert (head.position, head.attempts) == (1, 2)
                assert head.due is not None
                assert head.due - rig.clock.now() == DELAYS[1]
                assert [name for name, _, _ in rig.parked()] == [HEAD, SECOND]
                assert rig.events(STREAM) == []

        virtual(story)

    def test_after_the_last_delay_a_person_must_act(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await parked_behind(rig, failures=100)
                for delay in DELAYS:
                    await wait(delay.total_seconds() + 1)
                    await rig.parking.look()
                assert rig.data.parked[HEAD].permanent
                await wait(timedelta(days=1).total_seconds())
                seen = len(rig.fuse.seen)
                assert await rig.parking.look() == 0
                assert len(rig.fuse.seen) == seen

        virtual(story)

    def test_a_crash_between_applying_and_taking_out_applies_once(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await parked_behind(rig, failures=0)
                await wait(11)
                rig.store.faults = fails_once("unpark", Moment.BEFORE)
                rig.run(rig.parking.run())
                await wait(5)
                assert rig.events(STREAM) == APPLIED
                assert not rig.data.parked

        virtual(story)

    def test_what_arrives_meanwhile_goes_to_the_end_of_the_line(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.fuse.left["Open"] = QUICK_TRIES
                await rig.processor.handle([registered()])
                await rig.processor.handle([acknowledged(2)])
                await wait(11)
                await rig.parking.look()
                assert rig.events(STREAM) == APPLIED

        virtual(story)


class TestAPersonRetries:
    def test_a_permanent_record_and_the_line_goes_on(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await parked_behind(rig, failures=100)
                for delay in DELAYS:
                    await wait(delay.total_seconds() + 1)
                    await rig.parking.look()
                rig.fuse.left["Open"] = 0
                assert await rig.parking.retry([HEAD]) == {HEAD: ""}
                assert rig.events(STREAM) == APPLIED
                assert not rig.data.parked

        virtual(story)

    def test_in_vain_and_reads_why(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(0)])
                outcome = await rig.parking.retry([path_of(broken(0))])
                assert outcome == {path_of(broken(0)): "header ce_id is missing"}
                assert [permanent for _, _, permanent in rig.parked()] == [True]

        virtual(story)

    def test_an_unknown_record_which_is_left_out(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                assert await rig.parking.retry(["nothing"]) == {}

        virtual(story)

    def test_one_that_waits_behind_another_and_is_told_so(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(0), registered()])
                assert await rig.parking.retry([HEAD]) == {
                    HEAD: f"waits behind {path_of(broken(0))}: try that one first"
                }
                assert rig.events(STREAM) == []

        virtual(story)

    def test_a_whole_line_at_once_and_what_went_on_by_itself_counts_as_applied(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await parked_behind(rig, failures=0)
                assert await rig.parking.retry([HEAD, SECOND]) == {HEAD: "", SECOND: ""}
                assert rig.events(STREAM) == APPLIED
                assert await rig.parking.retry([HEAD, SECOND]) == {}
                assert rig.events(STREAM) == APPLIED

        virtual(story)


class TestAPersonSkips:
    def test_bytes_without_a_place_and_the_line_goes_on(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(0), registered(), acknowledged(2)])
                first = path_of(broken(0))
                assert await rig.parking.skip([first], "a test record") == [first]
                assert rig.events(STREAM) == APPLIED
                assert not rig.data.parked

        virtual(story)

    def test_an_event_with_a_place_and_the_cursor_moves_over_it(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                unreadable = registered()._replace(value=b"{}")
                await rig.processor.handle([unreadable])
                await rig.parking.skip([HEAD], "cannot be mended")
                assert rig.data.passed[STREAM] == {INTAKE: 1}
                assert rig.events(STREAM) == []
                assert not rig.data.parked

        virtual(story)

    def test_a_number_that_nobody_gave_out_and_the_line_behind_it_goes_on(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                invented = registered(500_000)._replace(value=b"{}")
                await rig.processor.handle([invented, registered(), acknowledged(2)])
                first = f"{INTAKE}/complaint/c1:500000"
                assert await rig.parking.skip([f"{INTAKE}/complaint/c1:2"], "not the head") == []
                assert await rig.parking.skip([first], "made up") == [first]
                assert rig.data.states[STREAM].cursor == {INTAKE: 2}
                assert rig.events(STREAM) == APPLIED
                assert not rig.data.parked

        virtual(story)

    def test_and_whoever_dies_before_the_cursor_moved_has_it_passed_over_when_it_is_met_again(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                unreadable = registered()._replace(value=b"{}")
                await rig.processor.handle([unreadable])
                (head,) = await rig.store.parked_behind("c1")
                await rig.store.skip([Skipped(head, "cannot be mended", "care", NOON)])
                assert STREAM not in rig.data.states
                assert await rig.processor.handle([unreadable]) == 0
                assert rig.data.passed[STREAM] == {INTAKE: 1}
                assert not rig.data.parked

        virtual(story)

    def test_bytes_without_a_place_and_when_they_come_again_they_stay_given_up(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(0)])
                assert await rig.parking.skip([path_of(broken(0))], "a test record") == [path_of(broken(0))]
                assert await rig.processor.handle([broken(0), registered()]) == 0
                assert not rig.data.parked

        virtual(story)

    def test_and_when_it_comes_again_it_stays_given_up(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                unreadable = registered()._replace(value=b"{}")
                await rig.processor.handle([unreadable])
                assert await rig.parking.skip([HEAD], "cannot be mended", "care") == [HEAD]
                assert await rig.processor.handle([unreadable]) == 0
                assert not rig.data.parked
                assert [(one.record.id, one.why, one.by) for one in rig.data.skipped.values()] == [
                    (HEAD, "cannot be mended", "care")
                ]
                assert await rig.parking.skip([HEAD], "once more") == []

        virtual(story)


class TestRunning:
    def test_it_looks_by_itself(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                rig.run(rig.parking.run())
                await parked_behind(rig, failures=0)
                await wait(15)
                assert rig.events(STREAM) == APPLIED
                assert rig.clock.now() < NOON + timedelta(seconds=20)

        virtual(story)

"""Which parked records an operator means, and how they are counted by cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.contracts.topics import INTAKE, ROUTING
from shared.messaging.parked_selection import Selection, cause_of, counted
from shared.store.port import Parked
from shared.testing.commits import NOON, parked
from tests.unit.shared.messaging.build import Rig, broken, path_of, registered, virtual

RECORD = parked("1", "c1", reason="It is not UTF-8 at byte 17", permanent=True)


class TestAChoice:
    @pytest.mark.parametrize(
        "choice",
        [
            Selection(),
            Selection(complaint="c1"),
            Selection(topic=INTAKE),
            Selection(reason="utf-8"),
            Selection(cause="It is not UTF-8 at byte …"),
            Selection(permanent=True),
            Selection(heads=True),
        ],
    )
    def test_takes_what_fits(self, choice: Selection) -> None:
        assert choice.takes(RECORD, head=True)

    @pytest.mark.parametrize(
        "choice",
        [
            Selection(complaint="c2"),
            Selection(topic=ROUTING),
            Selection(reason="JSON"),
            Selection(cause="It is not UTF-8"),
            Selection(permanent=False),
            Selection(heads=True),
        ],
    )
    def test_leaves_what_does_not(self, choice: Selection) -> None:
        assert not choice.takes(RECORD, head=False)


class TestCauses:
    def test_are_equal_where_only_the_records_own_numbers_differ(self) -> None:
        assert cause_of(RECORD) == cause_of(replace(RECORD, reason="It is not UTF-8 at byte 4"))

    def test_keep_what_names_the_fault(self) -> None:
        reason = "ComplaintRegistered came as version '9'; this service reads ComplaintRegistered.v1"
        assert cause_of(replace(RECORD, reason=reason)) == reason

    def test_are_counted_the_largest_first(self) -> None:
        others = [
            parked(str(n), f"c{n % 2}", reason=f"the last one is {n}", at=NOON - timedelta(hours=n)) for n in range(3)
        ]
        first, second = counted([RECORD, *others])
        assert (first.cause, first.records, first.permanent, first.complaints) == ("the last one is …", 3, 0, 2)
        assert (first.since, first.example) == (NOON - timedelta(hours=2), "0")
        assert (second.records, second.permanent) == (1, 1)


def _of(records: list[Parked]) -> list[tuple[str, int]]:
    return [(record.key, record.position) for record in records]


class TestChoosing:
    def test_pages_through_the_heads_of_lines_wherever_a_page_ends(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                for key in ("c1", "c2", "c3"):
                    await rig.processor.handle([broken(0, key), registered(1, key)])
                heads = Selection(heads=True)
                assert _of(await rig.parking.select(heads, limit=9)) == [("c1", 1), ("c2", 1), ("c3", 1)]
                (first,) = await rig.parking.select(heads, limit=1)
                assert _of(await rig.parking.select(heads, after=first.id, limit=9)) == [("c2", 1), ("c3", 1)]
                behind = f"{INTAKE}/complaint/c1:1"
                assert _of(await rig.parking.select(heads, after=behind, limit=9)) == [("c2", 1), ("c3", 1)]

        virtual(story)

    def test_shows_more_than_one_page_of_the_store(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(n, f"c{n:03}") for n in range(250)])
                assert len([record async for record in rig.parking.records()]) == 250

        virtual(story)

    def test_finds_one_record_in_its_line(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(0), registered()])
                head = await rig.parking.find(path_of(broken(0)))
                assert head is not None
                assert head.head == head.record
                assert [later.id for later in head.behind] == [f"{INTAKE}/complaint/c1:1"]
                last = await rig.parking.find(f"{INTAKE}/complaint/c1:1")
                assert last is not None
                assert (last.head, list(last.behind)) == (head.record, [])
                assert await rig.parking.find("nothing") is None

        virtual(story)

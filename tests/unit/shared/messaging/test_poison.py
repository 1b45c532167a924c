"""Records that can never be applied: parked once, closing their own complaint only."""

from __future__ import annotations

from shared.contracts.departments import RESOLUTIONS
from shared.contracts.intake import ComplaintRegistered
from shared.contracts.topics import INTAKE
from shared.eventsourcing.definition import Definition, Listen
from shared.messaging.parse import Poison, Raw, Reader
from tests.unit.shared.messaging.build import (
    NOON,
    Rig,
    acknowledged,
    broken,
    path_of,
    registered,
    virtual,
)

STREAM = "resolution/c1"
OPENED = ["DepartmentInvited", "DepartmentInvited"]


class TestPoison:
    def test_is_parked_at_once_with_its_bytes_and_a_reason(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(7)])
                ((name, reason, permanent),) = rig.parked()
                assert (name, permanent) == (path_of(broken(7)), True)
                assert reason == "header ce_id is missing"
                assert rig.data.parked[name].value == b"\xff\xfe"

        virtual(story)

    def test_with_a_sequence_no_number_can_hold_is_parked_too(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                headers = [(n, b"9" * 5000 if n == "ce_sequence" else v) for n, v in registered().headers]
                await rig.processor.handle([registered()._replace(headers=headers), registered(key="c2")])
                assert [permanent for _, _, permanent in rig.parked()] == [True]
                assert rig.events("resolution/c2") == OPENED

        virtual(story)

    def test_at_the_same_place_of_a_broker_that_began_anew_is_another_record(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(0)])
                await rig.processor.handle([broken(0)._replace(value=b"other", key=b"c9")])
                assert len(rig.parked()) == 2

        virtual(story)

    def test_closes_its_own_complaint_only(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(0), registered(), registered(key="c2")])
                assert rig.events("resolution/c2") == OPENED
                assert rig.events(STREAM) == []
                assert [permanent for _, _, permanent in rig.parked()] == [True, False]

        virtual(story)

    def test_what_came_before_it_in_the_batch_is_applied(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([registered(), broken(1), acknowledged(2)])
                assert rig.events(STREAM) == OPENED
                assert [name for name, _, _ in rig.parked()] == [path_of(broken(1)), f"{INTAKE}/complaint/c1:2"]

        virtual(story)

    def test_delivered_twice_is_parked_once(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                await rig.processor.handle([broken(0), registered()])
                await rig.processor.handle([broken(0), registered()])
                assert len(rig.parked()) == 2

        virtual(story)

    def test_of_two_complaints_from_a_source_is_parked_for_each(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                copies = [_unreadable(registered(key=key)) for key in ("c1", "c2")]
                await rig.processor.handle(copies)
                assert [name for name, _, _ in rig.parked()] == [f"{INTAKE}/complaint/{k}:1" for k in ("c1", "c2")]

        virtual(story)

    def test_that_bears_the_name_of_another_complaints_event_does_not_take_its_place(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                stray = registered(key="c1")._replace(key=b"c2", offset=5)
                await rig.processor.handle([stray, broken(6), registered()])
                names = {name for name, _, _ in rig.parked()}
                assert names == {path_of(stray), path_of(broken(6)), f"{INTAKE}/complaint/c1:1"}

        virtual(story)

    def test_a_reason_never_quotes_the_record(self) -> None:
        async def story() -> None:
            async with Rig() as rig:
                record = registered()
                await rig.processor.handle([record._replace(value=b'{"at":"Maria Silva","by":5}')])
                ((_, reason, _),) = rig.parked()
                assert "Maria" not in reason
                assert "at:" in reason

        virtual(story)


def _unreadable(raw: Raw) -> Raw:
    """A record as a source gives it, in a schema that this reader does not know."""
    return raw._replace(value=b"{}", partition=-1, offset=-1)


class TestWhenOurOwnCodeFailsOnARecord:
    def test_that_record_is_poison_and_its_words_are_not_repeated(self) -> None:
        def breaks(_incoming: object) -> object:
            raise ValueError("somebody's words")

        reader = Reader(Definition("departments", [RESOLUTIONS], [Listen(ComplaintRegistered, breaks)]))
        read = reader.read(registered(), NOON)
        assert isinstance(read, Poison)
        assert read.reason == "ComplaintRegistered.v1: ValueError"

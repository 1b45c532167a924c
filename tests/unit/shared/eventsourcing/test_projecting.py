"""A service that only projects: no streams of its own, rows folded from others' events, built anew when asked."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from shared.contracts import intake
from shared.contracts.event import StreamType
from shared.contracts.part import Part, replace
from shared.contracts.topics import INTAKE
from shared.eventsourcing.calls import Call
from shared.eventsourcing.definition import Definition
from shared.eventsourcing.projector import Projector
from shared.messaging.parse import Read, Reader
from shared.messaging.rebuild import drop_rows
from shared.messaging.sources import StoreSource
from shared.testing.simulator.toys.commands import Register
from tests.unit.shared.messaging.build import NOON, PATIENCE, Rig, acknowledged, registered, virtual, wait


class Desk(Part):
    """How much came in by one channel."""

    complaints: int = 0


DESKS: Final = StreamType(service="portal", topic="", kind="desk")
BY_CHANNEL: Final[Projector[Desk]] = Projector(
    rows=DESKS,
    initial=Desk(),
    on={intake.ComplaintRegistered: lambda row, _event: replace(row, complaints=row.complaints + 1)},
    key=lambda event, _complaint: event.channel,
    row=TypeAdapter(Desk),
    index=lambda row: {"complaints": row.complaints},
)
PORTAL: Final = Definition("portal", (), projectors=(BY_CHANNEL,))


async def rows(rig: Rig) -> dict[str, int]:
    found = (await rig.store.find("desk")).items
    return {snapshot.stream: Desk.model_validate_json(snapshot.state).complaints for snapshot in found}


class TestAServiceThatOnlyProjects:
    def test_reads_the_topics_of_its_events_and_has_none_of_its_own(self) -> None:
        assert PORTAL.topics == ()
        assert PORTAL.sources == {intake.COMPLAINTS.topic: "intake"}
        assert PORTAL.main is None

    def test_takes_an_event_into_the_row_that_it_belongs_to(self) -> None:
        found = Reader(PORTAL).read(registered(), NOON)
        assert isinstance(found, Read)
        assert [(one.stream, one.command_id) for one in found.inputs] == [("desk/web", "complaint/c1:1>desk/web")]

    def test_counts_each_event_once_and_publishes_nothing(self) -> None:
        async def story() -> None:
            async with Rig(definition=PORTAL) as rig:
                await rig.processor.handle([registered(), acknowledged(), registered()])
                await rig.processor.handle([registered(), registered(key="c2")])
                assert await rows(rig) == {"desk/web": 2}
                assert await rig.store.unpublished() == []
                assert rig.wire.sent == []

        virtual(story)

    def test_has_built_its_rows_anew_when_the_logs_were_compared(self) -> None:
        async def story() -> None:
            async with Rig("intake") as intake_rig:
                for key in ("c1", "c2"):
                    command = Register(key, NOON, NOON + PATIENCE)
                    await intake_rig.execute(Call("complaint", key, command))
                source = StoreSource("/intake", intake_rig.store)
                async with Rig(definition=PORTAL, sources={INTAKE: source}) as rig:
                    await wait(600)
                    assert await rig.antientropy.look(rig.clock.now()) == 2
                    assert await rig.antientropy.look(rig.clock.now()) == 0
                    await drop_rows(PORTAL, rig.antientropy, rig.store)
                    assert await rows(rig) == {}
                    assert await rig.antientropy.look(rig.clock.now()) == 2
                    assert await rows(rig) == {"desk/web": 2}

        virtual(story)

    def test_goes_back_to_the_beginning_also_after_a_crash(self) -> None:
        async def story() -> None:
            async with Rig("intake") as intake_rig:
                await intake_rig.execute(Call("complaint", "c1", Register("c1", NOON, NOON + PATIENCE)))
                sources = {INTAKE: StoreSource("/intake", intake_rig.store)}
                async with Rig(definition=PORTAL, sources=sources) as killed:
                    await wait(600)
                    await killed.antientropy.look(killed.clock.now())
                    await drop_rows(PORTAL, killed.antientropy, killed.store)
                async with Rig(definition=PORTAL, data=killed.data, sources=sources) as rig:
                    await rig.antientropy.look(rig.clock.now())
                    assert await rows(rig) == {"desk/web": 1}

        virtual(story)

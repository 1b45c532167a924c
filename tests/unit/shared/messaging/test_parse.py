"""What a record means to a service, whichever version of its event it is in."""

from __future__ import annotations

from typing import Any, Final

import pytest

from shared.contracts import intake
from shared.contracts.departments import RESOLUTIONS
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.review import THEMES
from shared.contracts.topics import INTAKE
from shared.eventsourcing.definition import Definition, FanIn, Incoming, Listen
from shared.messaging.parse import SKIPPED, Poison, Raw, Read, Reader
from tests.unit.shared.contracts.build import GRUMBLED, Rename, renew, retire
from tests.unit.shared.messaging.build import NOON, registered

WAY: Final = Rename("way", "channel")


def a_reader(received: list[Event], *, fans_in: bool = False) -> Reader:
    """A service that takes note of registrations."""

    def hear(incoming: Incoming[Any]) -> object:
        received.append(incoming.event)
        return incoming.event

    def spread(incoming: Incoming[Any]) -> list[tuple[str, object]]:
        return [("seller", hear(incoming))]

    event = intake.ComplaintRegistered
    return Reader(
        Definition(
            "departments",
            [RESOLUTIONS],
            [] if fans_in else [Listen(event, hear)],
            [FanIn(event, THEMES, spread)] if fans_in else [],
        )
    )


def as_it_was(raw: Raw, name: str) -> Raw:
    """The record as an earlier writer wrote it."""
    headers = Envelope.parse(raw.headers)._replace(type=name).headers()
    return raw._replace(value=WAY.back(raw.value), headers=tuple(headers))


class TestARecordInAnOlderVersion:
    def test_is_heard_as_today_under_its_own_id_and_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        old = renew(monkeypatch, intake.ComplaintRegistered, WAY)
        received: list[Event] = []
        reader = a_reader(received)
        today, before = reader.read(registered(), NOON), reader.read(as_it_was(registered(), old), NOON)
        assert isinstance(today, Read)
        assert isinstance(before, Read)
        assert received[0] == received[1]
        assert before.inputs == today.inputs
        assert (before.envelope.id, before.envelope.type) == ("complaint/c1:1", old)
        assert reader.unknown == {}

    def test_may_have_had_another_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        retire(monkeypatch, GRUMBLED, intake.ComplaintRegistered, WAY)
        received: list[Event] = []
        read = a_reader(received).read(as_it_was(registered(), GRUMBLED), NOON)
        assert isinstance(read, Read)
        assert [type(event) for event in received] == [intake.ComplaintRegistered]

    def test_fans_in_as_today(self, monkeypatch: pytest.MonkeyPatch) -> None:
        old = renew(monkeypatch, intake.ComplaintRegistered, WAY)
        received: list[Event] = []
        reader = a_reader(received, fans_in=True)
        read = reader.read(as_it_was(registered(), old), NOON)
        assert isinstance(read, Read)
        assert [one.command_id for one in read.inputs] == ["complaint/c1:1>theme/seller"]
        assert reader.fans_in(INTAKE, "complaint", [old])
        assert not reader.fans_in(INTAKE, "complaint", ["PromiseMade.v1"])

    def test_that_does_not_fit_its_upcaster_is_poison(self, monkeypatch: pytest.MonkeyPatch) -> None:
        old = renew(monkeypatch, intake.ComplaintRegistered, WAY)
        raw = as_it_was(registered(), old)._replace(value=b"{}")
        read = a_reader([]).read(raw, NOON)
        assert isinstance(read, Poison)
        assert read.reason == (
            "ComplaintRegistered.v1: it does not fit its schema: "
            "value: it cannot be turned into ComplaintRegistered.v2: KeyError"
        )


class TestARecordInAVersionThatIsNotKnown:
    def test_is_poison_also_where_all_its_known_versions_are_retired(self, monkeypatch: pytest.MonkeyPatch) -> None:
        retire(monkeypatch, GRUMBLED, intake.ComplaintRegistered, WAY)
        read = a_reader([]).read(as_it_was(registered(), "CustomerGrumbled.v2"), NOON)
        assert isinstance(read, Poison)
        assert read.reason == "CustomerGrumbled came as version '2'; this service reads CustomerGrumbled.v1"

    def test_of_a_type_that_was_never_known_is_no_poison(self) -> None:
        reader = a_reader([], fans_in=True)
        assert reader.read(as_it_was(registered(), GRUMBLED), NOON) == SKIPPED
        assert reader.unknown == {GRUMBLED: 1}

"""A release is rolled out service by service: old readers meet new writers, and the other way round."""

from __future__ import annotations

import json

import pytest

from shared.contracts.envelope import Envelope
from shared.contracts.intake import ComplaintRegistered
from shared.messaging.parse import Raw
from tests.chaos.directed.build import OPENED, Scene, in_any_order, wait
from tests.unit.shared.contracts.build import Rename, renew
from tests.unit.shared.messaging.build import acknowledged, registered

HEARD = [*OPENED, "RoundStarted"]


def with_fields(raw: Raw, **fields: object) -> Raw:
    """The record as a later writer would make it."""
    return raw._replace(value=json.dumps({**json.loads(raw.value), **fields}).encode())


def without_optional_fields(raw: Raw, *needed: str) -> Raw:
    """The record as the first writer made it, which knew only what is required."""
    return raw._replace(value=json.dumps({k: v for k, v in json.loads(raw.value).items() if k in needed}).encode())


def of_type(raw: Raw, name: str) -> Raw:
    """The record under another type."""
    return raw._replace(headers=Envelope.parse(raw.headers)._replace(type=name).headers())


class TestAnOldConsumer:
    def test_that_meets_a_new_event_field_applies_what_it_knows(self) -> None:
        async def story(scene: Scene) -> None:
            scene.start("departments")
            scene.send(with_fields(registered(), mood="angry", parts={"more": [1]}))
            scene.send(acknowledged(2))
            await wait(5)
            assert scene.events("resolution/c1") == HEARD

        in_any_order(story)

    def test_that_meets_a_new_event_type_skips_it_and_goes_on(self) -> None:
        async def story(scene: Scene) -> None:
            departments = scene.start("departments")
            scene.send(registered())
            scene.send(of_type(acknowledged(2), "ComplaintSungAbout.v1"))
            scene.send(acknowledged(3))
            await wait(5)
            assert scene.events("resolution/c1") == HEARD
            assert departments.reader.unknown == {"ComplaintSungAbout.v1": 1}
            assert scene.data["departments"].parked == {}

        in_any_order(story)

    def test_that_meets_a_new_event_version_parks_that_complaint_until_it_is_new_too(self) -> None:
        async def story(scene: Scene) -> None:
            scene.start("departments")
            scene.send(of_type(registered(), "ComplaintRegistered.v2"))
            scene.send(acknowledged(2))
            scene.send(registered(key="c2"))
            await wait(5)
            assert scene.events("resolution/c1") == []
            assert scene.events("resolution/c2") == OPENED
            reasons = [record.reason for record in scene.data["departments"].parked.values()]
            assert "this service reads ComplaintRegistered.v1" in reasons[0]
            assert len(reasons) == 2

        in_any_order(story)


class TestANewConsumer:
    def test_that_meets_an_old_event_takes_what_it_did_not_say_for_unsaid(self) -> None:
        async def story(scene: Scene) -> None:
            scene.start("departments")
            scene.send(without_optional_fields(registered(), "at", "by", "complaint", "channel", "received_at", "text"))
            scene.send(acknowledged(2))
            await wait(5)
            assert scene.events("resolution/c1") == HEARD

        in_any_order(story)

    def test_that_meets_an_old_event_version_applies_it_as_the_new_one_and_drops_its_copies(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        way = Rename("way", "channel")
        old = renew(monkeypatch, ComplaintRegistered, way)

        async def story(scene: Scene) -> None:
            scene.start("departments")
            before = of_type(registered(), old)._replace(value=way.back(registered().value))
            scene.send(before)
            scene.send(acknowledged(2))
            scene.send(registered())
            scene.send(before)
            scene.send(registered(key="c2"))
            await wait(5)
            assert scene.events("resolution/c1") == HEARD
            assert scene.events("resolution/c2") == OPENED
            assert scene.data["departments"].parked == {}

        in_any_order(story)

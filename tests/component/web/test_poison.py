"""What comes in over Kafka is checked like what comes in over HTTP: bad records wait aside, the rest flows."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.intake import ComplaintRegistered, ComplaintWithdrawn
from shared.contracts.topics import INTAKE
from shared.messaging.parking import LOOK_SECONDS
from tests.component.web.conftest import Running, problem

pytestmark = pytest.mark.asyncio(loop_scope="session")

READERS = ("routing", "departments", "review")
NOW = "2026-03-02T09:30:00+00:00"
Headers = list[tuple[str, bytes]]


class Stranger:
    """Somebody who writes to the topic what no service of ours would."""

    def __init__(self, kafka: AIOKafkaProducer) -> None:
        self._kafka = kafka

    async def send(self, key: str | None, value: bytes, headers: Headers) -> None:
        raw = None if key is None else key.encode()
        await self._kafka.send_and_wait(INTAKE, value, key=raw, headers=headers)

    async def send_event(self, key: str, seq: int, event: Event) -> None:
        await self.send(key, event.model_dump_json().encode(), headers(key, seq, event.type_name()))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stranger(running: Running) -> AsyncIterator[Stranger]:
    kafka = AIOKafkaProducer(bootstrap_servers=running.deployment.broker.bootstrap_servers)
    await kafka.start()
    try:
        yield Stranger(kafka)
    finally:
        await kafka.stop()


@pytest.fixture
def complaint() -> str:
    return f"told-by-a-stranger-{uuid.uuid4().hex[:12]}"


def headers(key: str, seq: int, name: str) -> Headers:
    return Envelope(f"complaint/{key}:{seq}", "/intake", name, NOW, key, seq, correlation=key).headers()


def registered(key: str) -> ComplaintRegistered:
    return ComplaintRegistered.model_validate(
        {
            "at": NOW,
            "by": "customer",
            "complaint": key,
            "channel": "web",
            "received_at": NOW,
            "text": "It came damaged.",
        }
    )


async def line(running: Running, service: str, key: str, length: int) -> list[dict[str, Any]]:
    """The parked records of a key, once there are so many."""
    async with asyncio.timeout(10):
        while True:
            found = [record for record in await running.parked(service) if record["complaint"] == key]
            if len(found) >= length:
                assert len(found) == length
                return found
            await asyncio.sleep(0.02)


async def triaged(running: Running, key: str) -> bool:
    return (await running.web.get(f"/routing/triages/{key}")).status_code == 200


async def until_triaged(running: Running, key: str) -> None:
    async with asyncio.timeout(10):
        while not await triaged(running, key):  # noqa: ASYNC110 - another service's state has no event to wait for
            await asyncio.sleep(0.02)


SOUND = json.loads(registered("it").model_dump_json())
BAD: dict[str, tuple[bytes, str, str]] = {
    "bytes that are no text": (b'{"text":"\xff\xfe"}', "ComplaintRegistered.v1", "ComplaintRegistered.v1"),
    "bytes that are no JSON": (b"complaint!", "ComplaintRegistered.v1", "JSON"),
    "no bytes at all": (b"", "ComplaintRegistered.v1", "JSON"),
    "a missing field": (json.dumps(SOUND | {"channel": None}).encode(), "ComplaintRegistered.v1", "channel"),
    "an instant without a zone": (
        json.dumps(SOUND | {"received_at": "2026-03-02T09:30:00"}).encode(),
        "ComplaintRegistered.v1",
        "received_at",
    ),
    "a version that nobody knows": (json.dumps(SOUND).encode(), "ComplaintRegistered.v9", "'9'"),
}


@pytest.mark.parametrize("what", BAD)
class TestWhenARecordCannotBeApplied:
    async def test_it_is_parked_once_with_its_bytes_and_the_reason(
        self, running: Running, stranger: Stranger, complaint: str, what: str
    ) -> None:
        value, name, reason = BAD[what]
        await stranger.send(complaint, value, headers(complaint, 1, name))
        for service in READERS:
            [found] = await line(running, service, complaint, 1)
            assert reason in found["reason"]
            assert found["permanent"]
            assert found["topic"] == INTAKE
            assert "damaged" not in str(found)
            [kept] = await running.deployment.services[service].store.parked_behind(complaint)
            assert kept.value == value
            assert dict(kept.headers) == dict(headers(complaint, 1, name))


class TestWhenALineIsClosed:
    async def test_that_complaint_waits_and_all_others_flow(
        self, running: Running, stranger: Stranger, complaint: str
    ) -> None:
        await stranger.send(complaint, b"?", headers(complaint, 1, "ComplaintRegistered.v1"))
        await stranger.send_event(
            complaint, 2, ComplaintWithdrawn.model_validate({"at": NOW, "by": "customer", "reason": "-"})
        )
        first, second = await line(running, "routing", complaint, 2)
        assert first["permanent"]
        assert not second["permanent"]
        assert "waits behind" in second["reason"]
        other = f"{complaint}-other"
        await stranger.send_event(other, 1, registered(other))
        await until_triaged(running, other)
        assert await triaged(running, await running.register())
        assert not await triaged(running, complaint)

    async def test_nothing_spins_meanwhile(self, running: Running, stranger: Stranger, complaint: str) -> None:
        await stranger.send(complaint, b"?", headers(complaint, 1, "ComplaintRegistered.v1"))
        before = await line(running, "routing", complaint, 1)
        service = running.deployment.services["routing"]
        worked, position = service.engine.batches, await service.store.position()
        await asyncio.sleep(2.2 * LOOK_SECONDS)
        assert await line(running, "routing", complaint, 1) == before
        assert await service.store.position() == position
        assert service.engine.batches - worked < 5
        assert (await running.web.get("/routing/readyz")).status_code == 200

    async def test_a_person_may_try_it_again_and_hears_what_is_still_wrong(
        self, running: Running, stranger: Stranger, complaint: str
    ) -> None:
        await stranger.send(complaint, b"?", headers(complaint, 1, "ComplaintRegistered.v1"))
        [found] = await line(running, "routing", complaint, 1)
        answer = await running.web.post("/routing/parked/retry", json={"ids": [found["id"]]})
        assert answer.status_code == 200
        assert "JSON" in answer.json()[found["id"]]
        [again] = await line(running, "routing", complaint, 1)
        assert again["attempts"] == found["attempts"] + 1

    async def test_a_person_may_give_it_up_with_a_reason_and_the_line_goes_on(
        self, running: Running, stranger: Stranger, complaint: str
    ) -> None:
        await stranger.send(complaint, b"?", headers(complaint, 1, "ComplaintAcknowledged.v9"))
        await stranger.send_event(complaint, 2, registered(complaint))
        found = await line(running, "routing", complaint, 2)
        silent = await running.web.post("/routing/parked/skip", json={"ids": [found[0]["id"]]})
        assert problem(silent, 422)["errors"][0]["field"] == "reason"
        body = {"ids": [found[0]["id"]], "reason": "sent by mistake"}
        answer = await running.web.post("/routing/parked/skip", json=body)
        assert answer.json() == [found[0]["id"]]
        assert await line(running, "routing", complaint, 0) == []
        await until_triaged(running, complaint)


class TestWhenARecordHasNoPlace:
    async def test_without_headers_it_is_parked_under_its_key(
        self, running: Running, stranger: Stranger, complaint: str
    ) -> None:
        await stranger.send(complaint, b"{}", [])
        [found] = await line(running, "routing", complaint, 1)
        assert "ce_id" in found["reason"]

    async def test_with_headers_that_are_no_text_it_is_parked(
        self, running: Running, stranger: Stranger, complaint: str
    ) -> None:
        odd = [(name, b"\xff" if name == "ce_type" else value) for name, value in headers(complaint, 1, "A.v1")]
        await stranger.send(complaint, b"{}", odd)
        [found] = await line(running, "routing", complaint, 1)
        assert "UTF-8" in found["reason"]

    async def test_with_another_subject_than_its_key_it_is_parked(
        self, running: Running, stranger: Stranger, complaint: str
    ) -> None:
        await stranger.send(complaint, b"{}", headers("somebody-else", 1, "ComplaintRegistered.v1"))
        [found] = await line(running, "routing", complaint, 1)
        assert "ce_subject" in found["reason"]

    async def test_without_a_key_it_blocks_nobody(self, running: Running, stranger: Stranger, complaint: str) -> None:
        await stranger.send(None, b"{}", [])
        await stranger.send_event(complaint, 1, registered(complaint))
        await until_triaged(running, complaint)
        await running.deployment.wait_until_idle()
        keyless = [found for found in await running.parked("routing") if found["complaint"].startswith(f"{INTAKE}/")]
        assert [found["reason"] for found in keyless] == ["header ce_id is missing"]


class TestWhenAnEventIsOfAnUnknownType:
    async def test_it_is_skipped_and_counted_and_the_next_one_is_applied(
        self, running: Running, stranger: Stranger, complaint: str
    ) -> None:
        await stranger.send(complaint, b"\xff not even JSON", headers(complaint, 1, "ComplaintSung.v1"))
        await stranger.send_event(complaint, 2, registered(complaint))
        await until_triaged(running, complaint)
        metrics = await running.metrics("routing")
        assert 'throughline_events_unknown_total{service="routing",type="ComplaintSung.v1"} 1.0' in metrics
        assert [record for record in await running.parked("routing") if record["complaint"] == complaint] == []


class TestWhenAnEventComesAgain:
    async def test_it_changes_nothing(self, running: Running, stranger: Stranger, complaint: str) -> None:
        await stranger.send_event(complaint, 1, registered(complaint))
        await until_triaged(running, complaint)
        await running.deployment.wait_until_idle()
        before = await running.stored()
        await stranger.send_event(complaint, 1, registered(complaint))
        await running.deployment.wait_until_idle()
        assert await running.stored() == before

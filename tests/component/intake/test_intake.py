import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.intake import main
from shared.contracts import topics
from shared.messaging.kafka.producer import partition_of
from shared.testing.harness import Published, Stage, staged
from tests.component.says import DAY, HOUR, NOW, agreed_answer, completed, opened
from throughline.app.clock import SteppedClock

TORN = {"channel": "web", "text": "The box was torn.", "language": "en"}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def intake(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """For tests that neither move the clock nor start it again."""
    async with staged(main, tmp_path_factory.mktemp("intake"), SteppedClock(NOW)) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(tmp_path: Path, clock: SteppedClock) -> AsyncIterator[Stage]:
    async with staged(main, tmp_path, clock) as stage:
        yield stage


KEYS = count()


async def register(intake: Stage, key: str = "", **changes: object) -> str:
    headers = {"Idempotency-Key": key or f"k{next(KEYS)}"}
    answer = await intake.http.post("/complaints", json=TORN | changes, headers=headers)
    assert answer.status_code == 201, answer.text
    complaint: str = answer.json()["id"]
    return complaint


async def ask(intake: Stage, complaint: str, what: str, **body: object) -> dict[str, Any]:
    answer = await intake.http.post(f"/complaints/{complaint}/{what}", json=body)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def names(published: list[Published]) -> list[str]:
    return [one.name for one in published]


class TestWhenACustomerComplains:
    async def test_the_event_is_on_the_topic_with_its_whole_envelope(self, intake: Stage) -> None:
        complaint = await register(intake, "k-1")
        (event,) = await intake.published(complaint)
        assert (event.topic, event.key) == (topics.INTAKE, complaint)
        assert event.partition == partition_of(complaint.encode(), topics.PARTITIONS_EMBEDDED)
        assert dict(event.raw.headers) == {
            "content-type": b"application/json",
            "ce_specversion": b"1.0",
            "ce_id": f"complaint/{complaint}:1".encode(),
            "ce_source": b"/intake",
            "ce_type": b"ComplaintRegistered.v1",
            "ce_time": NOW.isoformat().encode(),
            "ce_subject": complaint.encode(),
            "ce_sequence": b"1",
            "ce_causationid": f"command:complaint/{complaint}:k-1".encode(),
            "ce_correlationid": complaint.encode(),
        }

    async def test_a_trace_goes_on_through_the_topic(self, intake: Stage) -> None:
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        answer = await intake.http.post("/complaints", json=TORN, headers={"traceparent": trace})
        (event,) = await intake.published(answer.json()["id"])
        assert event.envelope.traceparent == trace

    async def test_no_name_phone_or_address_is_on_the_topic(self, intake: Stage) -> None:
        who = {"name": "Maria Souza", "email": "maria@mail.example", "phone": "+49 30 901820"}
        text = "I am Maria Souza, call +49 30 901820 or write to maria@mail.example"
        (event,) = await intake.published(await register(intake, text=text, customer=who))
        everything = event.raw.value.decode() + repr(event.raw.headers)
        assert not [secret for secret in who.values() if secret in everything]

    async def test_sixteen_clients_with_one_key_get_one_complaint_and_one_answer(self, intake: Stage) -> None:
        answers = await asyncio.gather(
            *(intake.http.post("/complaints", json=TORN, headers={"Idempotency-Key": "same"}) for _ in range(16))
        )
        body = [answer.json() for answer in answers]
        assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1
        assert len({(one["id"], one["version"]) for one in body}) == 1
        assert [one["repeated"] for one in body].count(False) == 1
        assert names(await intake.published(body[0]["id"])) == ["ComplaintRegistered"]

    async def test_a_key_used_with_another_body_is_refused_whoever_comes_first(self, intake: Stage) -> None:
        answers = await asyncio.gather(
            *(
                intake.http.post("/complaints", json=TORN | {"text": f"{n}"}, headers={"Idempotency-Key": "other"})
                for n in range(8)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [201, *[422] * 7]
        (accepted,) = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert names(await intake.published(accepted)) == ["ComplaintRegistered"]


class TestWhenTheDepartmentsSpeak:
    async def test_the_table_acknowledges_and_promises_an_answer_because_of_that_event(self, intake: Stage) -> None:
        complaint = await register(intake)
        await intake.send(complaint, opened())
        published = await intake.published(complaint)
        assert names(published) == ["ComplaintRegistered", "ComplaintAcknowledged", "PromiseMade"]
        assert [one.envelope.sequence for one in published] == [1, 2, 3]
        assert {one.envelope.causation for one in published[1:]} == {f"resolution/{complaint}:1"}

    async def test_from_answer_to_feedback_nothing_is_missing_and_nothing_is_twice(self, intake: Stage) -> None:
        complaint = await register(intake)
        await intake.send(complaint, opened(), agreed_answer(), completed())
        await intake.wait_until_idle()
        await ask(intake, complaint, "accept", learning_code="process-changed")
        await ask(intake, complaint, "feedback", scores=[5, 4])
        published = await intake.published(complaint)
        assert names(published)[3:] == [
            "AnswerPrepared",
            "AnswerSent",
            "PromiseKept",
            "OutcomeAccepted",
            "ComplaintClosed",
            "FeedbackAsked",
            "FeedbackGiven",
        ]
        # A copy may come again; what comes for the first time comes in order and without a gap.
        first = list(dict.fromkeys(one.envelope.sequence for one in published))
        assert first == list(range(1, len(first) + 1))

    async def test_the_same_topic_all_over_again_changes_nothing(self, intake: Stage) -> None:
        complaint = await register(intake)
        await intake.send(complaint, opened(), agreed_answer(), completed())
        before = names(await intake.published()), await intake.digest()
        for _ in range(3):
            await intake.send_again()
        assert (names(await intake.published()), await intake.digest()) == before

    async def test_customer_and_departments_at_once_on_one_complaint_lose_nothing(self, intake: Stage) -> None:
        complaint = await register(intake)
        await intake.send(complaint, opened())
        await intake.wait_until_idle()
        pushed = [ask(intake, complaint, "escalate", reason=f"Reason {n}") for n in range(8)]
        await asyncio.gather(*pushed, intake.send(complaint, agreed_answer(), completed()))
        published = await intake.published(complaint)
        # A copy may come again; what comes for the first time comes in order and without a gap.
        first = list(dict.fromkeys(one.envelope.sequence for one in published))
        assert first == list(range(1, len(first) + 1))
        assert {"EscalationRequested", "AnswerPrepared", "AnswerSent"} <= set(names(published))


class TestWhenTimePasses:
    async def test_a_missed_acknowledgement_and_a_broken_promise_are_told_once(
        self, fresh: Stage, clock: SteppedClock
    ) -> None:
        complaint = await register(fresh)
        await fresh.send(complaint, opened())
        await fresh.wait_until_idle()
        await clock.move_to(NOW + 11 * HOUR)
        assert "AcknowledgementMissed" not in names(await fresh.published(complaint))
        for instant in (NOW + 12 * HOUR, NOW + 120 * HOUR, NOW + 121 * HOUR, NOW + 365 * DAY):
            await clock.move_to(instant)
            published = await fresh.published(complaint)
        assert names(published)[3:] == ["AcknowledgementMissed", "PromiseBroken"]
        assert [one.event.at for one in published[3:]] == [NOW + 12 * HOUR, NOW + 120 * HOUR]
        assert all(one.envelope.causation.startswith(f"clock:complaint/{complaint}:") for one in published[3:])

    async def test_what_is_imported_from_the_past_has_no_clocks(self, fresh: Stage, clock: SteppedClock) -> None:
        items = [{"idempotency_key": f"row-{n}", "complaint": TORN | {"historic": True}} for n in range(20)]
        for _ in range(2):
            assert (await fresh.http.post("/complaints/bulk", json=items)).status_code == 200
        await clock.move_to(NOW + 365 * DAY)
        assert names(await fresh.published()) == ["ComplaintRegistered"] * 20


class TestWhenItStartsAgainWithAnEmptyBroker:
    async def test_it_says_again_what_it_had_said_byte_for_byte(self, fresh: Stage) -> None:
        complaint = await register(fresh)
        await fresh.send(complaint, opened())
        before = [(one.key, one.raw.value, one.raw.headers) for one in await fresh.published()]
        await fresh.restart()
        assert [(one.key, one.raw.value, one.raw.headers) for one in await fresh.published()] == before

    async def test_it_goes_on_where_it_was(self, fresh: Stage) -> None:
        complaint = await register(fresh, "once")
        await fresh.send(complaint, opened())
        await fresh.wait_until_idle()
        await fresh.restart()
        await fresh.send_again()
        await fresh.send(complaint, agreed_answer(), completed())
        assert names(await fresh.published(complaint))[3:] == ["AnswerPrepared", "AnswerSent", "PromiseKept"]
        assert await register(fresh, "once") == complaint
        assert len(await fresh.published(complaint)) == 6

    async def test_a_clock_that_ran_out_meanwhile_fires_once(self, fresh: Stage, clock: SteppedClock) -> None:
        complaint = await register(fresh)
        await fresh.wait_until_idle()
        await fresh.stop()
        await clock.move_to(NOW + 30 * HOUR)
        await fresh.start()
        await fresh.restart()
        assert names(await fresh.published(complaint)) == ["ComplaintRegistered", "AcknowledgementMissed"]

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.routing import main
from shared.contracts import departments, routing, topics
from shared.testing.harness import Stage, staged
from tests.component.says import DAY, HOUR, NOW, closed, ran, registered
from tests.component.stages import dense, names, new_id, post
from throughline.app.clock import SteppedClock

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """For tests that neither move the clock nor start it again."""
    async with staged(main, tmp_path_factory.mktemp("routing"), SteppedClock(NOW)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(tmp_path: Path, clock: SteppedClock) -> AsyncIterator[Stage]:
    async with staged(main, tmp_path, clock) as running:
        yield running


class TestWhenAComplaintIsRegistered:
    async def test_the_triage_is_on_the_topic_because_of_that_event(self, stage: Stage) -> None:
        about = new_id()
        await stage.send(about, registered(about))
        (triaged,) = await stage.published(about)
        envelope = triaged.envelope
        assert (triaged.topic, triaged.key, envelope.subject) == (topics.ROUTING, about, about)
        assert (envelope.id, envelope.source, envelope.sequence) == (f"triage/{about}:1", "/routing", 1)
        assert (envelope.causation, envelope.correlation) == (f"complaint/{about}:1", about)
        assert isinstance(triaged.event, routing.ComplaintTriaged)
        assert triaged.event.category == "damaged"
        assert all(step.why for step in triaged.event.steps)

    async def test_the_step_that_overran_is_touched_by_fact(self, stage: Stage) -> None:
        about = new_id()
        steps = (ran("picking", 60), ran("delivery", 2))
        await stage.send(about, registered(about, text="Where is it?", steps=steps))
        (triaged,) = await stage.published(about)
        assert isinstance(triaged.event, routing.ComplaintTriaged)
        assert [(step.step, step.why[0].basis) for step in triaged.event.steps if step.why[0].basis == "fact"] == [
            ("picking", "fact")
        ]

    async def test_the_same_topic_all_over_again_changes_nothing(self, stage: Stage) -> None:
        for about in (new_id(), new_id(), new_id()):
            await stage.send(about, registered(about), closed())
        before = names(await stage.published()), await stage.digest()
        await stage.send_again()
        await stage.send_again()
        assert (names(await stage.published()), await stage.digest()) == before

    async def test_five_hundred_at_once_are_five_hundred_triages(self, stage: Stage) -> None:
        every = [new_id() for _ in range(500)]
        await stage.publish([stage.record(about, registered(about)) for about in every])
        published = await stage.published()
        triaged = [one.key for one in published if one.name == "ComplaintTriaged"]
        assert sorted(key for key in triaged if key in set(every)) == every


class TestWhenNobodyKnows:
    async def test_it_waits_for_a_person_whose_decision_is_said(self, stage: Stage) -> None:
        about = new_id()
        await stage.send(about, registered(about, text="Hm."))
        assert names(await stage.published(about)) == ["TriageQueued"]
        decided = {"category": "damaged", "reason": "The picture shows a broken box."}
        await post(stage, f"/triages/{about}/decide", "by-hand", **decided)
        again = await post(stage, f"/triages/{about}/decide", "by-hand", **decided)
        published = await stage.published(about)
        assert again["repeated"]
        assert names(published) == ["TriageQueued", "ComplaintTriaged"]
        assert isinstance(published[1].event, routing.ComplaintTriaged)
        assert published[1].event.basis == "person"

    async def test_a_decision_while_the_complaint_closes_loses_neither(self, stage: Stage) -> None:
        about = new_id()
        await stage.send(about, registered(about, text="Hm."))
        await stage.wait_until_idle()
        deciding = stage.http.post(f"/triages/{about}/decide", json={"category": "damaged", "reason": "Seen."})
        answer, _ = await asyncio.gather(deciding, stage.send(about, closed()))
        published = await stage.published(about)
        assert dense(published)
        assert names(published)[-1] == "TriageEnded"
        assert answer.status_code == (200 if "ComplaintTriaged" in names(published) else 409)

    async def test_a_clock_shows_that_nobody_decided_once(self, fresh: Stage, clock: SteppedClock) -> None:
        about = new_id()
        await fresh.send(about, registered(about, text="Hm."))
        (queued,) = await fresh.published(about)
        assert isinstance(queued.event, routing.TriageQueued)
        assert queued.event.decide_by is not None
        await clock.move_to(queued.event.decide_by - HOUR / 60)
        assert names(await fresh.published(about)) == ["TriageQueued"]
        for instant in (queued.event.decide_by, queued.event.decide_by + 30 * DAY):
            await clock.move_to(instant)
            published = await fresh.published(about)
        assert names(published) == ["TriageQueued", "TriageOverdue"]
        assert published[1].event.at == queued.event.decide_by


class TestWhenDepartmentsAnswer:
    async def test_joining_confirms_and_declining_refutes_their_steps(self, stage: Stage) -> None:
        about = new_id()
        await stage.send(about, registered(about))
        await stage.wait_until_idle()
        await stage.send(
            about,
            departments.DepartmentJoined(at=NOW, by="warehouse", department="warehouse"),
            departments.DepartmentDeclined(
                at=NOW, by="carrier", department="carrier", reason="step-not-ours", nominee="last-mile"
            ),
        )
        published = await stage.published(about)
        verdicts = {(one.name, one.event.department) for one in published[1:]}  # type: ignore[attr-defined]
        assert dense(published)
        assert ("StepConfirmed", "warehouse") in verdicts
        assert ("StepRefuted", "carrier") in verdicts

    async def test_answers_that_come_before_the_complaint_are_no_trouble(self, stage: Stage) -> None:
        about = new_id()
        await stage.send(about, departments.DepartmentJoined(at=NOW, by="warehouse", department="warehouse"))
        await stage.wait_until_idle()
        await stage.send(about, registered(about))
        published = await stage.published(about)
        assert "ComplaintTriaged" in names(published)
        assert await stage.service.store.parked([about]) == {}


class TestWhenARecordIsBroken:
    async def test_it_is_parked_with_what_lies_behind_and_all_others_flow(self, stage: Stage) -> None:
        broken, sound = new_id(), new_id()
        first = stage.record(broken, registered(broken))._replace(value=b'{"complaint": "not an event"}')
        await stage.publish([first, stage.record(broken, closed()), stage.record(sound, registered(sound))])
        assert names(await stage.published(sound)) == ["ComplaintTriaged"]
        assert await stage.published(broken) == []
        assert await stage.service.store.parked([broken, sound]) == {broken: 2}
        listed = (await stage.http.get("/parked")).json()
        assert [one["permanent"] for one in listed if one["complaint"] == broken] == [True, False]

    async def test_skipping_it_with_a_reason_lets_the_line_go_on(self, stage: Stage) -> None:
        about = new_id()
        first = stage.record(about, registered(about))._replace(value=b"no json at all")
        await stage.publish([first, stage.record(about, closed())])
        await stage.wait_until_idle()
        (head, _) = [one["id"] for one in (await stage.http.get("/parked")).json() if one["complaint"] == about]
        answer = await stage.http.post("/parked/skip", json={"ids": [head], "reason": "nobody can read it"})
        assert answer.json() == [head]
        await stage.wait_until_idle()
        assert await stage.service.store.parked([about]) == {}

    async def test_a_type_it_does_not_know_is_no_trouble(self, stage: Stage) -> None:
        about = new_id()
        record = stage.record(about, registered(about))
        headers = [(name, b"ComplaintPainted.v1" if name == "ce_type" else value) for name, value in record.headers]
        await stage.publish([record._replace(headers=headers), stage.record(about, closed())])
        assert names(await stage.published(about)) in (["TriageEnded"], [])
        assert await stage.service.store.parked([about]) == {}


class TestWhenItStartsAgainWithAnEmptyBroker:
    async def test_it_says_again_what_it_had_said_and_goes_on(self, fresh: Stage) -> None:
        about = new_id()
        await fresh.send(about, registered(about))
        before = [(one.key, one.raw.value, one.raw.headers) for one in await fresh.published()]
        await fresh.restart()
        await fresh.send_again()
        await fresh.send(about, departments.DepartmentJoined(at=NOW, by="warehouse", department="warehouse"))
        published = await fresh.published()
        assert [(one.key, one.raw.value, one.raw.headers) for one in published[: len(before)]] == before
        assert names(published) == ["ComplaintTriaged", "StepConfirmed"]
        assert dense(published)

    async def test_what_came_while_it_was_away_is_applied_from_where_it_was(self, fresh: Stage) -> None:
        about = new_id()
        await fresh.send(about, registered(about))
        await fresh.wait_until_idle()
        await fresh.restart()
        later = fresh.record(about, closed())
        await fresh.publish([*fresh.sent, later])
        assert names(await fresh.published(about)) == ["ComplaintTriaged", "TriageEnded"]

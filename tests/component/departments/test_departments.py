import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.departments import main
from shared.contracts import departments, intake, topics
from shared.eventsourcing.decider import UNPUBLISHED
from shared.store.port import Record
from shared.testing.harness import Published, Stage, staged
from tests.component.says import DAY, NOW, closed, registered, triaged
from tests.component.stages import dense, names, new_id, post
from throughline.app.clock import SteppedClock

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """For tests that neither move the clock nor start it again."""
    async with staged(main, tmp_path_factory.mktemp("departments"), SteppedClock(NOW)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(tmp_path: Path, clock: SteppedClock) -> AsyncIterator[Stage]:
    async with staged(main, tmp_path, clock) as running:
        yield running


async def table(stage: Stage) -> str:
    """A table with warehouse and last-mile invited."""
    about = new_id()
    await stage.send(about, registered(about), triaged("packing", "delivery"))
    await stage.wait_until_idle()
    return about


async def at_table(stage: Stage, about: str, department: str, what: str, **body: object) -> dict[str, object]:
    return await post(stage, f"/departments/{department}/table/{about}/{what}", **body)


def own(published: list[Published]) -> list[Published]:
    """What is on the service's own topic, without the copies for single departments."""
    return [one for one in published if one.topic == topics.DEPARTMENTS]


async def own_records(stage: Stage, about: str) -> list[Record]:
    """What the stream's log holds, without the copies for single departments."""
    commits = await stage.service.store.history(f"resolution/{about}")
    return [one for commit in commits for one in commit.records if one.topic in (topics.DEPARTMENTS, UNPUBLISHED)]


async def logged(stage: Stage, about: str) -> list[str]:
    return [record.type.partition(".")[0] for record in await own_records(stage, about)]


class TestWhenComplaintAndTriageAreKnown:
    @pytest.mark.parametrize("order", [0, 1])
    async def test_the_table_opens_in_whatever_order_they_came(self, stage: Stage, order: int) -> None:
        about = new_id()
        pair = (registered(about), triaged("packing", "delivery"))
        for event in (pair, pair[::-1])[order]:
            await stage.send(about, event)
            await stage.wait_until_idle()
        published = await stage.published(about)
        assert names(own(published)) == ["TableOpened"]
        assert [name for name in await logged(stage, about) if not name.endswith("Noted")] == [
            "TableOpened",
            "DepartmentInvited",
            "DepartmentInvited",
            "RoundStarted",
        ]
        assert dense(published)

    async def test_each_invited_department_finds_its_briefing_on_its_own_topic(self, stage: Stage) -> None:
        about = await table(stage)
        published = await stage.published(about)
        for department in ("warehouse", "last-mile"):
            copies = [one for one in published if one.topic == topics.department_topic(department)]
            briefings = [one for one in copies if isinstance(one.event, departments.DepartmentInvited)]
            assert [one.event.department for one in briefings] == [department]  # type: ignore[attr-defined]
            assert [one.envelope.sequence for one in copies] == list(range(1, len(copies) + 1))
        assert not [one for one in published if one.topic == topics.department_topic("carrier")]

    async def test_a_copy_has_the_bytes_and_the_id_of_the_original(self, stage: Stage) -> None:
        about = await table(stage)
        published = await stage.published(about)
        originals = {record.id: record.data for record in await own_records(stage, about)}
        copies = [one for one in published if one.topic != topics.DEPARTMENTS]
        assert copies
        assert all(originals[one.envelope.id] == one.raw.value for one in copies)

    async def test_a_historic_one_is_closed_at_once(self, stage: Stage) -> None:
        about = new_id()
        await stage.send(about, registered(about, historic=True), triaged(historic=True), closed(code="historic"))
        assert names(await stage.published(about)) == ["TableOpened"]
        assert (await logged(stage, about))[-1] == "TableClosed"

    async def test_the_same_topics_all_over_again_change_nothing(self, stage: Stage) -> None:
        about = await table(stage)
        await at_table(stage, about, "warehouse", "join")
        before = names(await stage.published()), await stage.digest()
        await stage.send_again()
        await stage.send_again()
        assert (names(await stage.published()), await stage.digest()) == before


class TestWhenDepartmentsAct:
    async def test_joining_is_said_with_its_department_as_the_actor(self, stage: Stage) -> None:
        about = await table(stage)
        await at_table(stage, about, "warehouse", "join")
        joined = own(await stage.published(about))[-1]
        assert (joined.name, joined.event.by) == ("DepartmentJoined", "warehouse")
        assert joined.envelope.causation.startswith("command:")

    async def test_another_departments_complaint_is_not_there(self, stage: Stage) -> None:
        about = await table(stage)
        before = await stage.commits()
        assert (await stage.http.get(f"/departments/payment/table/{about}")).status_code == 404
        assert (await stage.http.post(f"/departments/payment/table/{about}/join", json={})).status_code == 404
        assert await stage.commits() == before

    async def test_all_joining_at_once_while_the_customer_escalates_loses_nothing(self, stage: Stage) -> None:
        about = await table(stage)
        escalation = intake.EscalationRequested(at=NOW, by="customer", reason="Nobody answers")
        joins = [at_table(stage, about, name, "join") for name in ("warehouse", "last-mile") for _ in range(8)]
        await asyncio.gather(*joins, stage.send(about, escalation))
        published = own(await stage.published(about))
        assert dense(published)
        assert names(published).count("DepartmentJoined") == 2
        assert names(published).count("EscalatedToManagement") == 1

    async def test_blaming_words_are_refused_and_only_the_rule_is_said(self, stage: Stage) -> None:
        about = await table(stage)
        await at_table(stage, about, "warehouse", "join")
        await at_table(stage, about, "last-mile", "join")
        body = {"step": "packing", "kind": "prevention", "text": "It is the fault of Jonas Feld, who is incompetent."}
        path = f"/departments/warehouse/table/{about}/propose"
        answers = [await stage.http.post(path, json=body, headers={"Idempotency-Key": "p"}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [409, 409]
        published = own(await stage.published(about))
        assert names(published).count("WordingRefused") == 1
        assert not [one for one in published if b"Jonas Feld" in one.raw.value]


class TestWhenTimePasses:
    async def test_silence_is_said_once_per_department_and_never_early(self, fresh: Stage, clock: SteppedClock) -> None:
        about = await table(fresh)
        invited = [one.event for one in await fresh.published(about) if one.name == "DepartmentInvited"]
        due = {one.department: one.respond_by for one in invited}  # type: ignore[attr-defined]
        first = min(due.values())
        await clock.move_to(first - DAY / 1440)
        assert "DepartmentSilent" not in names(await fresh.published(about))
        for instant in (*sorted(due.values()), max(due.values()) + DAY / 24):
            await clock.move_to(instant)
            await fresh.wait_until_idle()
        silent = [one.event for one in own(await fresh.published(about)) if one.name == "DepartmentSilent"]
        assert {one.department: one.at for one in silent} == due  # type: ignore[attr-defined]
        assert len(silent) == len(due)

    async def test_a_year_without_anybody_ends_with_management_and_comes_to_rest(
        self, fresh: Stage, clock: SteppedClock
    ) -> None:
        about = await table(fresh)
        for day in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377):
            await clock.move_to(NOW + day * DAY)
            await fresh.wait_until_idle()
        published = own(await fresh.published(about))
        assert names(published).count("EscalatedToManagement") == 1
        assert dense(published)
        before = await fresh.commits()
        await clock.move_to(NOW + 800 * DAY)
        await fresh.wait_until_idle()
        assert await fresh.commits() == before


class TestWhenItStartsAgainWithAnEmptyBroker:
    async def test_it_says_again_what_it_had_said_and_goes_on(self, fresh: Stage) -> None:
        about = await table(fresh)
        before = sorted((one.topic, one.raw.value, one.raw.headers) for one in await fresh.published())
        await fresh.restart()
        assert sorted((one.topic, one.raw.value, one.raw.headers) for one in await fresh.published()) == before
        await fresh.send(about, intake.ComplaintWithdrawn(at=NOW, by="customer", reason="It was in the shed"))
        published = await fresh.published(about)
        assert names(own(published))[-1] == "TableClosed"
        assert dense(published)

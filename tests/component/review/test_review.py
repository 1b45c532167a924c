from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.review import main
from shared.contracts import departments, review, topics
from shared.messaging.replay import Replay
from shared.testing.harness import Published, Stage, staged
from tests.component.says import DAY, NOW, closed, completed, opened, ran, registered, triaged
from tests.component.stages import dense, names, new_id, post
from throughline.app.clock import SteppedClock

pytestmark = pytest.mark.asyncio(loop_scope="module")
LATE = (ran("packing", 30), ran("delivery", 60))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """For tests that neither move the clock nor start it again."""
    async with staged(main, tmp_path_factory.mktemp("review"), SteppedClock(NOW)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(tmp_path: Path, clock: SteppedClock) -> AsyncIterator[Stage]:
    async with staged(main, tmp_path, clock) as running:
        yield running


def historic(about: str) -> list[Any]:
    """All that is ever said of a complaint from the past, in the order of its topics."""
    return [
        registered(about, historic=True, steps=LATE),
        closed(code="historic"),
        triaged(historic=True),
        opened(historic=True, answer_by=None),
        departments.TableClosed(at=NOW, by="system", why="historic"),
    ]


async def resolve(stage: Stage, **changes: object) -> str:
    """A live complaint whose answer went out."""
    about = new_id()
    await stage.send(about, registered(about, steps=LATE), triaged(**changes), opened(**changes))
    await stage.wait_until_idle()
    delivered = departments.RemedyDelivered(at=NOW, by="last-mile", department="last-mile", cost=Decimal("80.00"))
    await stage.send(about, delivered, completed())
    await stage.wait_until_idle()
    return about


async def accept(stage: Stage, about: str) -> None:
    """The customer accepts, so complaint and table end."""
    await stage.send(about, closed(), departments.TableClosed(at=NOW, by="system", why="accepted"))


async def counted(stage: Stage) -> dict[str, int]:
    """Complaints per theme and per month, as the board reads them."""
    await stage.wait_until_idle()
    pareto = (await stage.http.get("/themes")).json()
    found: dict[str, int] = {line["theme"]: line["count"] for line in pareto["by_count"]}
    for month in (await stage.http.get("/summary")).json()["periods"]:
        found[month] = (await stage.http.get("/summary", params={"period": month})).json()["complaints"]
    return found


def own(published: list[Published]) -> list[Published]:
    return [one for one in published if one.topic == topics.REVIEW]


class TestWhenAComplaintOfThePastIsKnown:
    async def test_it_is_reviewed_and_summarised_without_anybody(self, stage: Stage) -> None:
        about = new_id()
        await stage.send(about, *historic(about))
        published = await stage.published(about)
        assert names(own(published))[-2:] == ["ReviewConcluded", "SummaryPublished"]
        assert names([one for one in published if one.topic == topics.SUMMARIES]) == ["SummaryPublished"]
        assert dense(published)

    async def test_the_order_in_which_topics_arrive_does_not_change_what_comes_of_it(self, stage: Stage) -> None:
        ends: set[tuple[str, ...]] = set()
        for order in permutations(range(3)):
            about = new_id()
            received = historic(about)
            by_topic = (received[:2], received[2:3], received[3:])
            for topic in order:
                await stage.send(about, *by_topic[topic])
                await stage.wait_until_idle()
            ends.add(tuple(name for name in names(own(await stage.published(about))) if not name.endswith("Noted")))
        assert len(ends) == 1

    async def test_each_cause_and_the_month_count_it_once_however_often_it_is_told(self, stage: Stage) -> None:
        before = await counted(stage)
        about = new_id()
        await stage.send(about, *historic(about))
        after = await counted(stage)
        grown = {key: number - before.get(key, 0) for key, number in after.items() if number != before.get(key, 0)}
        concluded = next(one.event for one in await stage.published(about) if one.name == "ReviewConcluded")
        assert isinstance(concluded, review.ReviewConcluded)
        assert set(grown) == {concluded.period, *(f"{cause.step}.{cause.factor}" for cause in concluded.causes)}
        assert set(grown.values()) == {1}
        await stage.send_again()
        await stage.send_again()
        assert await counted(stage) == after

    async def test_the_same_topics_all_over_again_change_nothing(self, stage: Stage) -> None:
        about = new_id()
        await stage.send(about, *historic(about))
        before = names(await stage.published()), await stage.digest()
        await stage.send_again()
        assert (names(await stage.published()), await stage.digest()) == before

    async def test_a_hundred_in_one_month_are_a_hundred_in_its_count(self, stage: Stage) -> None:
        before = (await counted(stage)).get("2026-03", 0)
        every = [new_id() for _ in range(100)]
        await stage.publish([stage.record(about, event) for about in every for event in historic(about)])
        assert (await counted(stage))["2026-03"] == before + 100
        page = (await stage.http.get("/summary", params={"period": "2026-03"})).json()
        assert page["complaints"] == before + 100


class TestWhenALiveComplaintIsResolved:
    async def test_the_review_opens_because_of_that_event_with_times_causes_and_costs(self, stage: Stage) -> None:
        about = await resolve(stage)
        published = own(await stage.published(about))
        causes = {one.name: one.envelope.causation for one in published}
        assert {"ReviewOpened", "TimesAttributed", "CausesFound", "CostsComputed"} <= set(causes)
        assert causes["ReviewOpened"] == f"resolution/{about}:3"
        costs = next(one.event for one in published if one.name == "CostsComputed")
        assert isinstance(costs, review.CostsComputed)
        assert costs.costs.compensation == Decimal("80.00")

    async def test_it_concludes_by_itself_when_the_complaint_is_closed(self, stage: Stage) -> None:
        about = await resolve(stage)
        assert "ReviewConcluded" not in names(await stage.published(about))
        await accept(stage, about)
        assert names(own(await stage.published(about)))[-2:] == ["ReviewConcluded", "SummaryPublished"]

    async def test_a_department_acknowledges_the_summary_once(self, stage: Stage) -> None:
        about = await resolve(stage)
        await accept(stage, about)
        await stage.wait_until_idle()
        for _ in range(2):
            await post(stage, f"/reviews/{about}/acknowledge", department="warehouse")
        assert names(await stage.published(about)).count("SummaryAcknowledged") == 1

    async def test_a_severe_one_waits_for_the_board_until_its_clock_runs_out(
        self, fresh: Stage, clock: SteppedClock
    ) -> None:
        about = await resolve(fresh, severity="high")
        await accept(fresh, about)
        published = own(await fresh.published(about))
        conclude_by = next(one.event.conclude_by for one in published if isinstance(one.event, review.ReviewOpened))
        assert "ReviewConcluded" not in names(published)
        assert conclude_by is not None
        await clock.move_to(conclude_by - DAY / 1440)
        assert "ReviewConcluded" not in names(await fresh.published(about))
        for instant in (conclude_by, conclude_by + 30 * DAY):
            await clock.move_to(instant)
            published = own(await fresh.published(about))
        assert names(published).count("ReviewConcluded") == 1


class TestWhenItStartsAgainWithAnEmptyBroker:
    async def test_what_it_counts_from_its_own_topic_is_not_counted_again(self, fresh: Stage) -> None:
        every = [new_id() for _ in range(10)]
        for about in every:
            await fresh.send(about, *historic(about))
        before = await counted(fresh)
        await fresh.restart()
        await fresh.send_again()
        assert await counted(fresh) == before
        page = (await fresh.http.get("/summary", params={"period": "2026-03"})).json()
        assert page["complaints"] == 10

    async def test_it_goes_on_where_it_was(self, fresh: Stage) -> None:
        about = await resolve(fresh)
        await fresh.restart()
        await accept(fresh, about)
        published = await fresh.published(about)
        assert names(own(published))[-2:] == ["ReviewConcluded", "SummaryPublished"]
        assert dense(published)


class TestWhenItsReadModelsAreBuiltAnew:
    async def test_they_say_what_they_said(self, fresh: Stage) -> None:
        for about in [new_id() for _ in range(3)]:
            await fresh.send(about, *historic(about))
        await fresh.wait_until_idle()
        before = (await fresh.http.get("/summary", params={"period": "2026-03"})).json()
        assert before["complaints"] == 3
        fresh.service.replay = own_log(fresh)
        after, begins = "", {"rebuild": True}
        while True:
            answer = await fresh.http.post("/replay", json={"all": True, "after": after, **begins})
            assert answer.status_code == 200, answer.text
            after, begins = answer.json()["next"], {}
            if not after:
                break
        assert (await fresh.http.get("/summary", params={"period": "2026-03"})).json() == before

    @pytest.mark.parametrize(
        "body",
        [{"rebuild": True}, {"rebuild": True, "complaint": "c1"}, {"rebuild": True, "all": True, "after": "x@1"}],
    )
    async def test_only_from_the_beginning_and_of_all(self, fresh: Stage, body: dict[str, Any]) -> None:
        answer = await fresh.http.post("/replay", json=body)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "invalid")


def own_log(stage: Stage) -> Replay:
    """A replay that reads the service's own log: the stage has no other services to ask."""
    service = stage.service
    sources = {topics.REVIEW: service.source}
    return Replay(service.definition, service.reader, service.processor, service.clock, sources)

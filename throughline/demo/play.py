"""The play: simulated days with a few rounds each; in each round every actor takes its next step over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from services import NAMES
from shared.eventsourcing.ports import RandomIds
from throughline.app.deployment import Deployment
from throughline.demo.agreeing import Agreeing
from throughline.demo.board import Board
from throughline.demo.broken import Place, put_broken_record
from throughline.demo.cases import Sample, registration
from throughline.demo.contributing import Contributing
from throughline.demo.customers import Customers
from throughline.demo.delivering import Delivering
from throughline.demo.desk import CARE, CareDesk, TriageDesk
from throughline.demo.edges import Unplanned
from throughline.demo.management import Management
from throughline.demo.pace import Pace
from throughline.demo.scene import URGENT, Case, Scene
from throughline.demo.stories import Story
from throughline.demo.view import View

FIRST_DAY: Final = date(2026, 3, 2)
"""A Monday at the start of two weeks without a holiday: the play is the same whenever it runs."""
BEGINS: Final = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
ROUNDS: Final = (time(8, 10), time(11, 10), time(14, 30))
EVENING: Final = time(20, 0)
"""Customers complain, nobody works."""
LAST_DAY: Final = 15
_ARRIVALS_UNTIL_DAY: Final = 7
_REACTION: Final = timedelta(minutes=20)
_URGENT_LOOKS: Final = 4
_SUNDAY: Final = 6
_BOARD_DAYS: Final = (1, 3, 4)
_AGAIN: Final = "sent twice, as a browser does"


class Play:
    """Plays all samples through a deployment.

    Attributes:
        scene: holds the cases by complaint id.
        poison: where services must have parked what was broken on purpose.
    """

    def __init__(self, deployment: Deployment, scene: Scene, samples: Sequence[Sample], pace: Pace, view: View) -> None:
        self.scene = scene
        self.poison: list[Place] = []
        self._deployment = deployment
        self._pace = pace
        self._view = view
        self._samples = samples
        self._arrivals = arrivals(samples)
        self._triage = TriageDesk(scene)
        self._care = CareDesk(scene)
        self._customers = Customers(scene, self._care)
        self._management = Management(scene)
        self._board = Board(scene)
        self._contributing = Contributing(scene)
        self._agreeing = Agreeing(scene)
        self._delivering = Delivering(scene)

    async def run(self) -> None:
        """Play until the last day. Raises Unplanned, NotIdle."""
        await self._a_request_that_fails()
        for day in range(LAST_DAY + 1):
            for clock in (*ROUNDS, EVENING):
                await self._round(day, clock)
            if day == 1:
                self.poison = await put_broken_record(self._deployment.broker.bootstrap_servers)
                self.scene.highlight("A record that nobody can read is put on a topic, on purpose")
        undecided = {one.key for one in self._samples if one.decided} - self._triage.decided
        if undecided:
            raise Unplanned(f"these were to wait for the triage desk and did not: {', '.join(sorted(undecided))}")

    async def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return where complaints stand, by service and state."""
        edges = self.scene.edges
        answers = await asyncio.gather(*(edges.get(f"{service}/counts") for service in NAMES))
        return {name: counts.get("status", counts) for name, counts in zip(NAMES, answers, strict=True)}

    async def _round(self, day: int, clock: time) -> None:
        arriving = self._arrivals.get((day, clock), ())
        instant = datetime.combine(FIRST_DAY + timedelta(days=day), clock, UTC)
        working = instant.weekday() != _SUNDAY and clock != EVENING
        if not arriving and not working:
            return
        await self._move_to(instant)
        if arriving:
            await self._register(arriving)
        if working:
            await self._move_to(instant + _REACTION)
            await self._desks()
            if await self._customers.act(care_works=self.scene.works(CARE)):
                await self._pace.rest()
            if instant.weekday() in _BOARD_DAYS and clock == ROUNDS[-1]:
                await self._board.meet()
            await self._departments(instant + 2 * _REACTION)
        if self._view.is_due:
            self._view.show(await self.counts())

    async def _move_to(self, instant: datetime) -> None:
        await self._pace.move_to(instant)
        self._view.at(self._pace.now)

    async def _register(self, arriving: Sequence[Sample]) -> None:
        for sample in arriving:
            repeat_of = self.scene.by_key(sample.repeats).id if sample.repeats else ""
            body = registration(sample, self._pace.now, repeat_of)
            answer = await self.scene.edges.register(body, f"web-{sample.key}")
            if sample is self._samples[0]:
                await self._again(body, f"web-{sample.key}", answer)
            self.scene.cases[answer["id"]] = Case(sample, answer["id"], self._pace.now)
            self.scene.tell(f"{sample.key} comes in: «{' '.join(sample.text.split())[:60]}…»")
        await self._pace.rest()

    async def _again(self, body: dict[str, Any], key: str, first: dict[str, Any]) -> None:
        again = await self.scene.edges.register(body, key)
        if again["id"] != first["id"] or not again["repeated"]:
            raise Unplanned(f"the same registration, {_AGAIN}, was answered with {again} after {first}")

    async def _a_request_that_fails(self) -> None:
        key = "web-malformed"
        await self.scene.edges.register_badly({"channel": "web"}, key, RandomIds().derived(f"intake:{key}"))

    async def _desks(self) -> None:
        decided = False
        if self.scene.works(CARE):
            decided = await self._triage.work()
            await self._care.acknowledge()
        await self._management.work()
        if decided:
            await self._pace.rest()
        for case in [case for case in self.scene.cases.values() if case.sample.links and not case.linked]:
            await self._triage.link(case)
            case.linked = True

    async def _departments(self, instant: datetime) -> None:
        """Every department looks at all its tables once, and again at those that cannot wait."""
        urgent = await self._look(())
        for look in range(1, _URGENT_LOOKS):
            if not urgent:
                break
            await self._move_to(instant + look * _REACTION)
            urgent = await self._look(URGENT)
        await self._pace.rest()

    async def _look(self, severities: Sequence[str]) -> bool:
        """Let departments act, the leads of tables last; returns whether an urgent one moved."""
        working = [one.id for one in self.scene.organisation.departments if self.scene.works(one.id)]
        items = [item for found in await asyncio.gather(*map(self._asked, working)) for item in found]
        wanted = [item for item in items if not severities or item["severity"] in severities]
        moved = False
        for leads in (False, True):
            now = [item for item in wanted if (item["lead"] == item["department"]) == leads]
            acted = await asyncio.gather(*(self._act(item["department"], item) for item in now))
            moved |= any(did and item["severity"] in URGENT for did, item in zip(acted, now, strict=True))
        return moved

    async def _asked(self, department: str) -> list[dict[str, Any]]:
        status = ["round", "agreeing", "delivering"]
        where = f"departments/departments/{department}/table"
        return [item async for item in self.scene.edges.pages(where, status=status)]

    async def _act(self, department: str, item: dict[str, Any]) -> bool:
        match item["status"], item["standing"]:
            case "round", "invited":
                return await self._contributing.answer_invitation(department, item)
            case "agreeing", "active" | "managed":
                return await self._agreeing.take_part(department, item)
            case "delivering", "active" | "managed":
                return await self._delivering.take_part(department, item)
            case _:
                return False

    def planned(self) -> dict[str, Story]:
        """Return the story of each complaint that has one."""
        return {case.id: case.sample.story for case in self.scene.cases.values() if case.sample.story}


def arrivals(samples: Sequence[Sample]) -> dict[tuple[int, time], list[Sample]]:
    """Return which samples arrive when: those that say so then, the others one after the other over a week."""
    slots = [(day, clock) for day in range(_ARRIVALS_UNTIL_DAY + 1) if day % 7 != _SUNDAY for clock in ROUNDS]
    anytime = [sample for sample in samples if not sample.at]
    found: dict[tuple[int, time], list[Sample]] = {}
    for index, sample in enumerate(anytime):
        found.setdefault(slots[index * len(slots) // len(anytime)], []).append(sample)
    for sample in samples:
        if sample.at:
            day, clock = sample.at.split()
            found.setdefault((int(day), time.fromisoformat(clock)), []).append(sample)
    return found

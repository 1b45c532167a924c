"""The customers after they complained: they wait, accept or reject, ask for management, or take it back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

from throughline.demo.desk import CareDesk
from throughline.demo.scene import Case, Scene, draw
from throughline.demo.stories import Story

CUSTOMER: Final = "customer"
_ASKS_FOR_MANAGEMENT_AFTER: Final = timedelta(hours=2)
_WITHDRAWS_AFTER: Final = timedelta(hours=3)
_LEARNT: Final = ("process-changed", "information-improved", "handover-agreed", "standard-revised")
_QUESTIONS: Final = ("solution", "treatment")
_OPEN: Final = "open"


class Customers:
    """What customers do while their complaint is open."""

    def __init__(self, scene: Scene, desk: CareDesk) -> None:
        self._scene = scene
        self._desk = desk
        self._asked: set[str] = set()

    async def act(self, *, care_works: bool) -> bool:
        """Let every customer do what is next; returns whether the departments have something new to do by it."""
        waiting = self._scene.edges.pages("intake/complaints", status=["acknowledged", "answered"])
        return any(await asyncio.gather(*[self._act(line, care_works=care_works) async for line in waiting]))

    async def _act(self, line: dict[str, Any], *, care_works: bool) -> bool:
        case = self._scene.case(line["id"])
        if line["status"] == "answered":
            return await self._decide(case, line, care_works=care_works)
        return await self._wait(case)

    async def _wait(self, case: Case) -> bool:
        scene, waited = self._scene, self._scene.now() - case.registered
        if case.is_story(Story.ESCALATES) and case.key not in self._asked and waited > _ASKS_FOR_MANAGEMENT_AFTER:
            self._asked.add(case.key)
            reason = "I want somebody who can decide to call me."
            await scene.edges.post(f"intake/complaints/{case.id}/escalate", {"reason": reason}, role=CUSTOMER)
            scene.highlight(f"The customer of {case.key} asks for management")
            return True
        if case.is_story(Story.WITHDRAWS) and waited > _WITHDRAWS_AFTER:
            reason = "It turned up after all, thank you."
            await scene.edges.post(f"intake/complaints/{case.id}/withdraw", {"reason": reason}, role=CUSTOMER)
            scene.highlight(f"The customer of {case.key} takes the complaint back")
            return True
        return False

    async def _decide(self, case: Case, line: dict[str, Any], *, care_works: bool) -> bool:
        scene, where = self._scene, f"intake/complaints/{case.id}"
        complaint = await scene.edges.get(where)
        if case.is_story(Story.REJECTS) and line["stage"] == 1:
            reason = "An apology does not bring back what I paid for."
            await scene.edges.post(f"{where}/reject", {"reason": reason}, role=CUSTOMER)
            scene.highlight(f"The customer of {case.key} rejects the answer: second stage, another lead")
            return True
        if care_works:
            await self._desk.keep_promises(case, complaint["promises"])
        promised = any(promise["standing"] == _OPEN for promise in complaint["promises"])
        if promised or line["management"] or draw(case.key, "thinks", scene.moment) < 0.3:
            return False
        learnt = _LEARNT[int(draw(case.key, "learnt") * len(_LEARNT))]
        done = await scene.edges.post(f"{where}/accept", {"learning_code": learnt}, role=CUSTOMER)
        if "FeedbackAsked.v1" in done["events"]:
            scores = [3 + int(3 * draw(case.key, "score", question)) for question in _QUESTIONS]
            await scene.edges.post(f"{where}/feedback", {"scores": scores}, role=CUSTOMER)
        scene.tell(f"The customer of {case.key} accepts")
        return False

"""The lead after the agreement: it brings the remedy to the customer and gives the one answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from throughline.demo.cases import Offer
from throughline.demo.scene import Case, Scene, draw
from throughline.demo.stories import Story

_CALL: Final = "call-back"
"""What is promised where the story needs a promise and the remedy brings none."""
_CYRILLIC: Final = ("\u0400", "\u04ff")


class Delivering:
    """How a lead ends its part."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def take_part(self, department: str, item: dict[str, Any]) -> bool:
        """Do what is next for the lead of a table that has agreed; returns whether anything was done."""
        scene, case = self._scene, self._scene.case(item["id"])
        if case.is_story(Story.CONTRADICTS) and item["standing"] == "active" and item["lead"] != department:
            return await self._state_a_date(department, case)
        if item["lead"] != department:
            return False
        late = case.is_story(Story.ANSWERED_LATE)
        if late and datetime.fromisoformat(item["answer_by"]) > scene.now():
            return False
        table = await scene.briefing(department, case.id)
        if table["status"] != "delivering":
            return False
        if table["delivery"] is None:
            amount = table["agreement"]["remedy"]["amount"]
            minutes = 5 + int(20 * draw(case.key, "delivery"))
            body = {"cost": amount, "staff_minutes": minutes}
            await scene.edges.post(_seat(department, case) + "/remedy", body, role=department)
        await self._answer(department, case, table)
        return True

    async def _answer(self, department: str, case: Case, table: dict[str, Any]) -> None:
        scene = self._scene
        offer = scene.phrases.remedies["second-stage"] if table["stage"] > 1 else scene.offer(table["category"])
        body: dict[str, Any] = {"text": _in_the_customers_language(case, offer)}
        if table["points"]:
            body["covers"] = list(range(1, table["points"] + 1))
        promises = self._promises(case, offer)
        if promises:
            body["promises"] = promises
        if case.is_story(Story.CONTRADICTS):
            # The first time the lead has another date in mind than the department it relies on.
            days = 2 if not table["held"] else 4
            body["dates"] = {"new delivery": (case.registered + timedelta(days=days)).date().isoformat()}
        answer = await scene.edges.post(_seat(department, case) + "/answer", body, role=department)
        if "AnswerHeld.v1" in answer["events"]:
            scene.highlight(f"The answer to {case.key} is held back: two departments name different dates")
        else:
            scene.tell(f"{scene.name(department)} delivers the remedy and answers {case.key}")

    def _promises(self, case: Case, offer: Offer) -> dict[str, str]:
        promise = offer.promise
        if case.is_story(Story.BREAKS_PROMISE, Story.RENEGOTIATES):
            promise = promise or _CALL
        return {promise: (self._scene.now() + timedelta(hours=offer.within)).isoformat()} if promise else {}

    async def _state_a_date(self, department: str, case: Case) -> bool:
        body = {"dates": {"new delivery": (case.registered + timedelta(days=4)).date().isoformat()}}
        answer = await self._scene.edges.post(_seat(department, case) + "/statement", body, role=department)
        return bool(answer["events"])


def _in_the_customers_language(case: Case, offer: Offer) -> str:
    russian = sum(_CYRILLIC[0] <= letter <= _CYRILLIC[1] for letter in case.sample.text) * 2 > len(case.sample.text)
    return offer.ru if russian else offer.en


def _seat(department: str, case: Case) -> str:
    return f"departments/departments/{department}/table/{case.id}"

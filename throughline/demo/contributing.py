"""A department that is asked to a table: it joins or declines, reports its times, proposes."""

from __future__ import annotations

from typing import Any, Final

from throughline.demo.scene import Case, Scene, draw
from throughline.demo.stories import Story

NOMINEE: Final = "warehouse"
"""The department that the story's declining department names instead: the parcel lay there."""
BLAMING: Final = "The driver was careless and is to blame for the broken box."


class Contributing:
    """How departments answer invitations."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def answer_invitation(self, department: str, item: dict[str, Any]) -> bool:
        """Act on one invitation; returns whether anything was done."""
        scene, case = self._scene, self._scene.case(item["id"])
        if case.is_story(Story.SILENT, Story.DECLINES, Story.BLAMES) and item["stage"] == 1:
            table = await scene.briefing(department, case.id)
            special = scene.furthest(table["participants"], item["lead"]) == department
            if special and case.is_story(Story.SILENT):
                return False
            if special and case.is_story(Story.DECLINES) and not table["seat"]["nominated_by"]:
                await self._decline(department, case)
                return True
            await self._contribute(department, item, case, blames=special and case.is_story(Story.BLAMES))
            return True
        if not scene.takes_up(case, department, item["severity"], item["respond_by"]):
            return False
        await self._contribute(department, item, case, blames=False)
        return True

    async def _decline(self, department: str, case: Case) -> None:
        scene = self._scene
        await scene.edges.post(
            _seat(department, case) + "/decline", {"reason": "step-not-touched", "nominee": NOMINEE}, role=department
        )
        scene.highlight(f"{scene.name(department)} declines {case.key} and names {scene.name(NOMINEE).lower()}")

    async def _contribute(self, department: str, item: dict[str, Any], case: Case, *, blames: bool) -> None:
        scene, seat = self._scene, _seat(department, case)
        await scene.edges.post(f"{seat}/join", role=department)
        await scene.edges.post(f"{seat}/times", self._times(department, case), role=department)
        own = [step["step"] for step in item["steps"] if step["department"] == department]
        # A nominee without a step of its own, and a lead from outside the first stage, speak of the table's steps.
        step = own[0] if own else item["steps"][0]["step"]
        if item["lead"] == department:
            await scene.edges.post(f"{seat}/propose", self._remedy(item, step), role=department)
        prevention = {"step": step, "kind": "prevention", "text": scene.prevention(case, step)}
        if blames:
            await scene.edges.post(
                f"{seat}/propose", prevention | {"text": BLAMING}, role=department, refused="blames-people"
            )
            scene.highlight(f"«{BLAMING}» ({case.key}): refused, reworded")
        await scene.edges.post(f"{seat}/propose", prevention, role=department)
        scene.tell(f"{scene.name(department)} joins {case.key}, reports its times and proposes")

    def _remedy(self, item: dict[str, Any], step: str) -> dict[str, Any]:
        offer = self._scene.offer(item["category"])
        if item["stage"] > 1:
            offer = self._scene.phrases.remedies["second-stage"]
        remedy = {"remedy": offer.remedy, "amount": str(offer.amount)}
        return {"step": step, "kind": "remedy", "text": offer.why, "remedy": remedy}

    def _times(self, department: str, case: Case) -> dict[str, Any]:
        """Own steps, from the department's records; a good part of what was over the standard was waiting."""
        own = {step.id: step for step in self._scene.organisation.steps_of(department)}
        steps: list[dict[str, Any]] = []
        for ran in case.order_times():
            if ran.step not in own or ran.ended is None:
                continue
            time = {"step": ran.step, "started": ran.started.isoformat(), "ended": ran.ended.isoformat()}
            standard = own[ran.step].standard
            over = (ran.ended - ran.started - standard).total_seconds() if standard else 0.0
            waiting = int(over * (0.4 + 0.5 * draw(case.key, ran.step, "waiting")))
            steps.append(time | ({"waiting_seconds": waiting} if waiting > 0 else {}))
        return {"steps": steps, "staff_minutes": 6 + int(30 * draw(case.key, department, "minutes"))}


def _seat(department: str, case: Case) -> str:
    return f"departments/departments/{department}/table/{case.id}"

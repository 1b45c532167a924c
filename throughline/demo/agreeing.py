"""Departments after the reveal: they endorse or object, and the lead writes down what was agreed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from throughline.demo.edges import Unplanned
from throughline.demo.scene import Case, Scene
from throughline.demo.stories import Story

_ALTERNATIVE: Final = "partial-refund"


class Agreeing:
    """How a table comes to one remedy."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def take_part(self, department: str, item: dict[str, Any]) -> bool:
        """Do what is next for a department at a revealed table; returns whether anything was done."""
        scene, case = self._scene, self._scene.case(item["id"])
        if item["standing"] not in {"active", "managed"}:
            return False
        table = await scene.briefing(department, case.id)
        if table["status"] != "agreeing":
            return False
        objects = case.is_story(Story.OBJECTS, Story.LEAD_DECIDES) and item["stage"] == 1
        special = scene.furthest(table["participants"], item["lead"]) == department
        if objects and not table["objections"]:
            # The others wait for what the objection brings.
            if special:
                await self._object(department, case, table)
            return special
        remedy = self._remedy(case, table)
        against = any((one["department"], one["proposal"]) == (department, remedy) for one in table["objections"])
        if item["standing"] == "active" and not against and not _behind(department, remedy, table):
            await scene.edges.post(_seat(department, case) + "/endorse", {"proposal": remedy}, role=department)
            return True
        if item["lead"] == department and self._may_agree(case, table, remedy):
            await self._agree(department, case, table, remedy)
            return True
        return False

    def _remedy(self, case: Case, table: dict[str, Any]) -> str:
        """The alternative where there is one and the story is that it convinces, else the lead's own."""
        if table["objections"] and case.is_story(Story.OBJECTS):
            return str(table["objections"][0]["alternative"])
        objected = {one["alternative"] for one in table["objections"]}
        remedies = [one for one in table["proposals"] if one["kind"] == "remedy" and one["proposal"] not in objected]
        by_lead = [one for one in remedies if one["department"] == table["lead"]]
        if not remedies:
            raise Unplanned(f"nobody proposed a remedy at the table of {case.key}: {table}")
        return str((by_lead or remedies)[0]["proposal"])

    def _may_agree(self, case: Case, table: dict[str, Any], remedy: str) -> bool:
        active = [one for one, standing in table["participants"].items() if standing == "active"]
        if case.is_story(Story.LEAD_DECIDES):
            return datetime.fromisoformat(table["agree_by"]) <= self._scene.now()
        return all(_behind(one, remedy, table) for one in active)

    async def _object(self, department: str, case: Case, table: dict[str, Any]) -> None:
        scene = self._scene
        remedy = self._remedy(case, table)
        step = next(one["step"] for one in table["proposals"] if one["proposal"] == remedy)
        alternative = {
            "step": step,
            "kind": "remedy",
            "text": "Refund a part of the price: it is felt at once and needs no second delivery.",
            "remedy": {"remedy": _ALTERNATIVE, "amount": "25.00"},
        }
        body = {
            "proposal": remedy,
            "reason": "The customer keeps the goods; another delivery would take two more days and help less.",
            "alternative": alternative,
        }
        await scene.edges.post(_seat(department, case) + "/object", body, role=department)
        scene.highlight(f"{scene.name(department)} objects at the table of {case.key} and offers an alternative")

    async def _agree(self, department: str, case: Case, table: dict[str, Any], remedy: str) -> None:
        scene = self._scene
        preventions = [one["proposal"] for one in table["proposals"] if one["kind"] == "prevention"]
        body = {"remedy_proposal": remedy, "preventions": preventions, "budgets": self._budgets(case, table)}
        await scene.edges.post(_seat(department, case) + "/agree", body, role=department)
        alone = case.is_story(Story.LEAD_DECIDES)
        how = "decides alone, the objection on record:" if alone else "writes down what was agreed for"
        (scene.highlight if alone else scene.tell)(f"{scene.name(department)} {how} {case.key}")

    def _budgets(self, case: Case, table: dict[str, Any]) -> dict[str, int]:
        """Where an order's step overran, its standard is confirmed as the budget; the promise holds with it."""
        standards = {one.id: one.standard for one in self._scene.organisation.steps}
        over = {one.step for one in case.order_times()} & {step["step"] for step in table["steps"]}
        return {step: int(given.total_seconds() // 3_600) for step in over if (given := standards[step])}


def _behind(department: str, remedy: str, table: dict[str, Any]) -> bool:
    made = any(one["proposal"] == remedy and one["department"] == department for one in table["proposals"])
    given = {"department": department, "proposal": remedy}
    return made or given in table["endorsements"]


def _seat(department: str, case: Case) -> str:
    return f"departments/departments/{department}/table/{case.id}"

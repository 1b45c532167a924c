"""The review board: it sets causes by the evidence, agrees an action, concludes; departments read the summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from deploy.local.demo.scene import Case, Scene, draw

ROLE: Final = "review-board"
_ACTION_WITHIN: Final = timedelta(days=30)


@dataclass(frozen=True)
class _Action:
    complaint: str
    action: str
    department: str


class Board:
    """What the board does with the reviews that wait for it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._agreed: list[_Action] = []

    async def meet(self) -> None:
        """Conclude every review that waits for the board."""
        scene = self._scene
        await self._actions_done()
        async for line in scene.edges.pages("review/reviews", status="open"):
            if line["waits_for"] == ["board"]:
                await self._conclude(scene.case(line["id"]))

    async def _conclude(self, case: Case) -> None:
        scene, where = self._scene, f"review/reviews/{case.id}"
        review = await scene.edges.get(where)
        causes = self._causes(review)
        await scene.edges.post(f"{where}/causes", {"causes": causes}, role=ROLE)
        first = causes[0]["step"]
        owner = scene.organisation.owner(first).id
        action = {
            "kind": "corrective",
            "department": owner,
            "step": first,
            "text": scene.prevention(case, first),
            "due": (scene.now() + _ACTION_WITHIN).isoformat(),
            "criterion": f"Half as many complaints with {first} as a cause in the following eight weeks.",
        }
        await scene.edges.post(f"{where}/actions", action, role=ROLE)
        await scene.edges.post(f"{where}/conclude", role=ROLE)
        after = await scene.edges.get(where)
        self._agreed += [_Action(case.id, one["action"], owner) for one in after["actions"]]
        for department in {touched["department"] for touched in review["touched"]}:
            await scene.edges.post(f"{where}/acknowledge", {"department": department}, role=department)
        scene.highlight(f"The review board concludes {case.key}: {first} first, one action for {scene.name(owner)}")

    async def _actions_done(self) -> None:
        """The owners finish half of the actions by the next meeting."""
        finished = [one for one in self._agreed if draw(one.complaint, "done") < 0.5]
        for one in finished:
            where = f"review/reviews/{one.complaint}/actions/{one.action}/done"
            await self._scene.edges.post(where, role=one.department)
        self._agreed = [one for one in self._agreed if one not in finished]

    def _causes(self, review: dict[str, Any]) -> list[dict[str, Any]]:
        """The causes by rule, the heaviest made clearer."""
        found = sorted(review["causes"], key=lambda cause: -cause["weight"])[:2]
        if not found:
            found = [{"step": review["touched"][0]["step"], "factor": "method", "weight": 1.0, "evidence": ""}]
        evidence = self._scene.phrases.evidence
        weights = (0.7, 0.3) if len(found) > 1 else (1.0,)
        return [
            {
                "step": cause["step"],
                "factor": cause["factor"],
                "weight": weight,
                "evidence": evidence.get(cause["step"]) or cause["evidence"],
            }
            for cause, weight in zip(found, weights, strict=True)
        ]

"""The review board: it sets causes by the evidence, agrees an action, concludes; departments read the summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from throughline.demo.cases import BoardFinding
from throughline.demo.edges import Unplanned
from throughline.demo.scene import Case, Scene, draw

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
        finding = scene.phrases.findings.get(review["category"])
        if finding is None:
            raise Unplanned(f"nobody said what the board finds in {case.key}, category {review['category']}")
        await scene.edges.post(f"{where}/causes", {"causes": _causes(finding, review)}, role=ROLE)
        owner = scene.organisation.owner(finding.step).id
        action = {
            "kind": "corrective",
            "department": owner,
            "step": finding.step,
            "text": finding.action,
            "due": (scene.now() + _ACTION_WITHIN).isoformat(),
            "criterion": finding.criterion,
        }
        await scene.edges.post(f"{where}/actions", action, role=ROLE)
        await scene.edges.post(f"{where}/conclude", role=ROLE)
        after = await scene.edges.get(where)
        self._agreed += [_Action(case.id, one["action"], owner) for one in after["actions"]]
        for department in {touched["department"] for touched in review["touched"]}:
            await scene.edges.post(f"{where}/acknowledge", {"department": department}, role=department)
        scene.highlight(
            f"The review board concludes {case.key}: {finding.step} first, one action for {scene.name(owner)}"
        )

    async def _actions_done(self) -> None:
        """The owners finish half of the actions by the next meeting."""
        finished = [one for one in self._agreed if draw(one.complaint, "done") < 0.5]
        for one in finished:
            where = f"review/reviews/{one.complaint}/actions/{one.action}/done"
            await self._scene.edges.post(where, role=one.department)
        self._agreed = [one for one in self._agreed if one not in finished]


def _causes(finding: BoardFinding, review: dict[str, Any]) -> list[dict[str, Any]]:
    """The board's finding weighs most; the heaviest of the causes by rule at another step keeps a part."""
    first = {"step": finding.step, "factor": finding.factor, "weight": 0.7, "evidence": finding.evidence}
    others = sorted(review["causes"], key=lambda cause: -cause["weight"])
    kept = [cause for cause in others if cause["step"] != finding.step][:1]
    return [
        first,
        *({name: cause[name] for name in ("step", "factor", "evidence")} | {"weight": 0.3} for cause in kept),
    ]

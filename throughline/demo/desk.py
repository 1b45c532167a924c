"""The desks of customer care: triage by a person, and the personal word to the customer."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from throughline.demo.edges import Unplanned
from throughline.demo.scene import Case, Scene, draw
from throughline.demo.stories import Story

CARE: Final = "customer-care"
_NEW_DATE: Final = timedelta(days=2)
_AT_THE_LATEST: Final = timedelta(hours=30)
"""So long before it is due a promise is kept at the latest: a Sunday may lie between."""


class TriageDesk:
    """Decides what the rules leave open, and links repeated complaints."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.decided: set[str] = set()

    async def work(self) -> bool:
        """Empty the queue; returns whether there was anything in it. Raises Unplanned."""
        scene = self._scene
        queue = await scene.edges.get("routing/triages/queue")
        for item in queue["items"]:
            case = scene.case(item["id"])
            if not case.sample.decided:
                raise Unplanned(f"{case.key} waits for a person, but the sample does not say what one finds in it")
            category, _, steps = case.sample.decided.partition(":")
            body: dict[str, Any] = {"category": category.strip(), "reason": "read by a person: the words leave it open"}
            if steps.strip():
                body["steps"] = steps.split()
            await scene.edges.post(f"routing/triages/{case.id}/decide", body, role="triage")
            self.decided.add(case.key)
            scene.highlight(f"The triage desk reads {case.key} and finds: {category}")
        return bool(queue["items"])

    async def link(self, case: Case) -> None:
        """Link a complaint to the earlier one that it repeats. Raises Unplanned."""
        earlier = self._scene.by_key(case.sample.links)
        triage = await self._scene.edges.get(f"routing/triages/{case.id}")
        alike = next((one for one in triage["alike"] if one["complaint"] == earlier.id), None)
        if alike is None:
            raise Unplanned(f"routing does not show that {case.key} is like {earlier.key}: {triage['alike']}")
        body = {"other": earlier.id, "score": alike["score"], "why": f"{alike['why']}; the same matter"}
        await self._scene.edges.post(f"routing/triages/{case.id}/links", body, role="triage")
        self._scene.highlight(f"The triage desk links {case.key} to {earlier.key}")


class CareDesk:
    """Speaks to customers in person, and keeps the promises that were made to them."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._new_dates: set[str] = set()

    async def acknowledge(self) -> None:
        """Speak to every customer whom nobody has spoken to yet."""
        scene = self._scene
        waiting = [case for case in scene.cases.values() if not case.acknowledged]
        body = {"next": "You have reached a person. Every department whose step it touches looks at it now."}
        await asyncio.gather(
            *(scene.edges.post(f"intake/complaints/{case.id}/acknowledge", body, role=CARE) for case in waiting)
        )
        for case in waiting:
            case.acknowledged = True

    async def keep_promises(self, case: Case, promises: list[dict[str, Any]]) -> None:
        """Do what the answer promised, or agree on a new date before the old one is due."""
        scene = self._scene
        if case.is_story(Story.BREAKS_PROMISE):
            return
        for promise in promises:
            name, due = promise["promise"], datetime.fromisoformat(promise["due"])
            if promise["standing"] != "open" or name.startswith("answer"):
                continue
            where = f"intake/complaints/{case.id}/promises/{name}"
            if case.is_story(Story.RENEGOTIATES) and case.key not in self._new_dates:
                await scene.edges.post(f"{where}/renegotiate", {"due": (due + _NEW_DATE).isoformat()}, role=CARE)
                self._new_dates.add(case.key)
                scene.highlight(f"Customer care and the customer of {case.key} agree on a new date before the old one")
            elif due - scene.now() < _AT_THE_LATEST or draw(case.key, name, scene.moment) < 0.5:
                await scene.edges.post(f"{where}/keep", role=CARE)

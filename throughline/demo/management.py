"""Managers: they call the customer in person, and hand back with a finding for each instance that failed."""

from __future__ import annotations

from typing import Final

from throughline.demo.scene import Scene

ROLE: Final = "management"
_NOTE: Final = "Called the customer in person: listened, apologised, said who does what until tomorrow noon."


class Management:
    """What management does with its queue."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def work(self) -> None:
        """Call whoever waits; hand back what was called about on an earlier round."""
        scene = self._scene
        async for line in scene.edges.pages("departments/management/queue"):
            case, escalation = scene.case(line["id"]), line["escalation"]
            if escalation is None:  # management only holds a seat here: the table goes on without a call
                continue
            if not escalation["contacted"]:
                await scene.edges.post(f"departments/management/{case.id}/contact", {"note": _NOTE}, role=ROLE)
                scene.highlight(f"A manager calls the customer of {case.key} in person")
                continue
            known = {department.id for department in scene.organisation.departments}
            findings = {
                failed: "The table now tells the customer each evening how far it is."
                if failed in known
                else "A second pair of eyes reads what waits for triage by noon."
                for failed in escalation["failed"]
            }
            await scene.edges.post(f"departments/management/{case.id}/close", {"findings": findings}, role=ROLE)
            scene.highlight(f"Management hands {case.key} back with {len(findings)} finding(s)")

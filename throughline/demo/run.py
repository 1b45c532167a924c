"""One run of the demonstration: start everything, play, collect the results, judge them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from rich.console import Console

from shared.contracts.topics import PARTITIONS_EMBEDDED
from shared.organisation import Organisation, from_path
from shared.verification import Finding
from throughline.app.clock import SteppedClock
from throughline.app.deployment import Deployment, deployed
from throughline.app.folder import DataFolder
from throughline.demo.cases import read_phrases, read_samples
from throughline.demo.edges import Edges, Unplanned
from throughline.demo.figures import Figures, gather
from throughline.demo.observer import Observer, events_of
from throughline.demo.pace import Pace
from throughline.demo.play import BEGINS, Play
from throughline.demo.report import WIDTH, Report
from throughline.demo.scene import Scene
from throughline.demo.stories import missing
from throughline.demo.verdict import CapturedLog, verdict
from throughline.demo.view import View, lanes
from throughline.demo.wire import Wire

ORGANISATION = "parcel-retailer"


@dataclass(frozen=True)
class Played:
    """What a run came to; `findings` by invariant."""

    url: str
    organisation: Organisation
    figures: Figures
    findings: Mapping[str, Finding]
    seconds: float
    cases: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return all(finding.ok for finding in self.findings.values())

    def as_json(self) -> dict[str, Any]:
        """Return the object of `--json`."""
        return {
            "complaints": dict(self.figures.counts["intake"]),
            "invariants": {name: one.as_json() for name, one in self.findings.items()},
            "seconds": round(self.seconds, 1),
        }


async def demonstrate(
    folder: DataFolder, port: int, progress: Console, log: CapturedLog, then: Callable[[Played, Pace], Awaitable[None]]
) -> Played:
    """Run it, call `then` while everything still serves, and return what it came to.

    Raises:
        Unplanned, NotIdle, and what `deployed` raises.
    """
    began = time.monotonic()
    clock = SteppedClock(BEGINS)
    samples = read_samples()
    company = from_path(ORGANISATION)
    async with deployed(folder, ORGANISATION, port=port, clock=clock) as deployment:
        topics = {topic for service in deployment.services.values() for topic in service.definition.topics}
        observer = Observer(deployment.broker.bootstrap_servers, topics, PARTITIONS_EMBEDDED)
        await observer.start()
        try:
            async with contextlib.aclosing(Wire(deployment.url)) as wire:
                edges = Edges(wire)
                pace = Pace(deployment, clock, lambda: edges.written)
                with View(progress, len(samples), lanes(company)) as view:
                    scene = Scene(edges, company, read_phrases(), lambda: pace.now, view.tell, view.highlight)
                    play = Play(deployment, scene, samples, pace, view)
                    await play.run()
                played = await _look(deployment, play, pace, observer, log, began)
                await then(played, pace)
                return played
        finally:
            await observer.stop()


async def _look(
    deployment: Deployment, play: Play, pace: Pace, observer: Observer, log: CapturedLog, began: float
) -> Played:
    await pace.rest()
    observed = await observer.caught_up()
    events = events_of(observed)
    wrong = missing(play.planned(), events)
    if wrong:
        raise Unplanned("; ".join(wrong))
    scene = play.scene
    figures = await gather(scene.edges, scene.cases, events, await play.counts())
    text = StringIO()
    Report(Console(file=text, width=WIDTH), scene.organisation, figures).print()
    outputs = {"the report": text.getvalue(), "the log": "\n".join(log.lines)}
    samples = [case.sample for case in scene.cases.values()]
    findings = await verdict(deployment, play, pace, observed, samples, outputs)
    return Played(
        url=deployment.url,
        organisation=scene.organisation,
        figures=figures,
        findings=findings,
        seconds=time.monotonic() - began,
        cases={case.key: case.id for case in scene.cases.values()},
    )

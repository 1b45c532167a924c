"""Whether the invariants hold: the checker on the journal, the topics and the stores of a finished play."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from shared.messaging.parse import Raw
from shared.verification import Finding, check
from shared.verification.collect import evidence_of
from throughline.app.deployment import Deployment
from throughline.demo.cases import Sample, planted
from throughline.demo.pace import Pace
from throughline.demo.play import Play

_NOTHING: Final = "Nothing was checked."


class CapturedLog(logging.Handler):
    """Keeps what libraries and services log: it is part of the evidence, and the terminal stays readable."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(f"{record.levelname} {record.name} {record.getMessage()}")

    def install(self) -> None:
        """Capture everything that is logged from now on; nothing else prints it."""
        root = logging.getLogger()
        root.handlers[:] = [self]
        root.setLevel(logging.INFO)
        logging.captureWarnings(capture=True)


async def verdict(
    deployment: Deployment,
    play: Play,
    pace: Pace,
    observed: Sequence[Raw],
    samples: Sequence[Sample],
    outputs: Mapping[str, str],
) -> dict[str, Finding]:
    """Return the result of each invariant; one for which nothing was checked does not hold."""
    await pace.rest()
    evidence = await evidence_of(
        deployment.services.values(),
        play.scene.edges.journal,
        observed,
        now=pace.now,
        poison=play.poison,
        planted=planted(samples),
        outputs={**outputs, **await _given_out(deployment, play)},
    )
    return {
        name: finding if finding.checked else Finding(ok=False, checked=0, findings=(_NOTHING,))
        for name, finding in (await asyncio.to_thread(check, evidence)).items()
    }


async def _given_out(deployment: Deployment, play: Play) -> dict[str, str]:
    """What the services show to anybody: their metrics, and the complaints in which a name was given."""
    edges = play.scene.edges
    texts = {f"{name}'s metrics": await edges.text(f"{name}/metrics") for name in deployment.services}
    for case in play.scene.cases.values():
        if case.sample.customer is not None:
            for path in ("intake/complaints", "routing/triages", "departments/resolutions", "review/reviews"):
                answer: Any = await edges.get(f"{path}/{case.id}")
                texts[f"GET {path} of {case.key}"] = orjson.dumps(answer).decode()
    return texts

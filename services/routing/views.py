"""What routing answers to questions. Never writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel

from services.routing.state import STATE, Basis, Ended, Link, Queued, Triaged, Unknown, Verdict
from shared.contracts.parts import Severity, TouchedStep
from shared.contracts.routing import KIND, Candidate, Circumstances
from shared.store.port import Snapshot, Store
from shared.web.problems import NotFound

SAME_ORDER: Final = 0.9
SAME_CUSTOMER: Final = 0.6
MOST_ALIKE: Final = 50


class TriageLine(BaseModel):
    """One triage in a list. `category`, `severity` and `departments` of a queued one are the best guess."""

    id: str
    version: int
    status: str
    category: str
    severity: Severity
    language: str
    confidence: float
    historic: bool
    departments: list[str]
    decide_by: datetime | None
    overdue: bool


class TriagePage(BaseModel):
    """A page of triages; `next` is the cursor of the following page or empty."""

    items: list[TriageLine]
    next: str


class Alike(BaseModel):
    """Another complaint of the same order or customer: a person may link it. `score` from 0 to 1."""

    complaint: str
    score: float
    why: str


class TriageView(TriageLine):
    """One triage, with every why, the owners' verdicts, and the complaints that it may repeat."""

    threshold: float | None
    candidates: tuple[Candidate, ...]
    basis: Basis | None
    severity_why: tuple[str, ...]
    steps: tuple[TouchedStep, ...]
    verdicts: dict[str, Verdict]
    links: dict[str, Link]
    alike: list[Alike]
    circumstances: Circumstances


class StepCount(BaseModel):
    """How often a step was touched, confirmed and refuted."""

    touched: int
    confirmed: int
    refuted: int


class Views:
    """Reads of one store.

    Args:
        repeat_within: how long after one complaint another of the same customer may be its repeat.
    """

    def __init__(self, store: Store, repeat_within: timedelta) -> None:
        self._store = store
        self._repeat_within = repeat_within

    async def triages(self, where: Mapping[str, Sequence[str | int]], cursor: str, limit: int) -> TriagePage:
        """Page through triages by complaint id."""
        page = await self._store.find(KIND, where or None, after=f"{KIND}/{cursor}" if cursor else "", limit=limit)
        lines = [line for snapshot in page.items if (line := _line(snapshot)) is not None]
        return TriagePage(items=lines, next=_key(page.next))

    async def queue(self, cursor: str, limit: int) -> TriagePage:
        """Page through what waits for a person; within a page the most urgent first, historic ones last."""
        page = await self.triages({"status": ["queued"]}, cursor, limit)
        return TriagePage(items=sorted(page.items, key=_urgency), next=page.next)

    async def triage(self, complaint: str) -> TriageView:
        """Return one triage. Raises NotFound."""
        stream = f"{KIND}/{complaint}"
        snapshot = (await self._store.load([stream])).snapshots.get(stream)
        line = _line(snapshot) if snapshot else None
        if snapshot is None or line is None:
            raise NotFound(f"there is no triage of a complaint {complaint}")
        judged = _judged(snapshot)
        alike = await self._alike(complaint, judged)
        return TriageView(
            **line.model_dump(),
            threshold=judged.threshold if isinstance(judged, Queued) else None,
            candidates=judged.candidates if isinstance(judged, Queued) else (),
            basis=judged.basis if isinstance(judged, Triaged) else None,
            severity_why=judged.severity_why if isinstance(judged, Triaged) else (),
            steps=judged.steps,
            verdicts=judged.verdicts if isinstance(judged, Triaged) else {},
            links=judged.links,
            alike=[other for other in alike if other.complaint not in judged.links],
            circumstances=judged.circumstances,
        )

    async def known(self, complaint: str) -> bool:
        """Whether routing knows a complaint."""
        stream = f"{KIND}/{complaint}"
        snapshot = (await self._store.load([stream])).snapshots.get(stream)
        return snapshot is not None and _line(snapshot) is not None

    async def counts(self) -> Mapping[str, int]:
        """Count triages by status."""
        counted = await self._store.count(KIND, "status")
        return {status: number for status, number in counted.items() if status != "unknown"}

    async def steps(self) -> Mapping[str, StepCount]:
        """Count, per step, how often it was touched, confirmed and refuted by its owner."""
        touched = await self._store.count(KIND, "steps")
        confirmed = await self._store.count(KIND, "confirmed")
        refuted = await self._store.count(KIND, "refuted")
        return {
            step: StepCount(touched=number, confirmed=confirmed.get(step, 0), refuted=refuted.get(step, 0))
            for step, number in sorted(touched.items())
        }

    async def _alike(self, complaint: str, judged: Queued | Triaged) -> list[Alike]:
        """Other complaints of the same order, and of the same customer within the time of repeats."""
        about = judged.circumstances
        found: dict[str, Alike] = {}
        for name, ref, score in (
            ("customer", about.customer_ref, SAME_CUSTOMER),
            ("order", about.order_ref, SAME_ORDER),
        ):
            if not ref:
                continue
            page = await self._store.find(KIND, {name: [ref]}, limit=MOST_ALIKE)
            for snapshot in page.items:
                other = _judged(snapshot).circumstances
                apart = abs(about.received_at - other.received_at)
                key = _key(snapshot.stream)
                if key != complaint and apart <= self._repeat_within:
                    found[key] = Alike(complaint=key, score=score, why=f"same {name}, {apart.days} days apart")
        return sorted(found.values(), key=lambda alike: (-alike.score, alike.complaint))


def _judged(snapshot: Snapshot) -> Queued | Triaged:
    state = STATE.validate_json(snapshot.state)
    if isinstance(state, Unknown):
        raise NotFound(f"there is no triage of a complaint {_key(snapshot.stream)}")
    return state.triage if isinstance(state, Ended) else state


def _line(snapshot: Snapshot) -> TriageLine | None:
    """The list entry of a stream; None where nothing is registered under it."""
    if not snapshot.state:
        return None
    state = STATE.validate_json(snapshot.state)
    if isinstance(state, Unknown):
        return None
    judged = state.triage if isinstance(state, Ended) else state
    queued = judged if isinstance(judged, Queued) else None
    return TriageLine(
        id=_key(snapshot.stream),
        version=snapshot.version,
        status=state.status,
        category=judged.category,
        severity=judged.severity,
        language=judged.language,
        confidence=judged.confidence,
        historic=judged.historic,
        departments=list(dict.fromkeys(touched.department for touched in judged.steps)),
        decide_by=queued.decide_by if queued else None,
        overdue=queued.overdue if queued else False,
    )


def _urgency(line: TriageLine) -> tuple[bool, str, str]:
    return (line.decide_by is None, line.decide_by.isoformat() if line.decide_by else "", line.id)


def _key(stream: str) -> str:
    return stream.partition("/")[2]

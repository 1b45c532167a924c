"""Reviews and their summaries, one by one and in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from services.review.policy.chain import known_times
from services.review.state.review import (
    STATE,
    Action,
    Collecting,
    Concluded,
    Evidence,
    Open,
    State,
    Times,
    severity_of,
    theme_key,
    waits_for_the_board,
)
from shared.contracts.parts import Cause, Costs, StepTime, TimePart, TouchedStep
from shared.contracts.review import KIND, Summary
from shared.store.port import Snapshot, Store
from shared.web.problems import NotFound


class ReviewLine(BaseModel):
    """One review in a list. `waits_for`: what is still missing; empty when it is concluded."""

    id: str
    version: int
    status: str
    severity: str
    category: str
    period: str
    historic: bool
    themes: list[str]
    cost: str
    waits_for: list[str]
    next_due: datetime | None


class ReviewPage(BaseModel):
    """A page of reviews; `next` is the cursor of the following page or empty."""

    items: list[ReviewLine]
    next: str


class ReviewView(ReviewLine):
    """One review with everything it found."""

    opened_at: datetime | None = None
    conclude_by: datetime | None = None
    concluded_at: datetime | None = None
    steps: tuple[StepTime, ...]
    touched: tuple[TouchedStep, ...]
    times: Times = Times()
    causes: tuple[Cause, ...] = ()
    costs: Costs | None = None
    assumptions: str = ""
    actions: tuple[Action, ...] = ()
    summary: Summary | None = None
    acknowledged: tuple[str, ...] = ()


class SummaryLine(BaseModel):
    """A published summary, its total cost, and the departments that have read it."""

    summary: Summary
    total: str
    concluded_at: datetime
    acknowledged: tuple[str, ...]
    actions: tuple[Action, ...]


class SummaryPage(BaseModel):
    """A page of summaries; `next` is the cursor of the following page or empty."""

    items: list[SummaryLine]
    next: str


class OrderTimes(BaseModel):
    """The times of one complaint's order and of its handling: raw material for analysis."""

    id: str
    period: str
    historic: bool
    steps: tuple[StepTime, ...]
    chain: tuple[TimePart, ...]
    handling: tuple[TimePart, ...]


class OrderTimesPage(BaseModel):
    """A page of them; `next` is the cursor of the following page or empty."""

    items: list[OrderTimes]
    next: str


class Reviews:
    """Reads of the reviews in one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, where: Mapping[str, Sequence[str]], cursor: str, limit: int) -> ReviewPage:
        """Page through reviews by complaint id; `where` names indexed fields (status, severity, period, theme …)."""
        items, after = await self._find(where, cursor, limit)
        return ReviewPage(items=[_line(snapshot, state) for snapshot, state in items], next=after)

    async def review(self, complaint: str) -> ReviewView:
        """Return one review.

        Raises:
            NotFound: review does not know this complaint.
        """
        stream = f"{KIND}/{complaint}"
        snapshot = (await self._store.load([stream])).snapshots.get(stream)
        if snapshot is None or not snapshot.state:
            msg = f"there is no review of a complaint {complaint}"
            raise NotFound(msg)
        return _view(snapshot, STATE.validate_json(snapshot.state))

    async def summaries(self, where: Mapping[str, Sequence[str]], cursor: str, limit: int) -> SummaryPage:
        """Page through the summaries of concluded reviews, by complaint id."""
        items, after = await self._find({**where, "status": ["concluded"]}, cursor, limit)
        lines = [
            SummaryLine(
                summary=state.summary,
                total=str(state.summary.costs.total),
                concluded_at=state.concluded_at,
                acknowledged=state.acknowledged,
                actions=state.actions,
            )
            for _, state in items
            if isinstance(state, Concluded) and state.summary is not None
        ]
        return SummaryPage(items=lines, next=after)

    async def order_times(self, where: Mapping[str, Sequence[str]], cursor: str, limit: int) -> OrderTimesPage:
        """Page through the times of every concluded review; it scans all of them, and is made for analysis."""
        items, after = await self._find({**where, "status": ["concluded"]}, cursor, limit)
        rows = [
            OrderTimes(
                id=_key(snapshot.stream),
                period=state.period,
                historic=state.historic,
                steps=state.steps,
                chain=state.times.chain,
                handling=state.times.handling,
            )
            for snapshot, state in items
            if isinstance(state, Concluded)
        ]
        return OrderTimesPage(items=rows, next=after)

    async def known(self, complaint: str) -> bool:
        """Return whether review knows this complaint."""
        stream = f"{KIND}/{complaint}"
        snapshot = (await self._store.load([stream])).snapshots.get(stream)
        return snapshot is not None and bool(snapshot.state)

    async def counts(self) -> Mapping[str, int]:
        """Count reviews by status."""
        return await self._store.count(KIND, "status")

    async def _find(
        self, where: Mapping[str, Sequence[str]], cursor: str, limit: int
    ) -> tuple[list[tuple[Snapshot, State]], str]:
        after = f"{KIND}/{cursor}" if cursor else ""
        page = await self._store.find(KIND, where or None, after=after, limit=limit)
        items = [(snapshot, STATE.validate_json(snapshot.state)) for snapshot in page.items if snapshot.state]
        return items, _key(page.next)


def _key(stream: str) -> str:
    return stream.partition("/")[2]


def _line(snapshot: Snapshot, state: State) -> ReviewLine:
    return ReviewLine(**_fields(snapshot, state))


def _fields(snapshot: Snapshot, state: State) -> dict[str, Any]:
    category, period, historic = _what(state)
    causes = () if isinstance(state, Collecting) else state.causes or ()
    costs = None if isinstance(state, Collecting) else state.costs
    return {
        "id": _key(snapshot.stream),
        "version": snapshot.version,
        "status": state.status,
        "severity": severity_of(state) or "",
        "category": category,
        "period": period,
        "historic": historic,
        "themes": [theme_key(cause) for cause in causes],
        "cost": str(costs.total if costs else Decimal(0)),
        "waits_for": _waits_for(state),
        "next_due": snapshot.next_due,
    }


def _what(state: State) -> tuple[str, str, bool]:
    if isinstance(state, Concluded):
        return (state.summary.category if state.summary else ""), state.period, state.historic
    complaint, triage = state.evidence.complaint, state.evidence.triage
    period = f"{complaint.received_at:%Y-%m}" if complaint else ""
    return (triage.category if triage else ""), period, bool(complaint and complaint.historic)


def _waits_for(state: State) -> list[str]:
    match state:
        case Collecting(evidence=evidence):
            missing = [
                name for name, seen in (("complaint", evidence.complaint), ("triage", evidence.triage)) if not seen
            ]
            return [*missing, "resolution"]
        case Open():
            return ["board"] if waits_for_the_board(state) else ["outcome"]
        case Concluded():
            return []


def _view(snapshot: Snapshot, state: State) -> ReviewView:
    return ReviewView.model_validate({**_fields(snapshot, state), **_found(state)})


def _found(state: State) -> dict[str, Any]:
    match state:
        case Collecting(evidence=evidence):
            return _evidence(evidence)
        case Open():
            return _evidence(state.evidence) | {
                "opened_at": state.opened_at,
                "conclude_by": state.conclude_by,
                "times": state.times,
                "causes": state.causes or (),
                "costs": state.costs,
                "assumptions": state.assumptions,
                "actions": state.actions,
            }
        case Concluded():
            return {name: getattr(state, name) for name in ReviewView.model_fields if hasattr(state, name)}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    order = evidence.complaint.steps if evidence.complaint else ()
    return {
        "steps": known_times(order, evidence.course),
        "touched": evidence.triage.steps if evidence.triage else (),
    }

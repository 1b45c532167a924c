"""What the report needs, read from the services and the topics when the play is over."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.contracts.departments import DepartmentInvited, DepartmentJoined
from shared.contracts.event import Event
from shared.contracts.intake import PromiseBroken, PromiseRenegotiated
from throughline.demo.edges import Edges
from throughline.demo.scene import Case

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Attribution:
    """Proof that times were attributed without gap or overlap.

    Attributes:
        wholes, parts: number of chains and handlings, and of the parts they were cut into.
        hours: sum of the parts; `between`: sum of the times from first start to last end.
        gaps, overlaps: between neighbouring parts; none if all is right.
    """

    wholes: int
    parts: int
    hours: float
    between: float
    gaps: int
    overlaps: int


@dataclass(frozen=True)
class Figures:
    """Everything the report prints. `events`: (complaint, event) of all topics."""

    cases: Mapping[str, Case]
    events: Sequence[tuple[str, Event]]
    counts: Mapping[str, Mapping[str, int]]
    promises: Answer
    times: Answer
    themes: Answer
    board: Answer
    summaries: Sequence[Answer]
    attribution: Attribution

    @property
    def invitations(self) -> Sequence[tuple[str, DepartmentInvited]]:
        """Every invitation, in order."""
        return [(key, event) for key, event in self.events if isinstance(event, DepartmentInvited)]

    @property
    def joined(self) -> set[tuple[str, str]]:
        """(complaint, department) of everyone who joined."""
        return {(key, event.department) for key, event in self.events if isinstance(event, DepartmentJoined)}

    @property
    def moved(self) -> Sequence[tuple[str, PromiseRenegotiated]]:
        """Every promise that got a new date."""
        return [(key, event) for key, event in self.events if isinstance(event, PromiseRenegotiated)]

    @property
    def broken(self) -> Sequence[tuple[str, PromiseBroken]]:
        """Every promise that was broken."""
        return [(key, event) for key, event in self.events if isinstance(event, PromiseBroken)]


@dataclass
class Asked:
    """How often a department was asked because of a step; complaints, by what the invitation was based on."""

    department: str
    step: str
    example: str
    invited: set[str] = field(default_factory=set[str])
    joined: set[str] = field(default_factory=set[str])
    based_on: dict[str, set[str]] = field(default_factory=dict[str, set[str]])


def asked_of(figures: Figures) -> list[Asked]:
    """Return one row per department and step, in the order of the first invitation."""
    joined = figures.joined
    rows: dict[tuple[str, str], Asked] = {}
    for complaint, invited in figures.invitations:
        for touched in invited.steps:
            why = touched.why[0].sentence if touched.why else ""
            example = f"{figures.cases[complaint].key}: {why}"
            key = (invited.department, touched.step)
            row = rows.setdefault(key, Asked(invited.department, touched.step, example))
            row.invited.add(complaint)
            if (complaint, invited.department) in joined:
                row.joined.add(complaint)
            for one in touched.why:
                row.based_on.setdefault(one.basis, set()).add(complaint)
    return list(rows.values())


async def gather(
    edges: Edges,
    cases: Mapping[str, Case],
    events: Sequence[tuple[str, Event]],
    counts: Mapping[str, Mapping[str, int]],
) -> Figures:
    """Ask the services. Raises Unplanned."""
    orders = [order async for order in edges.pages("review/times/orders")]
    return Figures(
        cases=cases,
        events=events,
        counts=counts,
        promises=await edges.get("intake/promises/summary"),
        times=await edges.get("review/times"),
        themes=await edges.get("review/themes"),
        board=await edges.get("review/summary"),
        summaries=[one async for one in edges.pages("review/summaries")],
        attribution=attribution(part for order in orders for part in (order["chain"], order["handling"])),
    )


def attribution(wholes: Any) -> Attribution:  # noqa: ANN401 - iterable of lists of JSON parts
    """Put the parts of each whole side by side and look for gaps and overlaps."""
    count = pieces = gaps = overlaps = 0
    hours = between = 0.0
    for whole in wholes:
        spans = sorted((datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"])) for one in whole)
        if not spans:
            continue
        count, pieces = count + 1, pieces + len(spans)
        between += (spans[-1][1] - spans[0][0]).total_seconds() / 3_600
        hours += sum((end - start).total_seconds() for start, end in spans) / 3_600
        for (_, end), (start, _) in itertools.pairwise(spans):
            gaps, overlaps = gaps + (start > end), overlaps + (start < end)
    return Attribution(count, pieces, hours, between, gaps, overlaps)

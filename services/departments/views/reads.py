"""Reads of departments' store. What a department may see is part of the query, not a filter after it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from services.departments.policy.seats import Standing
from services.departments.state.models import (
    STATE,
    AgreedTable,
    Agreeing,
    Closed,
    Escalation,
    Round,
    Seat,
    State,
    Table,
    Waiting,
    table_of,
)
from services.departments.state.next_action import next_action
from services.departments.state.search import held_by_management
from services.departments.views.models import (
    Briefing,
    BriefingLine,
    BriefingPage,
    HeldSeat,
    ManagementLine,
    ManagementPage,
    ResolutionLine,
    ResolutionPage,
    ResolutionView,
)
from shared.contracts.departments import KIND
from shared.contracts.part import replace
from shared.organisation.datafile import closest
from shared.store.port import Page, Snapshot, Store
from shared.web.problems import NotFound

STATUSES: Final = ("waiting", "round", "agreeing", "delivering", "completed", "closed")
STANDINGS: Final[tuple[Standing, ...]] = ("invited", "active", "managed", "declined")


class Views:
    """Reads of one store; `departments` are the ids of those there are."""

    def __init__(self, store: Store, departments: Sequence[str]) -> None:
        self._store = store
        self._departments = frozenset(departments)

    async def resolutions(
        self, statuses: Sequence[str], departments: Sequence[str], cursor: str, limit: int
    ) -> ResolutionPage:
        """Page through resolutions by complaint id."""
        where: dict[str, list[str]] = {}
        if statuses:
            where["status"] = list(statuses)
        if departments:
            where["departments"] = list(departments)
        page = await self._page(where, cursor, limit)
        return ResolutionPage(
            items=[_resolution_line(snapshot, _state(snapshot)) for snapshot in page.items], next=_key(page.next)
        )

    async def resolution(self, complaint: str) -> ResolutionView:
        """Return everything about one. Raises NotFound."""
        snapshot = await self._known(complaint)
        return _resolution(snapshot, _state(snapshot))

    async def briefings(self, department: str, statuses: Sequence[str], cursor: str, limit: int) -> BriefingPage:
        """Page through what a department is asked; `statuses`: of the table, or standings of the department.

        Raises NotFound where there is no such department.
        """
        if department not in self._departments:
            raise NotFound(f"there is no department '{department}'; {closest(department, self._departments)}")
        where: dict[str, list[str]] = {"departments": [department]}
        standings = [f"{department}:{word}" for word in statuses if word in STANDINGS]
        of_the_table = [word for word in statuses if word not in STANDINGS]
        if standings:
            where["seats"] = standings
        if of_the_table:
            where["status"] = of_the_table
        page = await self._page(where, cursor, limit)
        lines: list[BriefingLine] = []
        for snapshot in page.items:
            state = _state(snapshot)
            table, seat = _seat(state, department)
            if table is not None and seat is not None:
                lines.append(BriefingLine(**_line(snapshot, state, table), **_asked(state, seat)))
        return BriefingPage(items=lines, next=_key(page.next))

    async def briefing(self, department: str, complaint: str) -> Briefing:
        """Return one table as the department sees it. Raises NotFound also where it was not invited."""
        snapshot = await self._known(complaint)
        state = _state(snapshot)
        table, seat = _seat(state, department)
        if table is None or seat is None:
            raise _unknown(complaint)
        return _briefing(snapshot, state, table, seat)

    async def management_queue(self, cursor: str, limit: int) -> ManagementPage:
        """Page through what management has: what was escalated to it, and tables where it holds a seat.

        `contacted` tells whether a manager has spoken to the customer yet.
        """
        page = await self._page({"management": ["yes"]}, cursor, limit)
        items: list[ManagementLine] = []
        for snapshot in page.items:
            state = _state(snapshot)
            line = _line(snapshot, state, table_of(state))
            kept = {name: line[name] for name in ("id", "version", "status", "lead", "severity")}
            seats = [
                HeldSeat(department=seat.department, reason=seat.managed_why) for seat in held_by_management(state)
            ]
            items.append(ManagementLine(**kept, escalation=_escalation(state), seats=seats))
        return ManagementPage(items=items, next=_key(page.next))

    async def counts(self) -> dict[str, dict[str, int]]:
        """Count resolutions by status, by department that was asked, and by whether management has it."""
        return {
            "status": await self._store.count(KIND, "status"),
            "departments": await self._store.count(KIND, "departments"),
            "escalated": await self._store.count(KIND, "escalated"),
        }

    async def _page(self, where: dict[str, list[str]], cursor: str, limit: int) -> Page:
        return await self._store.find(KIND, where or None, after=f"{KIND}/{cursor}" if cursor else "", limit=limit)

    async def _known(self, complaint: str) -> Snapshot:
        stream = f"{KIND}/{complaint}"
        snapshot = (await self._store.load([stream])).snapshots.get(stream)
        if snapshot is None or not snapshot.state:
            raise _unknown(complaint)
        return snapshot


def _unknown(complaint: str) -> NotFound:
    return NotFound(f"there is no complaint {complaint} here")


def _key(stream: str) -> str:
    return stream.partition("/")[2]


def _state(snapshot: Snapshot) -> State:
    return STATE.validate_json(snapshot.state)


def _seat(state: State, department: str) -> tuple[Table | None, Seat | None]:
    table = table_of(state)
    return table, table.seat(department) if table is not None else None


def _escalation(state: State) -> Escalation | None:
    return None if isinstance(state, Closed) else state.escalation


def _line(snapshot: Snapshot, state: State, table: Table | None) -> dict[str, Any]:
    triage = state.triage if isinstance(state, Waiting) else None
    return {
        "id": _key(snapshot.stream),
        "version": snapshot.version,
        "status": state.status,
        "stage": table.stage if table else 0,
        "lead": table.lead if table else "",
        "severity": table.severity if table else triage and triage.severity,
        "category": table.category if table else (triage.category if triage else ""),
        "answer_by": table.answer_by if table else None,
        "next_due": snapshot.next_due,
    }


def _resolution_line(snapshot: Snapshot, state: State) -> ResolutionLine:
    table = table_of(state)
    departments = [seat.department for seat in table.seats] if table else []
    return ResolutionLine(
        **_line(snapshot, state, table), departments=departments, escalated=_escalation(state) is not None
    )


def _resolution(snapshot: Snapshot, state: State) -> ResolutionView:
    table = table_of(state)
    complaint = table.complaint if table else (state.complaint if isinstance(state, Waiting) else None)
    agreed = table if isinstance(table, AgreedTable) else None
    blind = isinstance(table, Round)
    return ResolutionView(
        **_resolution_line(snapshot, state).model_dump(),
        historic=complaint is not None and complaint.historic,
        closed_why=state.why if isinstance(state, Closed) else "",
        points=complaint.points if complaint else 0,
        steps=list(table.steps.values()) if table else [],
        seats=[_blinded(seat) if blind else seat for seat in table.seats] if table else [],
        contributed=_contributed(table),
        earlier_leads=list(table.earlier_leads) if table else [],
        declines=table.declines if table else 0,
        answer_overdue=table is not None and table.answer_overdue,
        proposals=list(table.proposals) if table and not blind else [],
        endorsements=list(table.endorsements) if table and not blind else [],
        objections=list(table.objections) if table and not blind else [],
        statements=list(table.statements) if table and not blind else [],
        escalation=_escalation(state),
        staff_minutes=_minutes(table),
        compensation=agreed.compensation if agreed else (table.earlier_compensation if table else Decimal(0)),
        **_phase(table),
    )


def _blinded(seat: Seat) -> Seat:
    return replace(seat, reported=False, times=(), waiting={}, staff_minutes=0)


def _contributed(table: Table | None) -> int:
    if table is None:
        return 0
    proposed = {proposal.department for proposal in table.proposals}
    return sum(seat.reported and seat.department in proposed for seat in table.seats)


def _briefing(snapshot: Snapshot, state: State, table: Table, seat: Seat) -> Briefing:
    revealed = not isinstance(table, Round)
    own = [proposal for proposal in table.proposals if proposal.department == seat.department]
    return Briefing(
        **_line(snapshot, state, table),
        **_asked(state, seat),
        seat=seat,
        participants=table.standings,
        points=table.complaint.points,
        revealed=revealed,
        proposals=list(table.proposals) if revealed else own,
        endorsements=list(table.endorsements),
        objections=list(table.objections),
        escalated=_escalation(state) is not None,
        **_phase(table),
    )


def _asked(state: State, seat: Seat) -> dict[str, Any]:
    return {
        "department": seat.department,
        "standing": seat.standing,
        "respond_by": seat.respond_by,
        "asked": next_action(state, seat),
        "effect": seat.effect,
        "steps": list(seat.steps),
    }


def _phase(table: Table | None) -> dict[str, Any]:
    """The fields that only some phases have."""
    agreed = table if isinstance(table, AgreedTable) else None
    return {
        "round_ends": table.ends if isinstance(table, Round) else None,
        "agree_by": table.agree_by if isinstance(table, Agreeing) else None,
        "agreement": agreed.agreement if agreed else None,
        "delivery": agreed.delivery if agreed else None,
        "answer": agreed.answer if agreed else None,
        "held": list(agreed.held) if agreed else [],
    }


def _minutes(table: Table | None) -> int:
    if table is None:
        return 0
    if isinstance(table, AgreedTable):
        return table.staff_minutes
    if isinstance(table, Round):
        return table.earlier_minutes
    return table.earlier_minutes + sum(seat.staff_minutes for seat in table.seats)

"""Where the complaint's time went: from registered to completed, divided among departments without gap or overlap.

The rules:

- Until the first table opens the time is `triage`, of nobody at the table (`TRIAGE`).
- Until the reveal every department that was asked is waited for, until it has given its times and a proposal, has
  declined, or management has its seat: `joining` while the one waited for has not joined, `round` after that.
- Then `agreeing` lasts until the agreement, `remedy` until the remedy is delivered, `answer` until the resolution is
  completed.
- Where several departments are waited for at once, each stretch belongs to the one among them that came last of all:
  it alone kept the table waiting to the end. Of those that came together, or never, the first by id.
- Where nobody is waited for, the lead has it; a remedy belongs to the department that delivers it.
- From an escalation until management hands back, the time is `management`, whatever the table does meanwhile.
- A rejected answer did not end anything: until the second table opens, the time is still `answer`, of the lead.
- Instants come from several clocks; one that lies before its predecessor, in the order things happen, moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, get_args

from shared.contracts.parts import TimePart
from shared.contracts.review import Mark, What

TRIAGE: Final = "triage"
MANAGEMENT: Final = "management"

Phase = Literal["triage", "joining", "round", "agreeing", "remedy", "answer", "management"]

_NEXT: Final[dict[str, Phase]] = {
    "revealed": "agreeing",
    "agreed": "remedy",
    "remedy-delivered": "answer",
    "completed": "answer",
}
_ORDER: Final = {what: position for position, what in enumerate(get_args(What))}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_LEAVES: Final = frozenset({"declined", "management-seat"})


def in_order(course: Iterable[Mark]) -> list[Mark]:
    """Return the marks in the order in which they happened; those of one instant, in the order of the process."""
    return sorted(course, key=lambda mark: (mark.happened, _ORDER[mark.what], mark.department, mark.code))


def attribute_handling(registered_at: datetime, course: Sequence[Mark]) -> tuple[TimePart, ...]:
    """Return the parts of the handling in order; empty where nothing was completed."""
    marks = in_order(course)
    ends = [mark.happened for mark in marks if mark.what == "completed"]
    if not ends:
        return ()
    table = _Table(marks)
    parts: list[TimePart] = []
    reached = registered_at
    for position, mark in enumerate(marks):
        until = min(max(mark.happened, reached), max(*ends, reached))
        if until > reached:
            _add(parts, table.holder(position), reached, until)
            reached = until
        table.see(mark)
    return tuple(parts)


def _add(parts: list[TimePart], holder: tuple[str, Phase], start: datetime, end: datetime) -> None:
    department, what = holder
    if parts and (parts[-1].department, parts[-1].what) == holder:
        start = parts.pop().start
    parts.append(TimePart(department=department, step="", start=start, end=end, what=what))


@dataclass(slots=True)
class _Table:
    """Where the complaint stands between two marks, and who has it."""

    marks: Sequence[Mark]
    phase: Phase = "triage"
    lead: str = TRIAGE
    invited: set[str] = field(default_factory=set[str])
    seated: set[str] = field(default_factory=set[str])
    timed: set[str] = field(default_factory=set[str])
    proposed: set[str] = field(default_factory=set[str])
    escalated: bool = False

    def holder(self, position: int) -> tuple[str, Phase]:
        """Who has it, and as what, in the stretch that ends with the mark at `position`."""
        if self.escalated:
            return MANAGEMENT, "management"
        match self.phase:
            case "joining":
                return self._awaited(position)
            case "remedy":
                deliverers = [mark.department for mark in self._ahead(position) if mark.what == "remedy-delivered"]
                return (deliverers[0] if deliverers else self.lead), self.phase
            case _:
                return self.lead, self.phase

    def see(self, mark: Mark) -> None:
        """Move on."""
        match mark.what:
            case "table-opened":
                self.phase, self.lead, self.invited = "joining", mark.department, set(mark.departments)
                self.seated, self.timed, self.proposed = set(), set(), set()
            case "lead-changed":
                self.lead = mark.department
            case "escalated" | "escalation-closed":
                self.escalated = mark.what == "escalated"
            case "revealed" | "agreed" | "remedy-delivered" | "completed":
                self.phase = _NEXT[mark.what]
            case _:
                self._see_department(mark)

    def _see_department(self, mark: Mark) -> None:
        match mark.what:
            case "invited":
                self.invited.add(mark.department)
            case "joined":
                self.invited.discard(mark.department)
                self.seated.add(mark.department)
            case "declined" | "management-seat":
                self.invited.discard(mark.department)
                self.seated.discard(mark.department)
            case "times-reported":
                self.timed.add(mark.department)
            case "proposed":
                self.proposed.add(mark.department)
            case _:
                pass

    def _ahead(self, position: int) -> Iterable[Mark]:
        for mark in self.marks[position:]:
            if mark.what == "table-opened":
                return
            yield mark

    def _awaited(self, position: int) -> tuple[str, Phase]:
        """Which of the departments that the reveal waits for came last."""
        missing = (self.invited | self.seated) - (self.timed & self.proposed)
        if not missing:
            return self.lead, "round"
        department = max(sorted(missing), key=lambda name: self._done(position, name))
        return department, "joining" if department in self.invited else "round"

    def _done(self, position: int, department: str) -> datetime:
        missing = [
            self._next(position, department, frozenset({what}))
            for what, who in (("times-reported", self.timed), ("proposed", self.proposed))
            if department not in who
        ]
        return min(max(missing), self._next(position, department, _LEAVES))

    def _next(self, position: int, department: str, whats: frozenset[str]) -> datetime:
        for mark in self._ahead(position):
            if mark.department == department and mark.what in whats:
                return mark.happened
        return _NEVER

"""What all actors share: the edges, the organisation, the simulated instant, and which complaint is which sample."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.organisation import Organisation
from throughline.demo.cases import Offer, Phrases, Sample, Stretch, stretches
from throughline.demo.edges import Edges, Unplanned
from throughline.demo.stories import Story

URGENT: Final = ("high", "critical")
BUSY: Final = 0.35
"""How often a department leaves what can wait until its next look."""
_BEFORE_DUE: Final = timedelta(hours=20)
"""Longer than the longest pause between two looks on working days, so that leaving work never misses a deadline."""


@dataclass
class Case:
    """One complaint of the play. `acknowledged`: a person has spoken to the customer."""

    sample: Sample
    id: str
    registered: datetime
    acknowledged: bool = False
    linked: bool = False

    @property
    def key(self) -> str:
        """The sample's key."""
        return self.sample.key

    def is_story(self, *stories: Story) -> bool:
        """Whether one of these is its story."""
        return self.sample.story in stories

    def order_times(self) -> tuple[Stretch, ...]:
        """Return what the departments' own records say of the order."""
        return stretches(self.sample.order, self.registered) if self.sample.order else ()


@dataclass
class Scene:
    """Shared by the actors.

    Attributes:
        now: returns the simulated instant.
        tell, highlight: take a sentence for whoever watches; what is highlighted belongs to a story.
    """

    edges: Edges
    organisation: Organisation
    phrases: Phrases
    now: Callable[[], datetime]
    tell: Callable[[str], None]
    highlight: Callable[[str], None]
    cases: dict[str, Case] = field(default_factory=dict[str, Case])

    @property
    def moment(self) -> str:
        """The instant to the minute, from which chance is drawn."""
        return f"{self.now():%d %H:%M}"

    def case(self, complaint: str) -> Case:
        """Return the case of a complaint. Raises Unplanned."""
        found = self.cases.get(complaint)
        if found is None:
            raise Unplanned(f"complaint {complaint} is none of the play's")
        return found

    def by_key(self, key: str) -> Case:
        """Return the case of a sample. Raises Unplanned where it has not been registered yet."""
        found = next((case for case in self.cases.values() if case.key == key), None)
        if found is None:
            raise Unplanned(f"sample {key} has not been registered yet")
        return found

    def works(self, department: str) -> bool:
        """Whether a department works at this instant, by its calendar."""
        calendar = self.organisation.calendar(self.organisation.department(department).calendar)
        return calendar.is_open(self.now())

    def takes_up(self, case: Case, who: str, severity: str, due: str | None) -> bool:
        """Whether somebody takes up a task now: always if it is urgent or due soon, otherwise when there is time."""
        soon = due is not None and datetime.fromisoformat(due) - self.now() < _BEFORE_DUE
        return severity in URGENT or soon or draw(case.key, who, self.moment) >= BUSY

    def furthest(self, departments: Iterable[str], lead: str) -> str:
        """Return the department furthest from the customer that does not lead: the one special cases are given to."""
        others = [department for department in departments if department != lead]
        return max(others, key=lambda one: self.organisation.department(one).distance, default="")

    def offer(self, category: str) -> Offer:
        """Return the remedy that the playbook of the play has for a category."""
        return self.phrases.remedies.get(category) or self.phrases.remedies["other"]

    def prevention(self, case: Case, step: str) -> str:
        """Return what would prevent it at a step."""
        known = self.phrases.preventions[step]
        return known[int(draw(case.key, step) * len(known))]

    def name(self, department: str) -> str:
        """Return a department's English name."""
        return self.organisation.department(department).name.in_("en")

    async def briefing(self, department: str, complaint: str) -> dict[str, Any]:
        """Return one table as a department sees it."""
        found: dict[str, Any] = await self.edges.get(f"departments/departments/{department}/table/{complaint}")
        return found


def draw(*about: str) -> float:
    """Return a number from 0 to 1 that depends on the words alone, so that the play is the same every time."""
    digest = hashlib.blake2b("/".join(about).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48

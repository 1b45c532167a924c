"""What routing judges by: one organisation, with an index of its phrases. Built once, then only read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from services.routing.policy.lexicon import Found, WordIndex, Words
from shared.contracts.parts import Severity
from shared.organisation import Category, Organisation

HARM: Final = "!harm"
VULNERABLE: Final = "!vulnerable"
"""Labels beside the categories' ids; no id begins like this."""


class Rulebook:
    """An organisation, ready to judge complaints by."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.threshold = organisation.triage.confidence
        self.weights = organisation.triage.weights
        phrases: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for language, label, phrase in _phrases(organisation):
            phrases[language].append((label, phrase))
        self._indexes = {language: WordIndex(listed) for language, listed in phrases.items()}
        self._categories = {category.id: category for category in organisation.categories}
        self._nearest = organisation.nearest(department.id for department in organisation.departments).id

    def found(self, language: str, text: Words) -> Mapping[str, tuple[Found, ...]]:
        """Return the phrases found in the text, by category id, `HARM` and `VULNERABLE`."""
        index = self._indexes.get(language)
        return index.find(text) if index else {}

    def category(self, category: str) -> Category | None:
        """Return the category with this id, or None."""
        return self._categories.get(category)

    def category_touching(self, step: str) -> Category | None:
        """Return the first category of the file that touches the step, or None."""
        return next((category for category in self._categories.values() if step in category.steps), None)

    def decide_by(self, severity: Severity, registered_at: datetime) -> datetime:
        """Return the instant by which a person must decide: before that nobody can tell the customer who has it."""
        deadline = self.organisation.deadlines.of(severity).acknowledge
        calendar = self.organisation.calendar_for(deadline.calendar, self._nearest)
        return calendar.add(registered_at, deadline.within)


def _phrases(organisation: Organisation) -> Iterator[tuple[str, str, str]]:
    labelled = [(category.id, category.words) for category in organisation.categories]
    labelled += [(HARM, organisation.lexicon.harm), (VULNERABLE, organisation.lexicon.vulnerable)]
    for label, by_language in labelled:
        for language, phrases in by_language.items():
            for phrase in phrases:
                yield language, label, phrase

"""The organisation: everything Throughline knows about one company, as data, with its lookups."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, TypeVar

from pydantic import Field, StringConstraints

from shared.organisation.calendar import BusinessCalendar, Whose
from shared.organisation.datafile import Frozen, closest
from shared.organisation.judgement import (
    Blame,
    CostAssumptions,
    DeadlineProfiles,
    Feedback,
    Lexicon,
    ReviewSettings,
    SeverityMatrix,
    TriageSettings,
)
from shared.organisation.kinds import Language, Slug, Text, Version
from shared.organisation.phrases import find
from shared.organisation.structure import Category, Department, Playbook, Promise, Remedy, Rule, Step, fold

T = TypeVar("T")
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(title="currency", examples=["EUR"])]
"""Three capital letters, ISO 4217."""


class UnknownId(LookupError):
    """An id that this organisation does not have; the message says which kind, and the closest one it has."""


class Organisation(Frozen):
    """One company."""

    id: Slug
    """Name of the company in data. A data folder belongs to one organisation, so it never changes."""
    name: Text
    """What people read."""
    version: Version
    """Raise it with every change: what is decided by this file is stored with `<id>@<version>`."""
    languages: tuple[Language, ...] = Field(min_length=1)
    """Languages that people write in. The first is the default, for texts whose language is not known."""
    currency: Currency
    """ISO 4217 code of every amount in this file and in complaints."""
    customer_calendar: Slug
    """Id of the calendar on which clocks with `calendar: customer` count."""
    calendars: tuple[BusinessCalendar, ...] = Field(min_length=1)
    """When departments work, and when the customer's clocks run."""
    departments: tuple[Department, ...] = Field(min_length=1)
    """The owners of steps."""
    steps: tuple[Step, ...] = Field(min_length=1)
    """The value chain, in its order."""
    promises: tuple[Promise, ...] = ()
    """What customers are promised in general. The first is the one that an order's promised date is about."""
    categories: tuple[Category, ...] = Field(min_length=1)
    """What complaints are about."""
    rules: tuple[Rule, ...] = ()
    """From facts to steps and categories. The first that holds decides, so put the special ones first."""
    severity: SeverityMatrix
    """How severe a complaint is."""
    deadlines: DeadlineProfiles
    """How long each clock runs, per severity."""
    playbook: Playbook
    """What departments and customers may choose from."""
    costs: CostAssumptions
    """What a review assumes when it costs a complaint."""
    triage: TriageSettings = TriageSettings()
    """When routing is sure enough to decide by itself."""
    feedback: Feedback = Feedback()
    """How often a customer is asked for feedback."""
    review: ReviewSettings = ReviewSettings()
    """Which complaints are reviewed."""
    lexicon: Lexicon = Lexicon()
    """Words that are watched for. Often an included file, shared by several organisations."""

    @property
    def reference(self) -> str:
        """`<id>@<version>`, to be kept with what was decided by it."""
        return f"{self.id}@{self.version}"

    @property
    def language(self) -> str:
        """The default language."""
        return self.languages[0]

    def calendar(self, calendar_id: str) -> BusinessCalendar:
        """The calendar with this id, or `UnknownId`."""
        return _found(self._calendars, calendar_id, "calendar")

    def department(self, department_id: str) -> Department:
        """The department with this id, or `UnknownId`."""
        return _found(self._departments, department_id, "department")

    def step(self, step_id: str) -> Step:
        """The step with this id, or `UnknownId`."""
        return _found(self._steps, step_id, "step")

    def category(self, category_id: str) -> Category:
        """The category with this id, or `UnknownId`."""
        return _found(self._categories, category_id, "category")

    def remedy(self, remedy_id: str) -> Remedy:
        """The remedy with this id, or `UnknownId`."""
        return _found(self._remedies, remedy_id, "remedy")

    def has_department(self, department_id: str) -> bool:
        """Whether there is such a department."""
        return department_id in self._departments

    def has_step(self, step_id: str) -> bool:
        """Whether there is such a step."""
        return step_id in self._steps

    def owner(self, step_id: str) -> Department:
        """The department that owns a step."""
        return self.department(self.step(step_id).department)

    def owners(self, step_ids: Iterable[str]) -> tuple[Department, ...]:
        """The departments that own these steps, each once, in the order of the file."""
        owning = {self.step(step_id).department for step_id in step_ids}
        return tuple(department for department in self.departments if department.id in owning)

    def steps_of(self, department_id: str) -> tuple[Step, ...]:
        """The steps a department owns, in the order of the value chain."""
        return tuple(step for step in self.steps if step.department == self.department(department_id).id)

    def in_order(self, step_ids: Iterable[str]) -> tuple[str, ...]:
        """These steps, each once, in the order of the value chain."""
        return tuple(sorted({self.step(step_id).id for step_id in step_ids}, key=self._positions.__getitem__))

    @cached_property
    def promised_steps(self) -> frozenset[str]:
        """The steps that an order's `promised_by` is about: those of the first promise, else all."""
        return frozenset(self.promises[0].steps if self.promises else (step.id for step in self.steps))

    def nearest(self, department_ids: Iterable[str]) -> Department:
        """The department nearest the customer, who leads; of equals the first in the file.

        Raises:
            ValueError: for no department at all.
        """
        among = {self.department(department_id).id for department_id in department_ids}
        return min((found for found in self.departments if found.id in among), key=lambda found: found.distance)

    def accountable(self, touched: Iterable[str]) -> tuple[str, ...]:
        """The departments that a complaint concerns: the owners of touched steps, in the order given, each once.

        Where no step is touched somebody still has to answer: the department nearest the customer.
        """
        owners = tuple(dict.fromkeys(touched))
        return owners or (self.nearest(department.id for department in self.departments).id,)

    def calendar_for(self, whose: Whose, department_id: str) -> BusinessCalendar:
        """The calendar a deadline counts on: the customer's, or this department's."""
        return self.calendar(self.customer_calendar if whose == "customer" else self.department(department_id).calendar)

    def hourly_cost(self, department_id: str) -> Decimal:
        """What an hour of a department's handling costs."""
        own = self.department(department_id).hourly_cost
        return self.costs.staff_hourly if own is None else own

    def rule_for(self, facts: Mapping[str, str]) -> Rule | None:
        """The first rule whose conditions the facts satisfy."""
        folded = {name: fold(value) for name, value in facts.items()}
        return next((rule for rule in self.rules if rule.holds(folded)), None)

    def steps_by(self, rule: Rule) -> tuple[str, ...]:
        """The steps a rule touches: its own, else those of its category."""
        if rule.steps or rule.category is None:
            return rule.steps
        return self.category(rule.category).steps

    def blame_in(self, text: str, language: str) -> tuple[Blame, ...]:
        """What in `text` blames people: phrases of the lexicon of its language, and names of the staff."""
        phrases = {phrase.pattern: phrase for phrase in self.lexicon.blame.get(language, ())}
        found = [Blame(hit, phrases[hit.phrase].hint, phrases[hit.phrase].override) for hit in find(phrases, text)]
        hint = self.lexicon.name_hint.get(language, "say which step and what happened in it, not who")
        found += [Blame(hit, hint, override=True) for hit in find(self._staff_names, text)]
        return tuple(sorted(found, key=lambda blame: blame.hit.start))

    @cached_property
    def _calendars(self) -> dict[str, BusinessCalendar]:
        return {calendar.id: calendar for calendar in self.calendars}

    @cached_property
    def _departments(self) -> dict[str, Department]:
        return {department.id: department for department in self.departments}

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {step.id: position for position, step in enumerate(self.steps)}

    @cached_property
    def _categories(self) -> dict[str, Category]:
        return {category.id: category for category in self.categories}

    @cached_property
    def _remedies(self) -> dict[str, Remedy]:
        return {remedy.id: remedy for remedy in self.playbook.remedies}

    @cached_property
    def _staff_names(self) -> tuple[str, ...]:
        return tuple(name for department in self.departments for name in department.staff_names)


def _found(known: Mapping[str, T], wanted: str, kind: str) -> T:
    try:
        return known[wanted]
    except KeyError:
        message = f"there is no {kind} '{wanted}'; {closest(wanted, known)}"
        raise UnknownId(message) from None

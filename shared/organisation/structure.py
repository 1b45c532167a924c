"""Who does what in an organisation: departments, steps, categories, and the rules from facts to steps."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

from pydantic import ConfigDict, Field, model_validator

from shared.contracts.parts import Factor, Severity
from shared.organisation.datafile import Frozen, is_list, or_shorter
from shared.organisation.kinds import Duration, Money, Slug, Text, WordsByLanguage
from shared.organisation.phrases import is_phrase


class Manager(Frozen):
    """Who answers for a department to the outside: a role, never a person's name."""

    role: Text
    """The role, such as "Head of returns"."""
    contact: str
    """Where this role is reached. No service reads it yet."""


class Department(Frozen):
    """An owner of steps."""

    id: Slug
    """Also the end of its topic's name, `complaints.department.<id>.v1`."""
    name: Text
    """What people read."""
    calendar: Slug
    """Id of the calendar on which its clocks count."""
    distance: int = Field(ge=0)
    """Number of steps between it and the customer. Of the departments touched the nearest leads; of equals, the first
    of the file."""
    manager: Manager
    """Who answers for it to the outside."""
    identity: bool = False
    """Whether its briefing may hold the customer's identity. No service reads it yet: briefings hold none."""
    staff_names: tuple[str, ...] = ()
    """Names of its staff. A text at the table that holds one is refused, with a hint how to say it instead."""
    hourly_cost: Money | None = None
    """What an hour of handling complaints costs here. Without it `costs.staff_hourly` counts."""


class Step(Frozen):
    """One stretch of the value chain."""

    id: Slug
    """What complaints, mappings and figures call it."""
    name: Text
    """What people read."""
    department: Slug
    """Id of the department that owns it."""
    standard: Duration | None = None
    """How long it should take, elapsed time. Leave it out where only the order says so (a limit in the mapping)."""
    typical_factor: Factor
    """The factor of the first cause that a review notes when the step overran or was touched."""


class Category(Frozen):
    """What a complaint is about."""

    id: Slug
    """What rules and registrations call it."""
    name: Text
    """What people read."""
    steps: tuple[Slug, ...] = ()
    """Ids of the steps that a complaint of this category touches."""
    severity: Severity = "low"
    """The severity to start from, before the matrix is applied."""
    about_time: bool = False
    """Whether it is about something that took too long. Then, where an order's step times show which steps overran,
    those are touched instead of `steps`."""
    words: WordsByLanguage = Field(default_factory=dict)
    """Phrases that speak of this category, by language. A text is searched for those of its own language only."""

    @model_validator(mode="after")
    def _words_can_be_found(self) -> "Category":
        _check_phrases(self.words)
        return self


class Condition(Frozen):
    """What a value must be: exactly one of these. Case and surrounding white space do not matter.

    A plain text is short for `equals`, a list for `any_of`.
    """

    model_config = ConfigDict(
        json_schema_extra=or_shorter({"type": "string"}, {"type": "array", "items": {"type": "string"}})
    )

    equals: str | None = None
    """The value is this."""
    any_of: tuple[str, ...] = ()
    """The value is one of these."""
    prefix: str | None = None
    """The value begins with this."""
    contains: str | None = None
    """The value has this in it."""

    @model_validator(mode="before")
    @classmethod
    def _plain_value_means_equals(cls, value: object) -> object:
        if isinstance(value, str):
            return {"equals": value}
        return {"any_of": value} if is_list(value) else value

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Condition":
        if sum(bool(part) for part in (self.equals, self.any_of, self.prefix, self.contains)) != 1:
            message = "give exactly one of 'equals', 'any_of', 'prefix', 'contains'"
            raise ValueError(message)
        return self

    def holds(self, fact: str) -> bool:
        """Whether `fact`, folded by `fold`, is what this condition asks for."""
        if self._values:
            return fact in self._values
        return fact.startswith(fold(self.prefix)) if self.prefix else fold(self.contains or "") in fact

    @cached_property
    def _values(self) -> frozenset[str]:
        return frozenset(fold(value) for value in (*self.any_of, *((self.equals,) if self.equals else ())))


class Rule(Frozen):
    """From a complaint's facts to the steps it touches, its category, or both."""

    when: Mapping[str, Condition] = Field(min_length=1)
    """Conditions by name of the fact; all must hold. A fact that a complaint does not carry satisfies none."""
    steps: tuple[Slug, ...] = ()
    """Ids of the steps touched. Without any, those of `category`."""
    category: Slug | None = None
    """Id of the category."""
    why: Text | None = None
    """The reason that departments read, after the facts themselves."""

    @model_validator(mode="after")
    def _decides_something(self) -> "Rule":
        if not self.steps and self.category is None:
            message = "decides nothing; give 'steps', 'category' or both"
            raise ValueError(message)
        return self

    def holds(self, facts: Mapping[str, str]) -> bool:
        """Whether every condition holds; `facts` already folded by `fold`."""
        return all(name in facts and condition.holds(facts[name]) for name, condition in self.when.items())

    def reason(self, facts: Mapping[str, str], language: str = "en") -> str:
        """Why the rule decided, with the facts it saw: `complaint_type is 'Rodent': vermin in buildings`."""
        seen = ", ".join(f"{name} is '{facts.get(name, '')}'" for name in self.when)
        return f"{seen}: {self.why.in_(language)}" if self.why else seen


class Promise(Frozen):
    """What customers are told in general: these steps together take no longer than this.

    An agreement whose new step budgets would break it is refused.
    """

    id: Slug
    """Its name in data."""
    name: Text
    """What people read."""
    steps: tuple[Slug, ...] = Field(min_length=1)
    """Ids of the steps that it covers."""
    within: Duration
    """Elapsed time. Not less than the standards of its steps together."""


class Remedy(Frozen):
    """Something the table may do for this customer."""

    id: Slug
    """What proposals call it."""
    name: Text
    """What people read."""
    max_amount: Money = Decimal(0)
    """The most that may be given. With 0 the remedy costs nothing."""
    needs_lead: bool = False
    """Whether only the lead may propose it."""


class Code(Frozen):
    """One entry of a list of codes."""

    id: Slug
    """What commands call it."""
    name: Text
    """What people read."""


class Playbook(Frozen):
    """What people may choose from."""

    remedies: tuple[Remedy, ...] = Field(min_length=1)
    """What may be done for a customer."""
    declines: tuple[Code, ...] = Field(min_length=1)
    """Reasons with which a department may decline its seat."""
    learnings: tuple[Code, ...] = Field(min_length=1)
    """What the organisation may have learnt when a complaint is closed."""
    preventions: tuple[Code, ...] = ()
    """What may be done so that it does not happen again."""


def fold(value: str | None) -> str:
    """The form in which facts are compared: trimmed, case folded, inner white space single."""
    return " ".join((value or "").casefold().split())


def _check_phrases(words: WordsByLanguage) -> None:
    for language, phrases in words.items():
        for phrase in phrases:
            if not is_phrase(phrase):
                message = f"{language}: {phrase!r} holds no word to look for"
                raise ValueError(message)

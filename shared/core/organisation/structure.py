"""Who does what in an organisation: departments, steps, categories, and the rules from facts to steps."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

from pydantic import Field, model_validator

from shared.contracts.parts import Factor, Severity
from shared.core.datafile import Frozen, is_list
from shared.core.kinds import Duration, Money, Slug, Text, WordsByLanguage
from shared.core.phrases import is_phrase


class Manager(Frozen):
    """Whom a department's missed clocks and escalations go to: a role, never a person's name."""

    role: Text
    contact: str


class Department(Frozen):
    """An owner of steps. `distance`: steps between it and the customer; the lower, the nearer."""

    id: Slug
    name: Text
    calendar: Slug
    distance: int = Field(ge=0)
    manager: Manager
    identity: bool = False
    """Whether its briefing may hold the customer's identity."""
    staff_names: tuple[str, ...] = ()
    """Names that texts at the table must not blame."""
    hourly_cost: Money | None = None
    """What an hour of its handling costs; `None`: the organisation's default."""


class Step(Frozen):
    """One stretch of the value chain. `standard` is elapsed time; `None`: it has only a limit per order."""

    id: Slug
    name: Text
    department: Slug
    standard: Duration | None = None
    typical_factor: Factor
    """The factor of the provisional cause when facts show that the step overran."""


class Category(Frozen):
    """What a complaint is about; sets the steps touched and the severity to start from."""

    id: Slug
    name: Text
    steps: tuple[Slug, ...] = ()
    severity: Severity = "low"
    about_time: bool = False
    """Something took too long: where step times show which steps overran, they say whom it touches, not `steps`."""
    words: WordsByLanguage = Field(default_factory=dict)

    @model_validator(mode="after")
    def _words_can_be_found(self) -> "Category":
        _check_phrases(self.words)
        return self


class Condition(Frozen):
    """What one fact must be. Exactly one of the fields is given; case and surrounding spaces do not matter."""

    equals: str | None = None
    any_of: tuple[str, ...] = ()
    prefix: str | None = None
    contains: str | None = None

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
    """When every condition holds for a complaint's facts, these steps are touched, and that is its category.

    Rules are tried in order and the first that holds decides, so the special ones come first. A fact that a complaint
    does not carry satisfies no condition.
    """

    when: Mapping[str, Condition] = Field(min_length=1)
    steps: tuple[Slug, ...] = ()
    category: Slug | None = None
    why: Text | None = None

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
    """What customers are told in general: these steps together take no longer than `within` (elapsed).

    The first promise of the file is the one that an order's `promised_by` is about.
    """

    id: Slug
    name: Text
    steps: tuple[Slug, ...] = Field(min_length=1)
    within: Duration


class Remedy(Frozen):
    """Something the table may do for this customer, up to `max_amount` in the organisation's currency."""

    id: Slug
    name: Text
    max_amount: Money = Decimal(0)
    needs_lead: bool = False
    """Only the lead may propose it."""


class Code(Frozen):
    """One entry of a code list: a reason to decline, a learning, a prevention."""

    id: Slug
    name: Text


class Playbook(Frozen):
    """What the table may choose from."""

    remedies: tuple[Remedy, ...] = Field(min_length=1)
    declines: tuple[Code, ...] = Field(min_length=1)
    learnings: tuple[Code, ...] = Field(min_length=1)
    preventions: tuple[Code, ...] = ()


def fold(value: str | None) -> str:
    """The form in which facts are compared: trimmed, case folded, inner white space single."""
    return " ".join((value or "").casefold().split())


def _check_phrases(words: WordsByLanguage) -> None:
    for language, phrases in words.items():
        for phrase in phrases:
            if not is_phrase(phrase):
                message = f"{language}: {phrase!r} holds no word to look for"
                raise ValueError(message)

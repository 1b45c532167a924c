"""How an organisation judges and hurries: severity, deadlines, costs, triage, the words it watches for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pydantic import Field, model_validator

from shared.contracts.parts import Severity
from shared.core.calendar import Whose
from shared.core.datafile import Frozen
from shared.core.kinds import Duration, Language, Money, Share, WordsByLanguage, raised, rank
from shared.core.phrases import Hit, find, is_phrase


class MoneyThreshold(Frozen):
    """From this amount at stake on, at least this severe."""

    at_least: Money
    level: Severity


class RepeatThreshold(Frozen):
    """From this many earlier complaints of the customer on, at least this severe."""

    at_least: int = Field(ge=1)
    level: Severity


class WaitThreshold(Frozen):
    """From this long past the promise (elapsed) on, at least this severe."""

    at_least: Duration
    level: Severity


@dataclass(frozen=True, slots=True)
class Judgement:
    """A severity and, in order of weight, what it rests on."""

    level: Severity
    reasons: tuple[str, ...]


class SeverityMatrix(Frozen):
    """From the category's base and the circumstances to a level. Harm overrides everything."""

    harm: Severity = "critical"
    vulnerable_raises: int = Field(default=1, ge=0, le=3)
    money: tuple[MoneyThreshold, ...] = ()
    repeats: tuple[RepeatThreshold, ...] = ()
    waited: tuple[WaitThreshold, ...] = ()

    def judge(
        self,
        base: Severity,
        *,
        harm: str | None = None,
        vulnerable: str | None = None,
        value: Decimal | None = None,
        repeats: int = 0,
        waited: timedelta = timedelta(0),
    ) -> Judgement:
        """Apply the matrix.

        Args:
            base: the category's level.
            harm: what speaks of harm to people (the words found, or the flag), if anything does.
            vulnerable: what speaks of a vulnerable customer, if anything does.
            value: money at stake, in the organisation's currency.
            repeats: earlier complaints of this customer in the repeat window.
            waited: elapsed time past the promise.
        """
        if harm is not None:
            return Judgement(max(self.harm, base, key=rank), (f"harm: {harm}",))
        level, reasons = base, [f"category starts at {base}"]
        at_stake = Decimal(-1) if value is None else value
        circumstances: list[tuple[Severity, str]] = [
            *((t.level, f"{t.at_least} or more at stake") for t in self.money if at_stake >= t.at_least),
            *((t.level, f"{t.at_least} or more earlier") for t in self.repeats if repeats >= t.at_least),
            *((t.level, f"{t.at_least} or more past the promise") for t in self.waited if waited >= t.at_least),
        ]
        for reached, reason in sorted(circumstances, key=lambda item: rank(item[0])):
            if rank(reached) > rank(level):
                level, reasons = reached, [reason, *reasons]
        if vulnerable is not None and self.vulnerable_raises:
            level = raised(level, self.vulnerable_raises)
            reasons = [f"vulnerable customer: {vulnerable}", *reasons]
        return Judgement(level, tuple(reasons))


class Deadline(Frozen):
    """So much working time on the customer's calendar or on that of the department whose clock it is."""

    within: Duration
    calendar: Whose


class Deadlines(Frozen):
    """The clocks of one severity. The department's clocks may pause, the customer's never do."""

    acknowledge: Deadline
    """Registration to acknowledgement."""
    join: Deadline
    """Invitation to joining or declining; silence after it is an answer."""
    round: Deadline
    """The blind round, from the invitation's acceptance by all."""
    agree: Deadline
    """Reveal to agreement; then the lead decides."""
    answer: Deadline
    """Registration to the one co-ordinated answer: the promise to the customer."""
    contact: Deadline
    """Escalation to the manager's personal contact."""


class DeadlineProfiles(Frozen):
    """One profile of deadlines per severity."""

    low: Deadlines
    medium: Deadlines
    high: Deadlines
    critical: Deadlines

    def of(self, level: Severity) -> Deadlines:
        """The deadlines of a severity."""
        profiles = {"low": self.low, "medium": self.medium, "high": self.high, "critical": self.critical}
        return profiles[level]


class ChurnShares(Frozen):
    """Probability, per severity, that the complaint loses the customer."""

    low: Share
    medium: Share
    high: Share
    critical: Share

    def of(self, level: Severity) -> float:
        """The probability of a severity."""
        shares = {"low": self.low, "medium": self.medium, "high": self.high, "critical": self.critical}
        return shares[level]


class CostAssumptions(Frozen):
    """What the review assumes, in the organisation's currency."""

    staff_hourly: Money
    rework: Money
    """Doing a step again, once per cause."""
    lost_customer: Money
    """Value at risk when a customer leaves."""
    churn: ChurnShares

    def value_at_risk(self, level: Severity) -> Decimal:
        """Expected loss of the customer's value at a severity, to the cent."""
        return (self.lost_customer * Decimal(str(self.churn.of(level)))).quantize(Decimal("0.01"))


class TriageWeights(Frozen):
    """How far each kind of evidence is trusted, 0 to 1."""

    facts: Share = 1.0
    rule: Share = 0.95
    category_hint: Share = 0.85
    words: Share = 0.6


class TriageSettings(Frozen):
    """Under `confidence` a person decides. `repeat_within` is elapsed time."""

    confidence: Share = 0.6
    weights: TriageWeights = TriageWeights()
    duplicate_score: Share = 0.8
    repeat_within: Duration = timedelta(days=90)


class Feedback(Frozen):
    """A customer is asked at most once in `every`."""

    every: Duration = timedelta(days=90)


class ReviewSettings(Frozen):
    """A resolved complaint of at least this severity gets a review."""

    from_severity: Severity = "low"


class BlamePhrase(Frozen):
    """Words that blame people, and how to say it instead. `override`: may be published by an explicit override."""

    pattern: str
    hint: str
    override: bool = True

    @model_validator(mode="after")
    def _can_be_found(self) -> "BlamePhrase":
        if not is_phrase(self.pattern):
            message = f"{self.pattern!r} holds no word to look for"
            raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True)
class Blame:
    """Words of a text that blame a person, where they stand, and how to say it instead."""

    hit: Hit
    hint: str
    override: bool


class Lexicon(Frozen):
    """Words watched for, by language, in the grammar of `shared.core.phrases`."""

    blame: Mapping[Language, tuple[BlamePhrase, ...]] = Field(default_factory=dict)
    harm: WordsByLanguage = Field(default_factory=dict)
    vulnerable: WordsByLanguage = Field(default_factory=dict)
    name_hint: Mapping[Language, str] = Field(default_factory=dict)
    """How to say it instead of naming somebody of the staff."""

    def harm_in(self, text: str, language: str) -> tuple[Hit, ...]:
        """Words of harm to people found in `text`, which is in `language`."""
        return find(self.harm.get(language, ()), text)

    def vulnerable_in(self, text: str, language: str) -> tuple[Hit, ...]:
        """Words that tell of a vulnerable customer."""
        return find(self.vulnerable.get(language, ()), text)

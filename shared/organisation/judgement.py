"""How an organisation judges and hurries: severity, deadlines, costs, triage, the words it watches for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pydantic import Field, model_validator

from shared.contracts.parts import Severity
from shared.organisation.calendar import Whose
from shared.organisation.datafile import Frozen
from shared.organisation.kinds import Duration, Language, Money, Phrase, Share, WordsByLanguage, raised, rank
from shared.organisation.phrases import Hit, find, is_phrase


class MoneyThreshold(Frozen):
    """From this much money at stake on, at least this severe."""

    at_least: Money
    """Money at stake."""
    level: Severity
    """The least severity from there on."""


class RepeatThreshold(Frozen):
    """From this many earlier complaints on, at least this severe."""

    at_least: int = Field(ge=1)
    """Number of earlier complaints. Routing counts at most one: the complaint that this one was registered as a
    repeat of."""
    level: Severity
    """The least severity from there on."""


class WaitThreshold(Frozen):
    """From this long past the promised date on, at least this severe."""

    at_least: Duration
    """Elapsed time since what the customer was promised."""
    level: Severity
    """The least severity from there on."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A severity and, in order of weight, what it rests on."""

    level: Severity
    reasons: tuple[str, ...]


class SeverityMatrix(Frozen):
    """From a category's severity and the circumstances to the complaint's. Harm to people overrides everything else."""

    harm: Severity = "critical"
    """The severity where the text or the caller speaks of harm to people; the category's, where that is higher."""
    vulnerable_raises: int = Field(default=1, ge=0, le=3)
    """By how many levels a vulnerable customer raises it."""
    money: tuple[MoneyThreshold, ...] = ()
    """Thresholds of the money at stake."""
    repeats: tuple[RepeatThreshold, ...] = ()
    """Thresholds of earlier complaints about the same thing."""
    waited: tuple[WaitThreshold, ...] = ()
    """Thresholds of the time that the customer waited past the promise."""

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
    """How long a clock runs, and on whose calendar."""

    within: Duration
    """Time that the calendar counts: only while it is open."""
    calendar: Whose
    """`customer`: the organisation's `customer_calendar`. `department`: that of the department whose clock it is."""


class Deadlines(Frozen):
    """The clocks of one severity.

    When one runs out, an event says so and somebody else is asked to act; no clock closes a complaint.
    """

    acknowledge: Deadline
    """Registration to a personal acknowledgement, which always counts on the customer's calendar. Also how long a
    person has to decide a triage that routing is unsure of; there the department is the one nearest the customer."""
    respond: Deadline
    """Invitation to joining or declining; the department is the one invited. After it, management takes the seat, and
    a silent lead is followed by the
    next nearest department."""
    round: Deadline
    """Opening of the table to the end of the blind round; of the invited departments' calendars the latest counts.
    After it, everything contributed so far is revealed."""
    agree: Deadline
    """Reveal to agreement; the department is the lead. After it, the lead decides alone, with the objections on
    record."""
    answer: Deadline
    """Registration to the co-ordinated answer: what the customer is told. After it, management has the complaint."""
    contact: Deadline
    """Escalation to the manager's personal contact with the customer; the department is the lead."""


class DeadlineProfiles(Frozen):
    """One profile of deadlines per severity."""

    low: Deadlines
    """The clocks of severity low."""
    medium: Deadlines
    """The clocks of severity medium; also those of a complaint that is not triaged yet."""
    high: Deadlines
    """The clocks of severity high."""
    critical: Deadlines
    """The clocks of severity critical; also those of a complaint whose registration declares harm."""

    def of(self, level: Severity) -> Deadlines:
        """The deadlines of a severity."""
        profiles = {"low": self.low, "medium": self.medium, "high": self.high, "critical": self.critical}
        return profiles[level]


class ChurnShares(Frozen):
    """Probability that a complaint of a severity loses the customer."""

    low: Share
    """At severity low."""
    medium: Share
    """At severity medium."""
    high: Share
    """At severity high."""
    critical: Share
    """At severity critical."""

    def of(self, level: Severity) -> float:
        """The probability of a severity."""
        shares = {"low": self.low, "medium": self.medium, "high": self.high, "critical": self.critical}
        return shares[level]


class CostAssumptions(Frozen):
    """What a review assumes when it costs a complaint, in the organisation's currency."""

    staff_hourly: Money
    """What an hour of handling complaints costs in a department without an `hourly_cost` of its own."""
    rework: Money
    """What it costs to do a step again; counted once per cause."""
    lost_customer: Money
    """What a customer is worth who leaves."""
    churn: ChurnShares
    """How likely it is that the complaint loses the customer. Times `lost_customer` it is the value at risk."""

    def value_at_risk(self, level: Severity) -> Decimal:
        """Expected loss of the customer's value at a severity, to the cent."""
        return (self.lost_customer * Decimal(str(self.churn.of(level)))).quantize(Decimal("0.01"))


class TriageWeights(Frozen):
    """How far each kind of evidence is trusted."""

    facts: Share = 1.0
    """Step times that show which steps overran."""
    rule: Share = 0.95
    """A rule of this file that holds for the complaint's facts."""
    category_hint: Share = 0.85
    """The category that whoever registered the complaint gave."""
    words: Share = 0.6
    """Phrases of categories found in the text. The most that words can reach; ambiguous ones stay below it."""


class TriageSettings(Frozen):
    """When routing decides by itself, and what it compares a complaint with."""

    confidence: Share = 0.6
    """Confidence from which routing decides by itself. Under it a person does."""
    weights: TriageWeights = TriageWeights()
    """How far each kind of evidence is trusted; the best kind found is the confidence."""
    duplicate_score: Share = 0.8
    """No service reads it yet: duplicates are linked by people."""
    repeat_within: Duration = timedelta(days=90)
    """Elapsed time between two complaints of one customer within which they are shown as alike."""


class Feedback(Frozen):
    """How often a customer is asked for feedback."""

    every: Duration = timedelta(days=90)
    """Elapsed time. A customer is asked at most once in it, however many complaints are closed."""


class ReviewSettings(Frozen):
    """Which resolved complaints are reviewed."""

    from_severity: Severity = "low"
    """The least severity that is reviewed. A repeat is reviewed whatever its severity."""


class BlamePhrase(Frozen):
    """Words that blame people, and how to say it instead."""

    pattern: Phrase
    """What to look for."""
    hint: str
    """How to say it instead; shown to the writer."""
    override: bool = True
    """Whether the writer may insist, with a reason that is recorded."""

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
    """Words that are watched for, by language."""

    blame: Mapping[Language, tuple[BlamePhrase, ...]] = Field(default_factory=dict)
    """What departments may not write about people."""
    harm: WordsByLanguage = Field(default_factory=dict)
    """Phrases in a customer's text that speak of harm to people."""
    vulnerable: WordsByLanguage = Field(default_factory=dict)
    """Phrases in a customer's text that speak of a vulnerable customer."""
    name_hint: Mapping[Language, str] = Field(default_factory=dict)
    """What to write instead of the name of somebody of the staff; shown to the writer."""

    def harm_in(self, text: str, language: str) -> tuple[Hit, ...]:
        """Words of harm to people found in `text`, which is in `language`."""
        return find(self.harm.get(language, ()), text)

    def vulnerable_in(self, text: str, language: str) -> tuple[Hit, ...]:
        """Words that tell of a vulnerable customer."""
        return find(self.vulnerable.get(language, ()), text)

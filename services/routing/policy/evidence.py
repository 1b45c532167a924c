"""From a registered complaint to what it touches and why: facts, then the category, then words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from services.routing.policy.lexicon import Found
from services.routing.policy.rulebook import HARM, VULNERABLE, Rulebook
from shared.contracts.intake import ComplaintRegistered
from shared.contracts.parts import TouchedStep, Why
from shared.contracts.routing import Candidate
from shared.organisation import Category, Rule
from shared.organisation.steptimes import Overrun

WORDS_BESIDE_FACTS: Final = 0.8
"""Where facts or the category already touch steps, words add further ones only with at least this score."""

MOST_CATEGORIES: Final = 3
"""A text that points equally to more categories than this is too mixed for a rule: a person reads it."""

QUOTES: Final = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """The kinds of evidence: facts of the order, facts of the source, the registered category, words."""

    overruns: Sequence[Overrun]
    rule: Rule | None
    facts: Mapping[str, str]
    hint: Category | None
    words: Mapping[str, tuple[Found, ...]]
    scores: Mapping[str, float]

    @property
    def basis(self) -> Literal["facts", "rules"]:
        """What it rests on."""
        return "facts" if self.overruns or self.rule else "rules"

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The categories that words point to, best first."""
        return tuple(Candidate(category=category, score=round(score, 3)) for category, score in self.scores.items())


def gather(
    rules: Rulebook,
    registered: ComplaintRegistered,
    overruns: Sequence[Overrun],
    found: Mapping[str, tuple[Found, ...]],
) -> Evidence:
    """Put together what is known of a complaint; `found` are the phrases of its text, by label."""
    words = {label: hits for label, hits in found.items() if label not in {HARM, VULNERABLE}}
    return Evidence(
        overruns=overruns,
        rule=rules.organisation.rule_for(registered.facts) if registered.facts else None,
        facts=registered.facts,
        hint=rules.category(registered.category_hint),
        words=words,
        scores=word_scores(words, rules.weights.words),
    )


def word_scores(words: Mapping[str, tuple[Found, ...]], weight: float) -> dict[str, float]:
    """Score each category from 0 to 1, best first; of equal ones, the one named first in the text.

    Each phrase counts with the weight of words; more phrases make a category surer but never certain.
    """
    scored = [(1 - (1 - weight) ** len(hits), hits[0].start, category) for category, hits in words.items()]
    scored.sort(key=lambda entry: (-entry[0], entry[1]))
    return {category: score for score, _, category in scored}


@dataclass(slots=True)
class Touched:
    """Steps touched so far, with their whys."""

    whys: dict[str, list[Why]] = field(default_factory=dict[str, list[Why]])

    def add(self, steps: Iterable[str], why: Why) -> None:
        """Touch steps."""
        for step in steps:
            self.whys.setdefault(step, []).append(why)

    def support(self, steps: Iterable[str], why: Why) -> None:
        """Add a why to each of the steps that is touched already."""
        self.add((step for step in steps if step in self.whys), why)

    def steps(self, rules: Rulebook) -> tuple[TouchedStep, ...]:
        """Return them in the order of the value chain, with their owners."""
        organisation = rules.organisation
        return tuple(
            TouchedStep(step=step, department=organisation.step(step).department, why=tuple(self.whys[step]))
            for step in organisation.in_order(self.whys)
        )


def touched_steps(rules: Rulebook, evidence: Evidence) -> tuple[TouchedStep, ...]:
    """Return the steps that the evidence touches, each with every why."""
    touched = Touched()
    for overrun in evidence.overruns:
        touched.add([overrun.step], Why(basis="fact", sentence=overrun.sentence, overrun=overrun.by))
    if evidence.rule:
        why = Why(basis="fact", sentence=evidence.rule.reason(evidence.facts))
        touched.add(rules.organisation.steps_by(evidence.rule), why)
    if evidence.hint:
        name = evidence.hint.name.in_("en")
        _by_category(touched, evidence, evidence.hint, Why(basis="category", sentence=f"registered as: {name}"))
    for category, hits in _spoken_of(rules, evidence, beside=bool(touched.whys)):
        _by_category(touched, evidence, category, Why(basis="words", sentence=_quoted(category, hits)))
    return touched.steps(rules)


def _by_category(touched: Touched, evidence: Evidence, category: Category, why: Why) -> None:
    """Where times say which steps overran, a complaint about time touches those and no step that kept its time."""
    if evidence.overruns and category.about_time:
        touched.support(category.steps, why)
    else:
        touched.add(category.steps, why)


def _spoken_of(rules: Rulebook, evidence: Evidence, *, beside: bool) -> Iterable[tuple[Category, tuple[Found, ...]]]:
    """The categories that words point to surely enough."""
    enough = WORDS_BESIDE_FACTS if beside else rules.threshold
    for name, score in evidence.scores.items():
        category = rules.category(name)
        if category and (score >= enough or (evidence.overruns and category.about_time)):
            yield category, evidence.words[name]


def _quoted(category: Category, hits: Sequence[Found]) -> str:
    quotes = ", ".join(f"'{hit.quote}'" for hit in hits[:QUOTES])
    return f"the text says {quotes}: {category.name.in_('en')}"


def main_category(rules: Rulebook, evidence: Evidence) -> Category | None:
    """What the complaint is about: by the rule, as registered, by the surest words, or by the longest overrun."""
    if evidence.rule and evidence.rule.category:
        return rules.category(evidence.rule.category)
    if evidence.hint:
        return evidence.hint
    spoken = [category for category, _ in _spoken_of(rules, evidence, beside=evidence.basis == "facts")]
    if spoken:
        return spoken[0]
    if evidence.overruns:
        longest = max(evidence.overruns, key=lambda overrun: overrun.by)
        return rules.category_touching(longest.step)
    best = next(iter(evidence.scores), "")
    return rules.category(best)


def confidence(rules: Rulebook, evidence: Evidence) -> float:
    """Return how sure the evidence is, from 0 to 1: as sure as its best kind; a mixed text lowers it."""
    if evidence.overruns:
        return rules.weights.facts
    if evidence.rule:
        return rules.weights.rule
    if evidence.hint:
        return rules.weights.category_hint
    if not evidence.scores:
        return 0.0
    best = max(evidence.scores.values())
    equals = sum(score == best for score in evidence.scores.values())
    return round(best * min(1.0, MOST_CATEGORIES / equals), 3)

"""The whole judgement of a complaint: language, category, steps, severity, and how sure it is. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

from services.routing.policy.evidence import confidence, gather, main_category, touched_steps
from services.routing.policy.language import language_of
from services.routing.policy.lexicon import Found, Words
from services.routing.policy.rulebook import HARM, VULNERABLE, Rulebook
from shared.contracts.intake import ComplaintRegistered
from shared.contracts.part import replace
from shared.contracts.parts import Severity, TouchedStep
from shared.contracts.routing import Candidate, Circumstances
from shared.organisation.steptimes import Overrun, hours, overruns


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules conclude about a complaint. Where they are not `sure`, a person chooses among the `candidates`."""

    category: str
    severity: Severity
    severity_why: tuple[str, ...]
    language: str
    steps: tuple[TouchedStep, ...]
    confidence: float
    sure: bool
    basis: Literal["facts", "rules"]
    candidates: tuple[Candidate, ...]
    circumstances: Circumstances


def judge(rules: Rulebook, registered: ComplaintRegistered) -> Judgement:
    """Judge a registered complaint. Where no step is touched, nothing is sure."""
    text = Words.of(registered.text or "\n".join(registered.points))
    language = language_of(text, registered.language, rules.organisation.language)
    found = rules.found(language, text)
    evidence = gather(rules, registered, _over_their_time(rules, registered), found)
    steps = touched_steps(rules, evidence)
    sureness = confidence(rules, evidence)
    sure = bool(steps) and sureness >= rules.threshold
    category = main_category(rules, evidence)
    circumstances = circumstances_of(registered, found)
    severity, severity_why = severity_of(rules, category.id if category else "", circumstances)
    return Judgement(
        category=category.id if category else "",
        severity=severity,
        severity_why=severity_why,
        language=language,
        steps=steps,
        confidence=sureness,
        sure=sure,
        basis=evidence.basis,
        candidates=() if sure else evidence.candidates,
        circumstances=circumstances,
    )


def _over_their_time(rules: Rulebook, registered: ComplaintRegistered) -> Sequence[Overrun]:
    """The steps that ended over their time, and those over it that had not ended when the customer complained."""
    if not registered.steps:
        return ()
    over = list(overruns(rules.organisation, registered.steps))
    still_open = [
        replace(step, ended=registered.received_at)
        for step in registered.steps
        if step.started is not None and step.ended is None
    ]
    for found in overruns(rules.organisation, still_open) if still_open else ():
        name = rules.organisation.step(found.step).name.in_("en")
        sentence = f"{name} had not ended when the customer complained: {hours(found.by)} over"
        over.append(dataclasses.replace(found, sentence=sentence))
    return over


def circumstances_of(registered: ComplaintRegistered, found: Mapping[str, tuple[Found, ...]]) -> Circumstances:
    """Return what severity and links are judged by; `found` are the phrases of the text."""
    return Circumstances(
        received_at=registered.received_at,
        harm=_told(registered.harm, found.get(HARM, ())),
        vulnerable=_told(registered.vulnerable, found.get(VULNERABLE, ())),
        value=registered.value,
        repeats=1 if registered.repeat_of else 0,
        waited=_waited(registered),
        order_ref=registered.order_ref,
        customer_ref=registered.customer_ref,
    )


def severity_of(rules: Rulebook, category: str, circumstances: Circumstances) -> tuple[Severity, tuple[str, ...]]:
    """Return the severity by the organisation's matrix, and what it rests on."""
    known = rules.category(category)
    judged = rules.organisation.severity.judge(
        known.severity if known else "low",
        harm=circumstances.harm or None,
        vulnerable=circumstances.vulnerable or None,
        value=circumstances.value,
        repeats=circumstances.repeats,
        waited=circumstances.waited,
    )
    return judged.level, judged.reasons


def _told(flagged: bool, hits: tuple[Found, ...]) -> str:  # noqa: FBT001 - the two sources of one circumstance
    return "told at registration" if flagged else hits[0].phrase if hits else ""


def _waited(registered: ComplaintRegistered) -> timedelta:
    """How long after the promise the last step ended, or the complaint came where it has not ended."""
    if registered.promised_by is None:
        return timedelta(0)
    ends = [step.ended for step in registered.steps if step.ended is not None]
    open_still = any(step.ended is None for step in registered.steps)
    until = registered.received_at if open_still or not ends else min(max(ends), registered.received_at)
    return max(until - registered.promised_by, timedelta(0))

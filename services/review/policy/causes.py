"""Causes by rule: what the facts show, before a review board has looked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.review.policy.shares import normalised
from shared.contracts.parts import Cause, StepTime, TouchedStep
from shared.organisation import Organisation
from shared.organisation.steptimes import hours, overruns


def causes_by_facts(
    organisation: Organisation, steps: Sequence[StepTime], touched: Sequence[TouchedStep]
) -> tuple[Cause, ...]:
    """Return the provisional causes: the steps that overran, each by its share of all overrun; else those touched.

    The factor is the typical one of the step. Empty where no step overran and none is touched.
    """
    found: dict[str, timedelta] = {}
    for item in overruns(organisation, steps):
        found[item.step] = found.get(item.step, timedelta(0)) + item.by
    return _by_overrun(organisation, found) if found else _by_touch(organisation, touched)


def _by_overrun(organisation: Organisation, found: dict[str, timedelta]) -> tuple[Cause, ...]:
    weights = normalised([over.total_seconds() for over in found.values()])
    causes: list[Cause] = []
    for (step, over), weight in zip(found.items(), weights, strict=True):
        evidence = f"{step} went {hours(over)} over its time, {weight:.0%} of all overrun of this order"
        causes.append(_cause(organisation, step, weight, evidence))
    return tuple(causes)


def _by_touch(organisation: Organisation, touched: Sequence[TouchedStep]) -> tuple[Cause, ...]:
    known = {item.step: item for item in touched if organisation.has_step(item.step)}
    if not known:
        return ()
    causes: list[Cause] = []
    for step, weight in zip(organisation.in_order(known), normalised([1.0] * len(known)), strict=True):
        whys = "; ".join(why.sentence for why in known[step].why)
        evidence = f"no step of this order went over its time; {step} is one of {len(known)} touched: {whys}"
        causes.append(_cause(organisation, step, weight, evidence))
    return tuple(causes)


def _cause(organisation: Organisation, step: str, weight: float, evidence: str) -> Cause:
    factor = organisation.step(step).typical_factor
    return Cause(step=step, factor=factor, weight=weight, evidence=evidence, basis="facts")

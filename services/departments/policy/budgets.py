"""New step budgets must fit into what customers were promised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from shared.organisation import Organisation


def what_the_budgets_would_break(
    organisation: Organisation, budgets: Mapping[str, int], promised: timedelta | None
) -> str:
    """Return a sentence naming the promise that hours per step would break, or nothing.

    Each general promise of the organisation that covers a budgeted step must still hold, the other steps of it at their
    standards. Steps under no general promise must fit into what this order was promised (`promised`), and where that
    is unknown into the sum of their standards.
    """
    hours = {step: timedelta(hours=given) for step, given in budgets.items()}
    covered: set[str] = set()
    for promise in organisation.promises:
        if not hours.keys() & set(promise.steps):
            continue
        covered |= set(promise.steps)
        total = sum((hours.get(step, _standard(organisation, step)) for step in promise.steps), timedelta(0))
        if total > promise.within:
            return (
                f"The budgets add up to {_words(total)} with the other steps' standards, more than the "
                f"{_words(promise.within)} promised to customers: {promise.name}."
            )
    rest = {step: given for step, given in hours.items() if step not in covered}
    standards = sum((_standard(organisation, step) for step in rest), timedelta(0))
    allowed = promised if promised is not None else standards or None
    total = sum(rest.values(), timedelta(0))
    if allowed is not None and total > allowed:
        steps = ", ".join(rest)
        return f"The budgets of {steps} add up to {_words(total)}, more than the {_words(allowed)} promised."
    return ""


def _standard(organisation: Organisation, step: str) -> timedelta:
    return organisation.step(step).standard or timedelta(0)


def _words(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 3600:g} h"

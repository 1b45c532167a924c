"""Words at the table: what a briefing says, and where statements contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from shared.contracts.departments import ComplaintBrief
from shared.organisation import Organisation

EXCERPT: Final = 600
"""The most characters of the customer's words that go into a briefing."""


def effect_on_the_customer(organisation: Organisation, complaint: ComplaintBrief, category: str) -> str:
    """Return what a briefing says of the effect; for historic ones, which nobody has to act on, only the category."""
    known = {found.id for found in organisation.categories}
    name = organisation.category(category).name.in_(organisation.language) if category in known else category
    sentences = [f"{name or 'Uncategorised'}."]
    if complaint.historic:
        return sentences[0]
    if complaint.harm:
        sentences.append("People may have come to harm.")
    if complaint.vulnerable:
        sentences.append("The customer is vulnerable.")
    if complaint.promised_by is not None:
        sentences.append(f"The order was promised by {complaint.promised_by:%Y-%m-%d %H:%M} UTC.")
    if complaint.value is not None:
        sentences.append(f"{complaint.value} {organisation.currency} at stake.")
    if complaint.excerpt:
        sentences.append(f"In the customer's words: «{complaint.excerpt}»")
    return " ".join(sentences)


def first_action(*, historic: bool, stage: int, lead: bool) -> str:
    """Return what a briefing asks the department to do."""
    if historic:
        return "Nothing: imported from the past."
    action = "Join, or decline with a reason and a nominee; report the times of your steps; propose a solution."
    if lead:
        action = f"You answer for the whole. {action}"
    return f"The customer rejected the first answer. {action}" if stage > 1 else action


def contradictions(
    dates: Mapping[str, Mapping[str, date]], amounts: Mapping[str, Mapping[str, Decimal]]
) -> tuple[str, ...]:
    """Return one sentence for each named date or amount on which two departments differ.

    Both arguments hold, per department, what it would tell the customer, by name.
    """
    return tuple(sorted({*_differing(dates), *_differing(amounts)}))


def failed_instances(leads: Sequence[str], silent: Sequence[str], declined: Sequence[str]) -> tuple[str, ...]:
    """Return the instances before management, each once: those that led, stayed silent, or passed it on."""
    return tuple(dict.fromkeys([*leads, *silent, *declined]))


def failed_instances_without_a_table() -> tuple[str, ...]:
    """Return what failed when the customer escalates before any department sits at a table."""
    return ("triage",)


def _differing(stated: Mapping[str, Mapping[str, date]] | Mapping[str, Mapping[str, Decimal]]) -> Iterable[str]:
    names = {name for values in stated.values() for name in values}
    for name in names:
        versions = {department: values[name] for department, values in stated.items() if name in values}
        if len(set(versions.values())) > 1:
            differing = ", ".join(f"{department} says {value}" for department, value in sorted(versions.items()))
            yield f"{name}: {differing}"

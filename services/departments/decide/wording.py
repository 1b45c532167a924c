"""Solutions, not culprits: words that name or blame people are refused, or stand by a recorded override."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.departments.policy import what_blames_people
from shared.core.decider import Rejected
from shared.core.organisation import Organisation

BLAMES_PEOPLE: Final = "blames-people"


def refuse_blame(organisation: Organisation, texts: Iterable[str], override: str = "") -> None:
    """Raise Rejected ``blames-people`` with the phrase and how to say it instead, unless an override may stand."""
    given = override.strip()
    blames = [blame for blame in what_blames_people(organisation, texts) if not (blame.override and given)]
    if blames:
        found = "; ".join(f"«{blame.hit.text}»: {blame.hint}" for blame in blames)
        ways = "reword it" if not all(blame.override for blame in blames) else "reword it, or say in `override` why"
        raise Rejected(BLAMES_PEOPLE, f"Solutions, not culprits; {ways}. {found}")


def override_used(organisation: Organisation, texts: Iterable[str], override: str) -> str:
    """Return the override where something needed it; one that nothing needed is not kept."""
    return override.strip() if what_blames_people(organisation, texts) else ""

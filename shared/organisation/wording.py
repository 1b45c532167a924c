"""Solutions, not culprits: words that name or blame people are refused, unless a recorded override is given. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shared.eventsourcing.decider import Rule
from shared.organisation import Blame, Organisation

BLAMES_PEOPLE: Final = Rule("blames-people", "Solutions, not culprits; {ways}. {found}")


def what_blames_people(organisation: Organisation, texts: Iterable[str]) -> tuple[Blame, ...]:
    """Return what in the texts names or blames people, judged by the lexicon of every language of the organisation.

    People write in their own language, whatever the complaint's is; a phrase of one language does not match a text in
    another.
    """
    found: dict[tuple[str, int], Blame] = {}
    for text in texts:
        for language in _languages(organisation, text):
            for blame in organisation.blame_in(text, language):
                found.setdefault((text, blame.hit.start), blame)
    return tuple(found.values())


def refuse_blame(organisation: Organisation, texts: Iterable[str], override: str = "") -> None:
    """Raise Rejected ``blames-people`` with the phrase and how to say it instead, unless an override is allowed."""
    given = override.strip()
    blames = [blame for blame in what_blames_people(organisation, texts) if not (blame.override and given)]
    if blames:
        found = "; ".join(f"«{blame.hit.text}»: {blame.hint}" for blame in blames)
        ways = "reword it" if not all(blame.override for blame in blames) else "reword it, or say in `override` why"
        raise BLAMES_PEOPLE.refusal(ways=ways, found=found)


def override_used(organisation: Organisation, texts: Iterable[str], override: str) -> str:
    """Return the override if something needed it, else nothing: an override that nothing needed is not kept."""
    return override.strip() if what_blames_people(organisation, texts) else ""


def _languages(organisation: Organisation, text: str) -> list[str]:
    # The hint comes from the first language that finds the words, so the text's own script goes first.
    cyrillic = any("\u0400" <= character <= "\u04ff" for character in text)
    languages = dict.fromkeys([*organisation.languages, *organisation.lexicon.blame])
    return sorted(languages, key=lambda language: (language == "ru") != cyrillic)

"""Which language a text is in: by script, then by the small words that every sentence needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.routing.policy.lexicon import Words

_ENGLISH: Final = (
    "the and to of is was were are i my me we our you your he she they it this that these have has had not but for "
    "with on in at from by be been so as after when what why how no there still than would could did does do don "
    "didn can will just only its out about again never which a an or"
)
_PORTUGUESE: Final = (
    "o a os as e de do da dos das em no na nos nas um uma que não nao com por para pra mas eu meu minha me foi era "
    "está esta estou ser ter tem tinha já ja até ate ainda muito mais só so como quando se ao à sem você voce vocês "
    "isso ele ela pelo pela nem também depois"
)
STOP_WORDS: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(_ENGLISH.split()),
    "pt": frozenset(_PORTUGUESE.split()),
}
"""The words that decide between languages of one script. A word in two lists decides nothing."""

CYRILLIC_LANGUAGES: Final = frozenset({"ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg"})
CYRILLIC_DEFAULT: Final = "ru"
LATIN_DEFAULT: Final = "en"
SAMPLE_WORDS: Final = 60
CYRILLIC_SHARE: Final = 0.3
"""Names of goods and firms in Latin letters do not make a Russian text English."""


def language_of(text: Words, declared: str, fallback: str) -> str:
    """Return the language (ISO 639-1) of a text.

    Args:
        text: the text, taken apart.
        declared: what the complaint says of itself (``pt``, ``pt-BR`` or empty); it holds unless the script denies it.
        fallback: the organisation's language, for a text whose language cannot be told.
    """
    claimed = declared[:2].lower()
    if not text.words:
        return claimed or fallback
    if _is_cyrillic(text):
        return claimed if claimed in CYRILLIC_LANGUAGES else CYRILLIC_DEFAULT
    if claimed and claimed not in CYRILLIC_LANGUAGES:
        return claimed
    return _by_stop_words(text.words, fallback)


def _is_cyrillic(text: Words) -> bool:
    if text.folded.isascii():
        return False
    sample = [word[0] for word in text.words[:SAMPLE_WORDS] if not word[0].isdigit()]
    return sum("\u0400" <= first <= "\u04ff" for first in sample) > len(sample) * CYRILLIC_SHARE


def _by_stop_words(words: Iterable[str], fallback: str) -> str:
    distinct = frozenset(words)
    hits = {language: len(distinct & known) for language, known in STOP_WORDS.items()}
    most = max(hits.values())
    best = [language for language, count in hits.items() if count == most]
    if len(best) == 1:
        return best[0]
    return fallback if fallback not in CYRILLIC_LANGUAGES else LATIN_DEFAULT

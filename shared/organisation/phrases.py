r"""Phrases as people write them in data files, found in customers' texts. Pure.

Grammar: words separated by spaces; `*` ends (or begins) a word of which only the stem is given; `...` stands for up to
three words. Case, the Russian ё and the width of white space do not matter, and a phrase matches whole words only:
`late` is not found in `chocolate`, `опозда*` is found in «Опоздали».
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_SAME = {"\u0451": "\u0435", "\u2019": "'"}  # the Russian yo is often written ye; a curly apostrophe straight


@dataclass(frozen=True, slots=True)
class Hit:
    """`phrase` was found as `text`, from `start` to `end` (character positions in the text given)."""

    phrase: str
    text: str
    start: int
    end: int


def find(phrases: Iterable[str], text: str) -> tuple[Hit, ...]:
    """Every phrase found in `text`, first occurrence of each, in order of position."""
    folded = _fold(text)
    hits = [
        Hit(phrase, text[found.start() : found.end()], found.start(), found.end())
        for phrase in phrases
        if (found := compiled(phrase).search(folded))
    ]
    return tuple(sorted(hits, key=lambda hit: (hit.start, -hit.end)))


def is_phrase(phrase: str) -> bool:
    """Whether `phrase` holds at least one letter or digit to look for."""
    return any(character.isalnum() for character in phrase)


@lru_cache(maxsize=8192)
def compiled(phrase: str) -> re.Pattern[str]:
    """The phrase as a pattern over folded text."""
    parts: list[str] = []
    for word in _fold(unicodedata.normalize("NFC", phrase)).split():
        if word == "...":
            parts.append(r"(?:\W+\w+){0,3}?")
            continue
        stem = r"\w*".join(re.escape(piece) for piece in word.split("*"))
        parts.append((r"\W+" if parts else "") + stem)
    return re.compile(r"(?<!\w)" + "".join(parts) + r"(?!\w)")


def _fold(text: str) -> str:
    """Lower case without the Russian yo, character by character, so that positions stay those of the text given."""
    return "".join(_fold_character(character) for character in text) if not text.isascii() else text.lower()


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    lowered = character.lower()
    lowered = lowered if len(lowered) == 1 else character
    return _SAME.get(lowered, lowered)

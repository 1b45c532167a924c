"""A person's name as it turns up in a text: each part of it, and in Russian each part in every case. Pure."""

# ruff: noqa: RUF001 - Russian letters and words

from __future__ import annotations

import re
from typing import Final

_PARTICLE_WORDS: Final = (
    "de da do dos das del della di du la le van von der den zu bin al el el-"
    " ibn of the and e y i и mr mrs ms miss dr prof san st г-н г-жа"
)
_PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())
_EVERYDAY_WORDS: Final = (
    "will may june april hope grace joy rose mark bill rich young long short white black brown green king day price"
    " case art page wood stone field park church street best good new bell cook baker love faith summer winter major"
    " вера надежда любовь роман мороз лев зима лес гость заяц волк мир слава светлана"
)
_EVERYDAY: Final = frozenset(_EVERYDAY_WORDS.split())
"""Names that are also words: they count as names only with a capital letter."""
_SHORTEST: Final = 2
_SHORTEST_STEM: Final = 3
_SAFE_STEM: Final = 4

_SPLIT = re.compile(r"[\s,.;()\"'’-]+")
_CYRILLIC = re.compile(r"[а-яё]+", re.IGNORECASE)
_ENDING = re.compile(r"[аеёийоуыэюяь]$")


def name_pattern(name: str, text: str) -> re.Pattern[str] | None:
    """Return a pattern for the parts of `name` in `text`, or None if none of them can be there.

    The check before compiling costs a microsecond; compiling costs hundreds, and most texts hold no name.
    """
    folded = text.casefold()
    parts = {part.casefold() for part in _SPLIT.split(name)}
    there = [part for part in sorted(parts, key=len, reverse=True) if _is_name(part) and _stem(part) in folded]
    if not there:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_alternative, there))})(?!\w)")


def _is_name(part: str) -> bool:
    return len(part) >= _SHORTEST and part not in _PARTICLES and not part.isdigit()


def _stem(part: str) -> str:
    """The stem that all cases of a Russian name part share; other parts do not change."""
    if not _CYRILLIC.fullmatch(part):
        return part
    stem = _ENDING.sub("", part)
    return stem if len(stem) >= _SHORTEST_STEM else part


def _alternative(part: str) -> str:
    stem, form = _stem(part), re.escape(part)
    exact = _capital(part) if part in _EVERYDAY or len(part) == _SHORTEST else rf"(?i:{form})"
    if not _CYRILLIC.fullmatch(part) or len(stem) < _SHORTEST_STEM:
        return exact
    if len(stem) < _SAFE_STEM or part in _EVERYDAY:
        return rf"{exact}|{_capital(stem)}(?i:[а-яё]{{0,2}})"
    return rf"{exact}|(?i:{re.escape(stem)}[а-яё]{{0,3}})"


def _capital(part: str) -> str:
    """The part with a capital first letter; its other letters in either case."""
    return rf"{re.escape(part[0].upper())}(?i:{re.escape(part[1:])})"

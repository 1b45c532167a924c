"""Finding many phrases in one pass over a text, by an index, as `shared.organisation.phrases` would find them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.organisation.phrases import compiled

_WORD: Final = re.compile(r"\w+")
_PIECE: Final = re.compile(r"[\w*]+")
_KEY: Final = 3
_BETWEEN: Final = "..."


@dataclass(frozen=True, slots=True)
class Words:
    """A text taken apart once: folded, and its words in order."""

    folded: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """Take a text apart."""
        folded = fold(text)
        return cls(folded, tuple(_WORD.findall(folded)))


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a text, from `start` to `end` of the folded text.

    Attributes:
        quote: the words found; the phrase itself where it spans words that it does not name, since those may be a
            customer's own and go into no event.
    """

    phrase: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    label: str
    phrase: str
    pattern: re.Pattern[str]
    stem: str
    whole: bool
    lead: str

    def begins(self, word: str) -> bool:
        """Whether a word may be the anchor's."""
        return word == self.stem if self.whole else word.startswith(self.stem)

    def search(self, folded: str) -> re.Match[str] | None:
        """The same as `pattern.search`, several times faster: a pattern behind a word boundary is slow to start."""
        if not self.lead:
            return self.pattern.search(folded)
        at = folded.find(self.lead)
        while at >= 0:
            if match := self.pattern.match(folded, at):
                return match
            at = folded.find(self.lead, at + 1)
        return None


class WordIndex:
    """The phrases of one language, each under a label, ready to be found.

    A text's word leads to the few phrases that have a word beginning like it; only those are searched for.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        keyed: dict[str, list[_Entry]] = defaultdict(list)
        anywhere: list[_Entry] = []
        for label, phrase in phrases:
            stem, whole = _anchor(phrase)
            entry = _Entry(label, phrase, compiled(phrase), stem, whole, _lead(phrase))
            (keyed[stem[:_KEY]] if stem else anywhere).append(entry)
        self._keyed: Mapping[str, tuple[_Entry, ...]] = {key: tuple(entries) for key, entries in keyed.items()}
        self._short = tuple(sorted({len(key) for key in keyed if len(key) < _KEY}))
        self._anywhere = tuple(anywhere)

    def find(self, text: Words) -> dict[str, tuple[Found, ...]]:
        """Return, per label, its phrases found in the text, in order of position; the same words count once."""
        found: dict[str, list[Found]] = {}
        for entry in dict.fromkeys(self._candidates(text.words)):
            if match := entry.search(text.folded):
                quote = entry.phrase if _BETWEEN in entry.phrase else match.group()
                found.setdefault(entry.label, []).append(Found(entry.phrase, quote, match.start(), match.end()))
        return {label: _apart(hits) for label, hits in found.items()}

    def _candidates(self, words: Iterable[str]) -> list[_Entry]:
        candidates = list(self._anywhere)
        keyed, short = self._keyed, self._short
        for word in dict.fromkeys(words):
            if near := keyed.get(word[:_KEY]):
                candidates += [entry for entry in near if entry.begins(word)]
            for length in short:
                if len(word) > length:
                    candidates += (entry for entry in keyed.get(word[:length], ()) if not entry.whole)
        return candidates


def fold(text: str) -> str:
    """Fold the text as `shared.organisation.phrases` compares it: lower case, no Russian yo, straight apostrophes."""
    return text.lower().replace("\u0451", "\u0435").replace("\u2019", "'")


def _anchor(phrase: str) -> tuple[str, bool]:
    """Return the longest known beginning of a word in the phrase, and whether it is the whole word; empty if none."""
    anchors = [("", False)]
    for word in _parts(phrase):
        for piece in _PIECE.findall(word):
            stem, star, _ = piece.partition("*")
            anchors.append((stem, not star))
    return max(anchors, key=lambda anchor: len(anchor[0]))


def _lead(phrase: str) -> str:
    """Return what every match of the phrase begins with; empty if it may begin with anything."""
    first = _parts(phrase)[0]
    return "" if first == _BETWEEN else first.partition("*")[0]


def _parts(phrase: str) -> list[str]:
    return fold(unicodedata.normalize("NFC", phrase)).split()


def _apart(hits: list[Found]) -> tuple[Found, ...]:
    """Leave out those that overlap a longer one before them."""
    if len(hits) == 1:
        return (hits[0],)
    kept: list[Found] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return tuple(kept)

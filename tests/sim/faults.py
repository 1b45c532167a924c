"""The kinds of faults, as they stand in schedules: a kind that never strikes proves nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

KINDS: Final = {
    "crash": re.compile(r" kill ", re.MULTILINE),
    "zombie": re.compile(r" is a zombie$", re.MULTILINE),
    "rebalance": re.compile(r" rebalance ", re.MULTILINE),
    "refused send": re.compile(r" send refused ", re.MULTILINE),
    "unanswered send": re.compile(r" send unanswered ", re.MULTILINE),
    "lost send": re.compile(r" send hidden ", re.MULTILINE),
    "doubled send": re.compile(r" send twice ", re.MULTILINE),
    "store conflict": re.compile(r" lost \d+ compare-and-sets$", re.MULTILINE),
    "ambiguous write": re.compile(
        r" store fails (between|after) (append|park|unpark|repark|mark_published|set_mark)$", re.MULTILINE
    ),
    "failed call of the store": re.compile(r" store fails before ", re.MULTILINE),
    "stalled writer": re.compile(r" an append stalls ", re.MULTILINE),
    "store away": re.compile(r" no store until ", re.MULTILINE),
    "broker away": re.compile(r" no broker until ", re.MULTILINE),
    "source away": re.compile(r" source \w+ is away$", re.MULTILINE),
    "clock that is slow": re.compile(r" clock wrong by -\d+ s$", re.MULTILINE),
    "clock that is fast": re.compile(r" clock wrong by \d+ s$", re.MULTILINE),
    "poison": re.compile(r" poison ", re.MULTILINE),
    "failed decision": re.compile(r" decide fails ", re.MULTILINE),
    "lost answer": re.compile(r": answer lost$", re.MULTILINE),
    "retry by a person": re.compile(r" a person retries ", re.MULTILINE),
    "retry by two people at once": re.compile(r" and \S+: a person retries ", re.MULTILINE),
    "retry when due": re.compile(r" retried: ", re.MULTILINE),
}
"""Kind to what its line in a schedule looks like."""


def struck(schedule: Iterable[str]) -> Counter[str]:
    """Return how often each kind struck."""
    text = "\n".join(schedule)
    found = Counter({kind: len(look.findall(text)) for kind, look in KINDS.items()})
    if found["retry by a person"]:
        found["retry when due"] = 0  # nobody can tell which was whose
    return found

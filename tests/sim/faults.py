"""The kinds of faults, as they stand in schedules: a kind that never strikes proves nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

KINDS: Final = {
    "crash": re.compile(r" kill "),
    "zombie": re.compile(r" is a zombie$"),
    "rebalance": re.compile(r" rebalance "),
    "refused send": re.compile(r" send refused "),
    "unanswered send": re.compile(r" send unanswered "),
    "lost send": re.compile(r" send hidden "),
    "doubled send": re.compile(r" send twice "),
    "store conflict": re.compile(r" lost \d+ compare-and-sets$"),
    "ambiguous write": re.compile(r" store fails (between|after) (append|park|unpark|repark|mark_published|set_mark)$"),
    "failed call of the store": re.compile(r" store fails before "),
    "stalled writer": re.compile(r" an append stalls "),
    "store away": re.compile(r" no store until "),
    "broker away": re.compile(r" no broker until "),
    "source away": re.compile(r" source \w+ is away$"),
    "clock that is slow": re.compile(r" clock wrong by -\d+ s$"),
    "clock that is fast": re.compile(r" clock wrong by \d+ s$"),
    "poison": re.compile(r" poison "),
    "failed decision": re.compile(r" decide fails "),
    "lost answer": re.compile(r": answer lost$"),
    "retry by a person": re.compile(r" a person retries "),
    "retry by two people at once": re.compile(r" and \S+: a person retries "),
    "retry when due": re.compile(r" retried: "),
}
"""Kind to what its line in a schedule looks like."""


def struck(schedule: Iterable[str]) -> Counter[str]:
    """Return how often each kind struck."""
    lines = list(schedule)
    found = Counter({kind: sum(bool(look.search(line)) for line in lines) for kind, look in KINDS.items()})
    if found["retry by a person"]:
        found["retry when due"] = 0  # nobody can tell which was whose
    return found

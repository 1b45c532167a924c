"""C-ONCE: each effect happened once."""

from __future__ import annotations

from collections import Counter

from shared.verification.evidence import Evidence, Finding, Tally


def each_effect_once(evidence: Evidence) -> Finding:
    """Check every event that declares what it may happen only once per."""
    tally = Tally()
    seen: Counter[tuple[str, ...]] = Counter()
    for logged in evidence.logged:
        if logged.effect is not None:
            tally.looked()
            seen[*logged.effect, logged.commit.stream] += 1
    for effect, times in seen.items():
        if times > 1:
            tally.found(f"{' '.join(part for part in effect if part)} happened {times} times.")
    return tally.finding()

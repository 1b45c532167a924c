"""Durations counted in buckets of about six per cent width, so that running figures have percentiles.

Whole numbers only, so that every machine counts the same. Source: HdrHistogram's bucketing, with four mantissa bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_BITS: Final = 4
_SECOND: Final = 1_000_000


def bucket(microseconds: int) -> int:
    """Return the bucket of a duration; whole seconds, and beyond 16 s the leading five bits, tell them apart."""
    seconds = max(microseconds, 0) // _SECOND
    shift = max(seconds.bit_length() - _BITS - 1, 0)
    return (shift << _BITS) + (seconds >> shift)


def middle(index: int) -> float:
    """Return the middle of a bucket in seconds; at most 3.2 % from every duration above 16 s in it."""
    shift = max((index >> _BITS) - 1, 0)
    lead = index - (shift << _BITS)
    low, width = lead << shift, 1 << shift
    return low + (width - 1) / 2


def percentile(buckets: Mapping[int, int], share: float) -> float | None:
    """Return the duration in seconds at ``round(share * (n - 1))`` of the sorted ones; None where there is none."""
    count = sum(buckets.values())
    rank = round(share * (count - 1)) if count else 0
    seen = 0
    for index in sorted(buckets):
        seen += buckets[index]
        if seen > rank:
            return middle(index)
    return None

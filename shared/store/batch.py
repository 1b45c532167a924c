"""What every adapter does alike with a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from shared.store.port import Commit, Snapshot

Passed = Mapping[str, Mapping[str, int]]
"""Per stream and consumed topic the sequence number up to which events were passed over."""
NOTHING_PASSED: Final[Passed] = MappingProxyType({})


def one_per_stream(entries: Sequence[tuple[Commit, Snapshot]]) -> None:
    """Check what `append` asks of its caller.

    Raises:
        ValueError: two items of one stream.
    """
    if len({commit.stream for commit, _ in entries}) < len(entries):
        raise ValueError("append: two items of one stream in a batch; fold them into one commit")


def furthest(cursor: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Return per topic the higher of two sequence numbers."""
    return {topic: max(cursor.get(topic, 0), other.get(topic, 0)) for topic in (*cursor, *other)}


def further(snapshots: Mapping[str, Snapshot], passed: Passed) -> Mapping[str, Snapshot]:
    """Return the states with their cursors moved on over what was passed over."""
    if not passed:
        return snapshots
    moved = {s: replace(snapshots[s], cursor=furthest(snapshots[s].cursor, topics)) for s, topics in passed.items()}
    return {**snapshots, **moved}

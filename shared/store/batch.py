"""What every adapter checks of a batch."""

from __future__ import annotations

from collections.abc import Sequence

from shared.store.port import Commit, Snapshot


def one_per_stream(entries: Sequence[tuple[Commit, Snapshot]]) -> None:
    """Check what `append` asks of its caller.

    Raises:
        ValueError: two items of one stream.
    """
    if len({commit.stream for commit, _ in entries}) < len(entries):
        raise ValueError("append: two items of one stream in a batch; fold them into one commit")

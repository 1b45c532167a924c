"""From parts to sums: how long each department had the order or the complaint, in whole microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from shared.contracts.parts import TimePart
from shared.contracts.review import TimeSpent

_MICROSECOND: Final = timedelta(microseconds=1)


def spent_in(parts: Sequence[TimePart]) -> tuple[TimeSpent, ...]:
    """Sum parts by department, step and kind, in the order of their first appearance.

    A step's standard and overrun are one sum; `over` is the overrun in it.
    """
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for part in parts:
        length = (part.end - part.start) // _MICROSECOND
        over = length if part.what == "overrun" else 0
        key = (part.department, part.step, "step" if part.what in {"standard", "overrun"} else part.what)
        before, over_before = sums.get(key, (0, 0))
        sums[key] = (before + length, over_before + over)
    return tuple(
        TimeSpent.model_validate(
            {"department": department, "step": step, "what": what, "microseconds": length, "over": over}
        )
        for (department, step, what), (length, over) in sums.items()
    )

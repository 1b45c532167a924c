"""One call of the store in memory: the moments at which it can be made to fail. The simulator makes millions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from enum import StrEnum
from types import coroutine

from shared.store.memory.data import MemoryData
from shared.store.port import StoreUnavailable


class Moment(StrEnum):
    """When, within a call, a fault can strike."""

    BEFORE = "before"
    """Nothing was read or written yet."""
    NUMBERED = "numbered"
    """`append` only: the commits have their positions and are not in. A later writer may be faster."""
    BETWEEN = "between"
    """`append` only: the commits are in, the states are not."""
    AFTER = "after"
    """All is written, the caller does not know it yet."""


Faults = Callable[[str, Moment], Awaitable[None]]
"""Awaited with the name of the call at each moment; raises StoreUnavailable (or is cancelled) to make it fail there."""


@coroutine
def give_way() -> Generator[None, None, None]:
    """`asyncio.sleep(0)` for millions of calls."""
    yield


async def no_faults(_call: str, _moment: Moment) -> None:
    """Let everything succeed."""


class Call:
    """Its moments before and after, and the data in between."""

    __slots__ = ("_data", "_faults", "_gives_way", "_name")

    def __init__(self, data: MemoryData | None, faults: Faults, name: str, *, gives_way: bool) -> None:
        self._data = data
        self._faults = faults
        self._name = name
        self._gives_way = gives_way

    async def __aenter__(self) -> MemoryData:
        if self._data is None:
            raise StoreUnavailable(f"memory: {self._name}: not open")
        if self._gives_way:
            await give_way()
        await self._faults(self._name, Moment.BEFORE)
        return self._data

    async def __aexit__(self, failed: type[BaseException] | None, *_error: object) -> None:
        if failed is None:
            await give_way()
            await self._faults(self._name, Moment.AFTER)

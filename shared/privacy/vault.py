"""The vault of one service: identities and original words, apart from everything that is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Vault(Protocol):
    """Port. Raises StoreUnavailable from any call when the vault cannot be reached."""

    async def open(self) -> None:
        """Connect, and create what is missing; idempotent."""
        ...

    async def close(self) -> None:
        """Release everything; idempotent."""
        ...

    async def put(self, items: Mapping[str, bytes]) -> None:
        """Keep many, by id; durable when it returns. What an id holds already stays: the first is the original."""
        ...

    async def get(self, item: str) -> bytes | None:
        """Return what is kept under an id; None where nothing is, or where it was erased."""
        ...

    async def erase(self, item: str) -> None:
        """Destroy what is kept under an id so that it cannot be read back; does nothing if there is nothing."""
        ...


class MemoryVault:
    """A vault that lives as long as the process: for tests and simulations."""

    def __init__(self) -> None:
        self.items: dict[str, bytes] = {}
        self.erased: set[str] = set()

    async def open(self) -> None:
        """See the port."""

    async def close(self) -> None:
        """See the port."""

    async def put(self, items: Mapping[str, bytes]) -> None:
        """See the port."""
        for item, content in items.items():
            if item not in self.erased:
                self.items.setdefault(item, content)

    async def get(self, item: str) -> bytes | None:
        """See the port."""
        return self.items.get(item)

    async def erase(self, item: str) -> None:
        """See the port."""
        self.items.pop(item, None)
        self.erased.add(item)

"""The vault in MongoDB, in a database of its own: rights to the store give none to the vault."""

from __future__ import annotations

from collections.abc import Mapping

from shared.store.mongo import MongoItems


class MongoVault:
    """A vault on a server (`shared.privacy.vault.Vault`). It opens itself when it is used without `open`.

    Erased items stay as an id without content, so that nothing puts them back. The server's journal and the log that
    its replicas read hold what was erased until they are overwritten; so do backups.
    """

    def __init__(self, items: MongoItems) -> None:
        self._items = items

    async def open(self) -> None:
        """See the port."""
        await self._items.open()

    async def close(self) -> None:
        """See the port."""
        await self._items.close()

    async def put(self, items: Mapping[str, bytes]) -> None:
        """See the port."""
        if items:
            await self._items.open()
            await self._items.add(items)

    async def get(self, item: str) -> bytes | None:
        """See the port."""
        await self._items.open()
        return await self._items.content(item)

    async def erase(self, item: str) -> None:
        """See the port."""
        await self._items.open()
        await self._items.blank(item)

"""Bytes under ids, for what is kept apart from the store: a collection in a database of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.store.mongo.client import ANSWER_SECONDS, SELECT_SECONDS, Client
from shared.store.mongo.driver import Database, Driver
from shared.store.mongo.parking import insert_new

SUFFIX: Final = "_vault"
COLLECTION: Final = "vault"


class MongoItems:
    """Content under ids, written once. Raises StoreUnavailable from any call when the server cannot be reached.

    Args:
        url: of the store it belongs to; the database is that one's with `_vault` after its name.
        driver: see `MongoStore`, as the other arguments.
    """

    def __init__(
        self,
        url: str,
        driver: Driver = "motor",
        *,
        select_seconds: float = SELECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._client = Client(url, driver, select_seconds=select_seconds, answer_seconds=answer_seconds, suffix=SUFFIX)

    async def open(self) -> None:
        """Connect; nothing happens when open."""
        await self._client.open(_reached)

    async def close(self) -> None:
        """Release everything; idempotent."""
        await self._client.close()

    async def add(self, items: Mapping[str, bytes]) -> None:
        """Keep those whose id is new, in a majority's journals when it returns."""
        await self._client.run(_add, items)

    async def content(self, item: str) -> bytes | None:
        """Return what is kept under an id; None where nothing is, or where it was blanked."""
        return await self._client.run(_content, item)

    async def blank(self, item: str) -> None:
        """Leave the id without content, so that nothing is added under it again."""
        await self._client.run(_blank, item)


async def _reached(database: Database) -> None:
    await database[COLLECTION].find_one({"_id": ""})


async def _add(database: Database, items: Mapping[str, bytes]) -> None:
    await insert_new(database[COLLECTION], [{"_id": item, "content": content} for item, content in items.items()])


async def _content(database: Database, item: str) -> bytes | None:
    found = await database[COLLECTION].find_one({"_id": item})
    return found["content"] if found else None


async def _blank(database: Database, item: str) -> None:
    await database[COLLECTION].update_one({"_id": item}, {"$set": {"content": None}}, upsert=True)

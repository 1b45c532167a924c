"""The states and what is found and counted by their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError

from shared.store.instants import from_micros, to_micros
from shared.store.mongo.client import duplicates
from shared.store.mongo.documents import field_prefix, from_name, state_document, state_from, to_name, word
from shared.store.mongo.driver import Collection, Database, Document, aggregated
from shared.store.mongo.schema import STATES
from shared.store.port import Page, Snapshot

Where = Mapping[str, Sequence[str | int]]

TRIES: Final = 2


async def save_states(database: Database, snapshots: Sequence[Snapshot]) -> None:
    """Replace older states and add new ones."""
    await replace_lower(database[STATES], "number", [state_document(snapshot) for snapshot in snapshots])


async def replace_lower(collection: Collection, number: str, documents: Sequence[Document]) -> None:
    """Replace those of a lower number and add new ones; where a higher one stands adding meets a duplicate.

    The second try is for one that met a lower number only after it had looked for it.
    """
    waiting = [
        ReplaceOne({"_id": document["_id"], number: {"$lt": document[number]}}, document, upsert=True)
        for document in documents
    ]
    for _ in range(TRIES):
        if not waiting:
            return
        try:
            await collection.bulk_write(waiting, ordered=False)
        except BulkWriteError as error:
            waiting = [waiting[index] for index in sorted(duplicates(error))]
        else:
            return


async def find(database: Database, kind: str, where: Where | None = None, *, after: str = "", limit: int = 100) -> Page:
    """See the port."""
    where = where or {}
    if not all(where.values()):
        return Page((), "")
    # "0" follows "/", so this range is exactly the streams of the kind.
    start, end = to_name(max(after, f"{kind}/", key=str.encode)), to_name(f"{kind}0")
    chosen = {**_matching(kind, where), "_id": {"$gt": start, "$lt": end}}
    found = await database[STATES].find(chosen).sort([("_id", 1)]).limit(limit + 1).to_list(None)
    items = tuple(state_from(document) for document in found[:limit])
    return Page(items, from_name(found[limit - 1]["_id"]) if items and len(found) > limit else "")


async def count(database: Database, kind: str, by: str, where: Where | None = None) -> dict[str, int]:
    """See the port. The server counts the words of the field."""
    where = where or {}
    if not all(where.values()):
        return {}
    # "=" ends the field's name and ">" follows it, so this range is exactly the words of the field.
    prefix = field_prefix(by)
    words = {"fields": {"$gte": prefix, "$lt": f"{prefix[:-1]}>"}}
    pipeline: list[Document] = [
        {"$match": _matching(kind, where)},
        {"$unwind": "$fields"},
        {"$match": words},
        {"$group": {"_id": "$fields", "count": {"$sum": 1}}},
    ]
    counts: dict[str, int] = {}
    for group in await aggregated(database[STATES], pipeline):
        value = group["_id"].removeprefix(prefix)[2:]
        counts[value] = counts.get(value, 0) + group["count"]
    return counts


def _matching(kind: str, where: Where) -> Document:
    chosen: Document = {"kind": to_name(kind)}
    wanted = [{"fields": {"$in": [word(field, value) for value in values]}} for field, values in where.items()]
    return {**chosen, "$and": wanted} if wanted else chosen


async def due(database: Database, now: datetime, *, limit: int = 500) -> list[Snapshot]:
    """See the port."""
    order = [("next_due", 1), ("_id", 1)]
    until_now = {"next_due": {"$lte": to_micros(now)}}
    found = await database[STATES].find(until_now).sort(order).limit(limit).to_list(None)
    return [state_from(document) for document in found]


async def next_due(database: Database) -> datetime | None:
    """See the port."""
    ever = {"next_due": {"$gt": -(2**63)}}
    found = await database[STATES].find(ever, {"next_due": 1}).sort([("next_due", 1)]).limit(1).to_list(None)
    return from_micros(found[0]["next_due"]) if found else None

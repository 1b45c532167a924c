"""Parked records, what was given up, and named numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any, Final

from pymongo.errors import BulkWriteError

from shared.store.instants import to_micros
from shared.store.mongo.client import DUPLICATE, duplicates, failed
from shared.store.mongo.documents import (
    from_name,
    parked_document,
    parked_from,
    reparked_fields,
    skipped_document,
    skipped_from,
    to_name,
)
from shared.store.mongo.driver import Collection, Database, Document, aggregated
from shared.store.mongo.schema import MARKS, PARKED, SKIPPED
from shared.store.port import Parked, Skipped, StoreUnavailable

ROUNDS: Final = 20
PAGE: Final = 200
IN_LINE: Final = [("key", 1), ("position", 1)]


async def park(database: Database, records: Sequence[Parked]) -> None:
    """See the port. Of two that join one line at once one is refused its place and looks for the end again."""
    collection = database[PARKED]
    for _ in range(ROUNDS):
        documents = await _placed(collection, records)
        if not documents:
            return
        try:
            # in order: none overtakes another of its line that was refused
            await collection.insert_many(documents, ordered=True)
        except BulkWriteError as error:
            if set(failed(error).values()) != {DUPLICATE}:
                raise
        else:
            return
    raise StoreUnavailable(f"others park at the same time: no place in line after {ROUNDS} attempts")


async def _placed(collection: Collection, records: Sequence[Parked]) -> list[Document]:
    """The records that are not parked yet, at the ends of their lines."""
    new: dict[str, Parked] = {}
    for record in records:
        new.setdefault(to_name(record.id), record)
    known = await collection.find({"_id": {"$in": list(new)}}, {"_id": 1}).to_list(None)
    for document in known:
        del new[document["_id"]]
    if not new:
        return []
    keys = list({to_name(record.key) for record in new.values()})
    ends = await aggregated(
        collection, [{"$match": {"key": {"$in": keys}}}, {"$group": {"_id": "$key", "last": {"$max": "$position"}}}]
    )
    last: dict[str, int] = {group["_id"]: group["last"] for group in ends}
    positions = {key: count(last.get(key, 0) + 1) for key in keys}
    return [parked_document(record, next(positions[to_name(record.key)])) for record in new.values()]


async def parked(database: Database, keys: Sequence[str]) -> dict[str, int]:
    """See the port."""
    if not keys:
        return {}
    pipeline: list[Document] = [
        {"$match": {"key": {"$in": list({to_name(key) for key in keys})}}},
        {"$group": {"_id": "$key", "length": {"$sum": 1}}},
    ]
    return {from_name(group["_id"]): group["length"] for group in await aggregated(database[PARKED], pipeline)}


async def parked_list(database: Database, *, after: str = "", limit: int = 100) -> list[Parked]:
    """See the port."""
    seen = await database[PARKED].find_one({"_id": to_name(after)}, {"key": 1, "position": 1})
    where: dict[str, Any] = {}
    if seen is not None:
        further = {"key": seen["key"], "position": {"$gt": seen["position"]}}
        where = {"$or": [{"key": {"$gt": seen["key"]}}, further]}
    found = await database[PARKED].find(where).sort(IN_LINE).limit(limit).to_list(None)
    return [parked_from(document) for document in found]


async def parked_due(database: Database, now: datetime, *, limit: int = 100) -> list[Parked]:
    """See the port.

    Candidates are read in pages, earliest first. A line is looked at once, however many of its records are due.
    """
    until = to_micros(now)
    heads: dict[str, Document] = {}
    due: list[Document] = []
    while True:
        ripe = {"due": {"$lte": until}, "permanent": False, "key": {"$nin": list(heads)}}
        page = await database[PARKED].find(ripe).sort([("due", 1), ("key", 1)]).limit(PAGE).to_list(None)
        heads |= await _heads(database[PARKED], page)
        due = [head for head in heads.values() if not head["permanent"] and _at_most(head["due"], until)]
        due.sort(key=lambda document: (document["due"], document["key"]))
        # whatever is on a later page is due no earlier than the last one here
        if len(page) < PAGE or (len(due) >= limit and due[limit - 1]["due"] < page[-1]["due"]):
            return [parked_from(document) for document in due[:limit]]


def _at_most(due: int | None, now: int) -> bool:
    return due is not None and due <= now


async def _heads(collection: Collection, page: Sequence[Document]) -> dict[str, Document]:
    """Per key on the page the head of its line."""
    if not page:
        return {}
    keys = list({document["key"] for document in page})
    firsts = await aggregated(
        collection, [{"$match": {"key": {"$in": keys}}}, {"$group": {"_id": "$key", "first": {"$min": "$position"}}}]
    )
    positions = [{"key": group["_id"], "position": group["first"]} for group in firsts]
    found = await collection.find({"$or": positions}).to_list(None) if positions else []
    return {document["key"]: document for document in found}


async def parked_behind(database: Database, key: str) -> list[Parked]:
    """See the port."""
    found = await database[PARKED].find({"key": to_name(key)}).sort(IN_LINE).to_list(None)
    return [parked_from(document) for document in found]


async def unpark(database: Database, ids: Sequence[str]) -> None:
    """See the port."""
    await database[PARKED].delete_many({"_id": {"$in": [to_name(record_id) for record_id in ids]}})


async def skip(database: Database, given_up: Sequence[Skipped]) -> None:
    """See the port. Kept first, removed then: whoever is stopped in between comes again and adds nothing."""
    if not given_up:
        return
    await insert_new(database[SKIPPED], [skipped_document(one) for one in given_up])
    await unpark(database, [one.record.id for one in given_up])


async def insert_new(collection: Collection, documents: list[Document]) -> None:
    """Insert those whose id is new and leave the others as they are; of one id the first."""
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        duplicates(error)


async def skipped(database: Database, *, after: str = "", limit: int = 100) -> list[Skipped]:
    """See the port."""
    seen = await database[SKIPPED].find_one({"_id": to_name(after)}, {"at": 1})
    where: dict[str, Any] = {}
    if seen is not None:
        where = {"$or": [{"at": {"$gt": seen["at"]}}, {"at": seen["at"], "_id": {"$gt": seen["_id"]}}]}
    found = await database[SKIPPED].find(where).sort([("at", 1), ("_id", 1)]).limit(limit).to_list(None)
    return [skipped_from(document) for document in found]


async def which_skipped(database: Database, ids: Sequence[str]) -> set[str]:
    """See the port."""
    where = {"_id": {"$in": [to_name(record_id) for record_id in ids]}}
    return {from_name(found["_id"]) for found in await database[SKIPPED].find(where, {"_id": 1}).to_list(None)}


async def repark(database: Database, record: Parked) -> None:
    """See the port."""
    await database[PARKED].update_one({"_id": to_name(record.id)}, {"$set": reparked_fields(record)})


async def get_mark(database: Database, name: str) -> int:
    """See the port."""
    found = await database[MARKS].find_one({"_id": name})
    return int(found["value"]) if found else 0


async def set_mark(database: Database, name: str, value: int) -> None:
    """See the port."""
    await database[MARKS].update_one({"_id": name}, {"$set": {"value": value}}, upsert=True)

"""The commit log. Each function is one call's work on a database."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from bson.int64 import Int64
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.write_concern import WriteConcern

from shared.store.batch import NOTHING_PASSED, Passed, one_per_stream
from shared.store.instants import to_micros
from shared.store.mongo.client import duplicates, is_outage
from shared.store.mongo.documents import commit_document, commit_from, to_name
from shared.store.mongo.driver import Collection, Database, Document
from shared.store.mongo.passed import save_passed
from shared.store.mongo.schema import COMMITS, COUNTERS, PASSED, POSITION, STATES
from shared.store.mongo.states import save_states
from shared.store.port import MAX_PAGE, Commit, Snapshot, StoreUnavailable

PAUSES: Final = (0.0, 0.05, 0.25, 1.0)
"""Seconds before each attempt to insert; what is in doubt after the last one is unknown."""


async def append(
    database: Database, entries: Sequence[tuple[Commit, Snapshot]], passed: Passed = NOTHING_PASSED
) -> list[bool]:
    """See the port. What was passed over; then positions, commits, and the states of those that are in.

    Positions are given out before the commits are there. A conflict leaves a hole; a writer that stalls in between
    fills in a commit below one that a reader of the log has passed already. Whoever follows the log looks at empty
    positions again (anti-entropy, for a quarter of an hour); publishing goes by the marks, not by positions.
    """
    await save_passed(database, passed)
    if not entries:
        return []
    one_per_stream(entries)
    writer = uuid.uuid4().hex
    documents = [commit_document(commit, writer) for commit, _ in entries]
    inserted = await _insert(database, documents)
    saved = [document["_id"] in inserted for document in documents]
    await save_states(database, [snapshot for (_, snapshot), kept in zip(entries, saved, strict=True) if kept])
    return saved


async def _place(database: Database, documents: Iterable[Document]) -> list[Document]:
    """Give each the next position of the log."""
    placed = list(documents)
    # The value before, not after: a compatible server answered with what others had made of it meanwhile.
    counter = await database[COUNTERS].find_one_and_update(
        {"_id": POSITION}, {"$inc": {"value": Int64(len(placed))}}, return_document=False
    )
    for position, document in enumerate(placed, int(counter["value"]) + 1):
        document["position"] = position
    return placed


async def _insert(database: Database, documents: Sequence[Document]) -> set[str]:
    """Insert those whose id is new; returns the ids that are ours.

    Whose a duplicate is, and whether a write that ended without a clear answer is in, is read back by id: the
    driver may have sent it twice.

    Raises:
        StoreUnavailable: it stays unknown whether they are in.
    """
    waiting = {document["_id"]: document for document in documents}
    ours: set[str] = set()
    doubt: PyMongoError | None = None
    for pause in PAUSES:
        await asyncio.sleep(pause)
        unsure = set(waiting)
        try:
            await database[COMMITS].insert_many(await _place(database, waiting.values()), ordered=False)
        except BulkWriteError as error:
            doubt = error
            unsure = _in_doubt(error, list(waiting))
        except PyMongoError as error:
            if not is_outage(error):
                raise
            doubt = error
        else:
            return ours | unsure
        ours |= waiting.keys() - unsure
        stored = await _writers(database[COMMITS], unsure)
        ours |= {known for known, writer in stored.items() if writer == documents[0]["writer"]}
        waiting = {missing: waiting[missing] for missing in waiting if missing in unsure and missing not in stored}
        if not waiting:
            return ours
    raise StoreUnavailable(f"whether {len(waiting)} commits are saved is unknown: {doubt}") from doubt


def _in_doubt(error: BulkWriteError, sent: Sequence[str]) -> set[str]:
    """Of the ids sent those that an answer leaves open: the duplicates, or all where anything else went wrong."""
    try:
        return {sent[index] for index in duplicates(error)}
    except BulkWriteError:
        if not is_outage(error):
            raise
        return set(sent)


async def _writers(commits: Collection, ids: set[str]) -> dict[str, str]:
    found = await commits.find({"_id": {"$in": sorted(ids)}}, {"writer": 1}).to_list(None)
    return {document["_id"]: document["writer"] for document in found}


async def unpublished(database: Database, *, older_than: datetime | None = None, limit: int = 500) -> list[Commit]:
    """See the port."""
    where: Document = {"published": False}
    if older_than is not None:
        where["at"] = {"$lt": to_micros(older_than)}
    found = await database[COMMITS].find(where).sort([("position", 1)]).limit(limit).to_list(None)
    return [commit_from(document) for document in found]


async def mark_published(database: Database, commit_ids: Sequence[str]) -> None:
    """See the port. One server's word is enough: what is forgotten is published again, and readers know it already."""
    commits = database[COMMITS].with_options(write_concern=WriteConcern(w=1))
    ids = [to_name(commit_id) for commit_id in commit_ids]
    await commits.update_many({"_id": {"$in": ids}}, {"$set": {"published": True}})


async def mark_unpublished(database: Database, *, after: int, most: int = 100_000) -> int:
    """See the port."""
    where: dict[str, Any] = {"position": {"$gt": after}, "records.topic": {"$gt": ""}}
    newest = database[COMMITS].find(where, {"position": 1}).sort([("position", -1)])
    first_left_out = await newest.skip(most).limit(1).to_list(None)
    if first_left_out:
        where["position"] = {"$gt": first_left_out[0]["position"]}
    done = await database[COMMITS].update_many({**where, "published": True}, {"$set": {"published": False}})
    return done.modified_count


async def drop(database: Database, kind: str) -> None:
    """See the port. Not one transaction: where it ends in between, it is called again."""
    # "0" is the character after "/".
    streams = {"$gte": to_name(f"{kind}/"), "$lt": to_name(f"{kind}0")}
    await database[STATES].delete_many({"_id": streams})
    await database[COMMITS].delete_many({"stream": streams})
    await database[PASSED].delete_many({"stream": streams})


async def position(database: Database) -> int:
    """See the port."""
    newest = await database[COMMITS].find({}, {"position": 1}).sort([("position", -1)]).limit(1).to_list(None)
    return int(newest[0]["position"]) if newest else 0


async def history(database: Database, stream: str, *, after: int = 0, limit: int = MAX_PAGE) -> list[Commit]:
    """See the port."""
    where = {"stream": to_name(stream), "number": {"$gt": after}}
    found = await database[COMMITS].find(where).sort([("number", 1)]).limit(limit).to_list(None)
    return [commit_from(document) for document in found]


async def log(database: Database, *, after: int = 0, limit: int = MAX_PAGE) -> list[tuple[int, Commit]]:
    """See the port. Positions may have holes."""
    where = {"position": {"$gt": after}}
    found = await database[COMMITS].find(where).sort([("position", 1)]).limit(limit).to_list(None)
    return [(int(document["position"]), commit_from(document)) for document in found]

"""The collections of a service's database, their indexes, and the version they are of."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from shared.store.mongo.driver import Collection, Database, Document
from shared.store.port import SchemaMismatch

SCHEMA_VERSION: Final = 1
META: Final = "meta"
SCHEMA: Final = "schema"
COMMITS: Final = "commits"
STATES: Final = "states"
PASSED: Final = "passed"
PARKED: Final = "parked"
SKIPPED: Final = "skipped"
MARKS: Final = "marks"
COUNTERS: Final = "counters"
POSITION: Final = "position"

# No partial, sparse or TTL index: servers compatible with MongoDB differ there. An `_id` is always indexed.
INDEXES: Final[dict[str, list[IndexModel]]] = {
    COMMITS: [
        IndexModel([("stream", 1), ("published", 1), ("number", 1)]),
        IndexModel([("published", 1), ("position", 1)]),
        IndexModel([("position", 1)]),
        IndexModel([("commands.id", 1)]),
    ],
    STATES: [
        IndexModel([("kind", 1), ("fields", 1), ("_id", 1)]),
        IndexModel([("next_due", 1), ("_id", 1)]),
    ],
    PASSED: [IndexModel([("stream", 1)])],
    PARKED: [
        IndexModel([("key", 1), ("position", 1)], unique=True),
        IndexModel([("due", 1)]),
    ],
    SKIPPED: [IndexModel([("at", 1), ("_id", 1)])],
}


async def prepare(database: Database) -> None:
    """Check the version, then make what is missing.

    Raises:
        SchemaMismatch: the database is of another version, or not one of ours.
    """
    version = await _version(database)
    if version is None:
        # Whoever prepares a database writes the version first: one that holds something without it is not ours.
        others = sorted(set(await database.list_collection_names()) - {META})
        if others and await _version(database) is None:
            raise SchemaMismatch(_mismatch(database, f"not a Throughline store (it holds {', '.join(others[:3])})"))
        version = await _written(database)
    if version != SCHEMA_VERSION:
        raise SchemaMismatch(_mismatch(database, f"of schema version {version}"))
    for name, indexes in INDEXES.items():
        await database[name].create_indexes(indexes)
    await _make(database[COUNTERS], POSITION, {"value": 0})


async def _version(database: Database) -> int | None:
    found = await database[META].find_one({"_id": SCHEMA})
    return None if found is None else int(found["version"])


async def _written(database: Database) -> int | None:
    await _make(database[META], SCHEMA, {"version": SCHEMA_VERSION})
    return await _version(database)


async def _make(collection: Collection, document_id: str, fields: Document) -> None:
    """Insert a document if it is missing; another process may do it at the same time."""
    with suppress(DuplicateKeyError):
        await collection.update_one({"_id": document_id}, {"$setOnInsert": fields}, upsert=True)


def _mismatch(database: Database, what: str) -> str:
    return (
        f"the MongoDB database {database.name} is {what}; this code reads schema version {SCHEMA_VERSION}: "
        "run the Throughline that wrote it, or choose another database. Nothing was changed."
    )

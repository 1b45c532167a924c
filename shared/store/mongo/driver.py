"""The calls that motor and PyMongo's `AsyncMongoClient` share, and how a client of either is made."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, cast

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, IndexModel, ReplaceOne
from pymongo.write_concern import WriteConcern

Driver = Literal["motor", "pymongo"]
Document = dict[str, Any]
Filter = Mapping[str, Any]
Order = Sequence[tuple[str, int]]

SCHEMES = ("mongodb://", "mongodb+srv://")


class Cursor(Protocol):
    """What a query will give."""

    def sort(self, keys: Order) -> Cursor:
        """Order by fields, 1 up and -1 down."""
        ...

    def skip(self, count: int) -> Cursor:
        """Leave out the first ones."""
        ...

    def limit(self, count: int) -> Cursor:
        """At most so many."""
        ...

    async def to_list(self, length: int | None) -> list[Document]:
        """All of them."""
        ...


class Updated(Protocol):
    """What an update did."""

    modified_count: int


class Collection(Protocol):
    """The subset that servers compatible with MongoDB have too; anything else of the driver is not used."""

    def find(self, where: Filter, fields: Filter | None = None) -> Cursor:
        """Query."""
        ...

    async def find_one(self, where: Filter, fields: Filter | None = None) -> Document | None:
        """Query for one."""
        ...

    def aggregate(self, pipeline: list[Document]) -> Any:  # noqa: ANN401 - a cursor, or what has to be awaited for one
        """Group; see `aggregated`."""
        ...

    async def find_one_and_update(self, where: Filter, change: Filter, *, return_document: bool) -> Document:
        """Change one that is there and return it; `return_document`: as it is afterwards."""
        ...

    async def insert_many(self, documents: list[Document], *, ordered: bool) -> object:
        """Insert; unordered goes on after a duplicate."""
        ...

    async def bulk_write(self, requests: list[ReplaceOne[Document]], *, ordered: bool) -> object:
        """Replace many."""
        ...

    async def update_one(self, where: Filter, change: Filter, *, upsert: bool = False) -> Updated:
        """Change one."""
        ...

    async def update_many(self, where: Filter, change: Filter) -> Updated:
        """Change all."""
        ...

    async def delete_many(self, where: Filter) -> object:
        """Remove all."""
        ...

    async def create_indexes(self, indexes: list[IndexModel]) -> list[str]:
        """Make indexes; one that is there already stays."""
        ...

    async def index_information(self) -> Mapping[str, Any]:
        """Return the indexes by name."""
        ...

    def with_options(self, *, write_concern: WriteConcern) -> Collection:
        """Return the same collection, written to otherwise."""
        ...


class Database(Protocol):
    """The collections of one service."""

    @property
    def name(self) -> str:
        """How the server calls it."""
        ...

    def __getitem__(self, name: str) -> Collection: ...

    async def list_collection_names(self) -> list[str]:
        """Return what there is."""
        ...


class Connection(Protocol):
    """A client of either driver."""

    def __getitem__(self, name: str) -> Database: ...

    def close(self) -> Any:  # noqa: ANN401 - nothing, or what has to be awaited
        """End all connections; see `closed`."""
        ...


def connection_to(url: str, driver: Driver, *, select_seconds: float, answer_seconds: float) -> Connection:
    """Return a client that writes to a majority's journals and reads what a majority has; it connects when used.

    Raises:
        pymongo.errors.ConfigurationError, ValueError: the URL cannot be used.
    """
    make: Any = AsyncIOMotorClient if driver == "motor" else AsyncMongoClient
    answer_ms = int(answer_seconds * 1000)
    made = make(
        url,
        appname="throughline",
        w="majority",
        journal=True,
        # the server says that a majority was slow before the driver gives the connection up
        wTimeoutMS=answer_ms * 4 // 5,
        readConcernLevel="majority",
        serverSelectionTimeoutMS=int(select_seconds * 1000),
        connectTimeoutMS=int(select_seconds * 1000),
        waitQueueTimeoutMS=int(select_seconds * 1000),
        socketTimeoutMS=answer_ms,
    )
    return cast("Connection", made)


async def closed(connection: Connection) -> None:
    """End all connections: PyMongo's close is awaited, motor's is not."""
    await _awaited(connection.close())


async def aggregated(collection: Collection, pipeline: list[Document]) -> list[Document]:
    """All documents of an aggregation: PyMongo's cursor is awaited, motor's is there at once."""
    cursor: Cursor = await _awaited(collection.aggregate(pipeline))
    return await cursor.to_list(None)


async def _awaited(value: Any) -> Any:  # noqa: ANN401 - whatever a driver gives
    return await value if inspect.isawaitable(value) else value


def database_of(url: str) -> str:
    """Return the database that a URL names; `<scheme>host[:port],…/DATABASE[?options]`.

    Raises:
        ValueError: it names none. The message does not repeat the URL, which may hold a password.
    """
    _, _, rest = url.partition("://")
    name = rest.partition("/")[2].partition("?")[0]
    if not name:
        msg = "a MongoDB URL must name the database of the service: mongodb://<hosts>/<database>"
        raise ValueError(msg)
    return name

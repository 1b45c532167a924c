"""A database is prepared once, checked each time, and never touched where it is not ours."""

import asyncio

import pytest

from shared.store.mongo import SCHEMA_VERSION, MongoStore
from shared.store.mongo.driver import Database, database_of
from shared.store.mongo.schema import INDEXES
from shared.store.opening import store_at
from shared.store.port import SchemaMismatch
from tests.engine.urls import database_url
from tests.integration.store.conftest import Opened


async def other_version(database: Database) -> None:
    await database["meta"].update_one({"_id": "schema"}, {"$set": {"version": SCHEMA_VERSION + 1}})


async def foreign(database: Database) -> None:
    await database["customers"].insert_many([{"_id": 1}], ordered=True)
    await database["meta"].delete_many({})


async def holds(database: Database) -> list[str]:
    return sorted(await database.list_collection_names())


class TestWhenADatabaseIsOpened:
    async def test_every_index_is_there(self, opened: Opened) -> None:
        store = await opened()

        async def names(database: Database, collection: str) -> set[str]:
            return set(await database[collection].index_information())

        for collection, indexes in INDEXES.items():
            wanted = {index.document["name"] for index in indexes}
            assert wanted <= await store._client.run(names, collection)

    async def test_two_may_prepare_it_at_once(self, opened: Opened) -> None:
        stores = await asyncio.gather(*(opened() for _ in range(4)))
        assert [await store.position() for store in stores] == [0] * 4

    async def test_another_version_is_refused_by_name(self, opened: Opened, database: str) -> None:
        await (await opened())._client.run(other_version)
        with pytest.raises(SchemaMismatch, match=rf"{database} is of schema version {SCHEMA_VERSION + 1}"):
            await opened()

    async def test_what_is_not_ours_is_left_as_it_is(self, server: str, database: str) -> None:
        store = MongoStore(database_url(server, database))
        try:
            await store._client.open(foreign)
            before = await store._client.run(holds)
            await store.close()
            with pytest.raises(SchemaMismatch, match="not a Throughline store"):
                await store.open()
            await store._client.open(holds)
            assert await store._client.run(holds) == before
        finally:
            await store.close()


class TestTheUrl:
    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("mongodb://one:27017,two:27017/intake?replicaSet=rs0", "intake"),
            ("mongodb+srv://user:secret@cluster.example/routing", "routing"),
        ],
    )
    def test_names_the_database(self, url: str, name: str) -> None:
        assert database_of(url) == name
        assert isinstance(store_at(url), MongoStore)

    @pytest.mark.parametrize("url", ["mongodb://user:secret@one", "mongodb://user:secret@one/?w=1"])
    def test_without_a_database_is_refused_and_not_repeated(self, url: str) -> None:
        with pytest.raises(ValueError, match="must name the database") as refused:
            store_at(url, "pymongo")
        assert "secret" not in str(refused.value)

    def test_of_another_kind_is_refused_by_its_scheme(self) -> None:
        with pytest.raises(ValueError, match="no store adapter for 'postgres'"):
            store_at("postgres://one/intake")

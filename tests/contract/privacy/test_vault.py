import asyncio
import stat
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from shared.privacy.mongo_vault import MongoVault
from shared.privacy.sqlite_vault import SqliteVault
from shared.privacy.vault import MemoryVault, Vault
from shared.store.mongo import Driver, MongoItems, MongoStore
from shared.store.port import StoreUnavailable
from tests.contract.drivers import MONGODB_DRIVERS
from tests.engine.proxy import Proxy
from tests.engine.urls import database_url


def on_mongo(driver: Driver, server: str) -> Vault:
    return MongoVault(MongoItems(database_url(server, f"test_{uuid.uuid4().hex}"), driver))


VAULTS: dict[str, Callable[[pytest.FixtureRequest], Vault]] = {
    "memory": lambda _: MemoryVault(),
    "sqlite": lambda request: SqliteVault(request.getfixturevalue("tmp_path") / "intake" / "vault.sqlite"),
    "motor": lambda request: on_mongo("motor", request.getfixturevalue("server")),
    "pymongo": lambda request: on_mongo("pymongo", request.getfixturevalue("server")),
}


@pytest.fixture(params=["memory", "sqlite", *MONGODB_DRIVERS])
async def vault(request: pytest.FixtureRequest) -> AsyncIterator[Vault]:
    opened = VAULTS[request.param](request)
    await opened.open()
    yield opened
    await opened.close()


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


class TestEveryVault:
    async def test_what_was_put_comes_back_byte_for_byte(self, vault: Vault) -> None:
        await vault.put({"c1": "Ольга 😡\n".encode(), "c2": b"\x00\xff"})
        assert [await vault.get("c1"), await vault.get("c2")] == ["Ольга 😡\n".encode(), b"\x00\xff"]

    async def test_nothing_is_known_of_what_was_not_put(self, vault: Vault) -> None:
        await vault.put({})
        assert await vault.get("c1") is None

    async def test_the_first_is_the_original(self, vault: Vault) -> None:
        await vault.put({"c1": b"first"})
        await vault.put({"c1": b"second", "c2": b"other"})
        assert [await vault.get("c1"), await vault.get("c2")] == [b"first", b"other"]

    async def test_what_is_erased_does_not_come_back(self, vault: Vault) -> None:
        await vault.put({"c1": b"first", "c2": b"other"})
        await vault.erase("c1")
        await vault.erase("c1")
        await vault.erase("never-there")
        await vault.put({"c1": b"again"})
        assert [await vault.get("c1"), await vault.get("c2")] == [None, b"other"]

    async def test_many_at_the_same_time_are_all_kept(self, vault: Vault) -> None:
        await asyncio.gather(*(vault.put({f"c{n}": str(n).encode()}) for n in range(50)))
        assert [await vault.get(f"c{n}") for n in range(50)] == [str(n).encode() for n in range(50)]


class TestTheFile:
    async def test_only_its_owner_reads_it_and_what_is_beside_it(self, tmp_path: Path) -> None:
        vault = SqliteVault(tmp_path / "vault.sqlite")
        await vault.open()
        await vault.put({"c1": b"first"})
        modes = {stat.S_IMODE(file.stat().st_mode) for file in files(tmp_path)}
        await vault.close()
        assert modes == {0o600}

    async def test_it_is_still_there_after_closing(self, tmp_path: Path) -> None:
        for expected in (None, b"first"):
            vault = SqliteVault(tmp_path / "vault.sqlite")
            await vault.open()
            assert await vault.get("c1") == expected
            await vault.put({"c1": b"first"})
            await vault.close()

    async def test_no_byte_of_what_was_erased_is_left(self, tmp_path: Path) -> None:
        vault = SqliteVault(tmp_path / "vault.sqlite")
        await vault.open()
        await vault.put({f"c{n}": b"the secret words" for n in range(100)})
        for n in range(100):
            await vault.erase(f"c{n}")
        left = [file.name for file in files(tmp_path) if b"the secret words" in file.read_bytes()]
        await vault.close()
        assert left == []

    async def test_many_callers_share_a_transaction(self, tmp_path: Path) -> None:
        vault = SqliteVault(tmp_path / "vault.sqlite")
        await vault.open()
        before = await vault._run(lambda connection: connection.total_changes)
        commits = 0

        def count(*_: object) -> None:
            nonlocal commits
            commits += 1

        await vault._run(
            lambda connection: connection.set_trace_callback(lambda sql: count() if sql == "COMMIT" else None)
        )
        await asyncio.gather(*(vault.put({f"c{n}": b"x"}) for n in range(50)))
        assert await vault._run(lambda connection: connection.total_changes) - before == 50
        await vault.close()
        assert commits <= 2

    async def test_a_caller_that_gives_up_takes_nobody_with_it(self, tmp_path: Path) -> None:
        vault = SqliteVault(tmp_path / "vault.sqlite")
        await vault.open()
        first = asyncio.create_task(vault.put({"c1": b"first"}))
        second = asyncio.create_task(vault.put({"c2": b"second"}))
        await asyncio.sleep(0)
        first.cancel()
        await second
        assert await vault.get("c2") == b"second"
        await vault.close()

    async def test_a_file_that_cannot_be_opened_is_a_store_that_is_away(self, tmp_path: Path) -> None:
        (tmp_path / "folder").write_bytes(b"")
        vault = SqliteVault(tmp_path / "folder" / "vault.sqlite")
        with pytest.raises(StoreUnavailable, match=r"vault\.sqlite"):
            await vault.open()
        with pytest.raises(StoreUnavailable, match=r"vault\.sqlite"):
            await vault.get("c1")
        await vault.close()


@pytest.mark.mongodb
class TestOnAServer:
    async def test_it_is_used_without_being_opened_and_still_there_after_closing(self, server: str) -> None:
        items = MongoItems(database_url(server, f"test_{uuid.uuid4().hex}"))
        for expected in (None, b"first"):
            vault = MongoVault(items)
            assert await vault.get("c1") == expected
            await vault.put({"c1": b"first"})
            await vault.close()

    async def test_the_store_beside_it_holds_nothing_of_it(self, server: str) -> None:
        url = database_url(server, f"test_{uuid.uuid4().hex}")
        vault, store = MongoVault(MongoItems(url)), MongoStore(url)
        await vault.put({"c1": b"the secret words"})
        await store.open()  # which refuses a database that holds anything else
        assert await store.position() == 0
        await store.close()
        await vault.close()

    async def test_one_that_is_away_is_a_store_that_is_away(self) -> None:
        nobody = Proxy(1)
        await nobody.start()
        await nobody.stop()
        vault = MongoVault(MongoItems(f"mongodb://127.0.0.1:{nobody.port}/intake", select_seconds=0.2))
        with pytest.raises(StoreUnavailable, match="intake_vault"):
            await vault.put({"c1": b"first"})
        await vault.close()

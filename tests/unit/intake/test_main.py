"""Where intake keeps what is hidden, and the key that goes with it."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from services.intake.main import Settings, create
from shared.privacy.mongo_vault import MongoVault
from shared.privacy.sqlite_vault import SqliteVault
from shared.store.mongo import MongoStore

MONGO = "mongodb://nobody:27017/intake"
KEY = SecretStr("0123456789abcdef")


class TestWhenTheStoreIsInMongodb:
    def test_the_vault_is_there_too(self) -> None:
        service = create(Settings(store=MONGO, pseudonym_key=KEY))
        assert isinstance(service.store, MongoStore)
        (vault,) = service._beside
        assert isinstance(vault, MongoVault)

    def test_the_key_must_be_given(self) -> None:
        with pytest.raises(ValueError, match="set THROUGHLINE_INTAKE_PSEUDONYM_KEY"):
            create(Settings(store=MONGO))

    def test_a_file_may_be_named_for_it(self, tmp_path: Path) -> None:
        service = create(Settings(store=MONGO, vault=tmp_path / "vault.sqlite3"))
        (vault,) = service._beside
        assert isinstance(vault, SqliteVault)
        assert (tmp_path / "vault.key").exists()

    def test_the_driver_is_one_of_two(self) -> None:
        with pytest.raises(ValidationError, match="'motor' or 'pymongo'"):
            Settings(store=MONGO, store_driver="another")
        assert Settings(store=MONGO).store_driver == "motor"


class TestWhenTheStoreIsAFile:
    def test_vault_and_key_are_beside_it(self, tmp_path: Path) -> None:
        service = create(Settings(store=f"sqlite:///{tmp_path}/intake.sqlite3"))
        (vault,) = service._beside
        assert isinstance(vault, SqliteVault)
        assert (tmp_path / "intake-vault.key").exists()

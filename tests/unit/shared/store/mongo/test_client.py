"""What the driver's errors mean: the world is away, or this code is at fault."""

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    DuplicateKeyError,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from shared.store.mongo.client import duplicates, is_outage


def bulk(*codes: int, concern: bool = False) -> BulkWriteError:
    errors = [{"index": index, "code": code} for index, code in enumerate(codes, 3)]
    return BulkWriteError({"writeErrors": errors, "writeConcernErrors": [{"code": 64}] if concern else []})


class TestAnError:
    @pytest.mark.parametrize(
        "error",
        [
            AutoReconnect("connection closed"),
            NetworkTimeout("timed out"),
            ServerSelectionTimeoutError("nobody there"),
            WTimeoutError("waiting for replication timed out", 64),
            OperationFailure("shutting down", 91),
            OperationFailure("not primary", 10107),
            OperationFailure("no space left", 14031),
            OperationFailure("not authorized", 13),
            bulk(11600),
            bulk(concern=True),
            bulk(11000, concern=True),
        ],
        ids=str,
    )
    def test_of_the_world_is_an_outage(self, error: PyMongoError) -> None:
        assert is_outage(error)

    @pytest.mark.parametrize(
        "error",
        [
            OperationFailure("unknown operator", 2),
            OperationFailure("no such command", 59),
            DuplicateKeyError("duplicate", 11000),
            ConfigurationError("unknown option"),
            bulk(11000, 10334),
            bulk(11000, 11000),
            bulk(10334, concern=True),
        ],
        ids=str,
    )
    def test_of_this_code_is_none(self, error: PyMongoError) -> None:
        assert not is_outage(error)


class TestABatchThatMetDuplicates:
    def test_tells_which_they_were(self) -> None:
        assert duplicates(bulk(11000, 11000)) == {3, 4}

    @pytest.mark.parametrize("error", [bulk(11000, 2), bulk(11000, concern=True)], ids=str)
    def test_is_not_clear_where_something_else_went_wrong(self, error: BulkWriteError) -> None:
        with pytest.raises(BulkWriteError):
            duplicates(error)

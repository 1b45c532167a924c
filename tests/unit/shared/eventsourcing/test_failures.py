import json
from collections.abc import Callable

import orjson
import pytest
from aiokafka.errors import KafkaConnectionError, NotLeaderForPartitionError, RequestTimedOutError
from pydantic import BaseModel, ValidationError

from shared.eventsourcing.decider import Rejected
from shared.eventsourcing.failures import FailureKind, classify
from shared.store.port import StoreUnavailable


class Strict(BaseModel):
    number: int


def failure_of(action: Callable[[], object]) -> Exception:
    try:
        action()
    except Exception as failure:  # noqa: BLE001 - whatever comes is the test's subject
        return failure
    pytest.fail("the action did not fail")


class TestWhenTheRecordIsAtFault:
    @pytest.mark.parametrize(
        "failure",
        [
            failure_of(lambda: Strict.model_validate({"number": "many"})),
            failure_of(b"\xff\xfe".decode),
            failure_of(lambda: orjson.loads(b"{")),
            failure_of(lambda: json.loads("{")),
            Rejected("no-proposals", "a closed complaint takes no proposals"),
        ],
        ids=lambda failure: type(failure).__name__,
    )
    def test_it_is_permanent(self, failure: Exception) -> None:
        assert classify(failure) is FailureKind.PERMANENT

    def test_a_validation_error_is_not_taken_for_a_plain_value_error(self) -> None:
        assert issubclass(ValidationError, ValueError)
        assert classify(ValueError("a fault of ours")) is FailureKind.TRANSIENT


class TestWhenTheWorldIsAway:
    @pytest.mark.parametrize(
        "failure",
        [
            KafkaConnectionError("no broker"),
            NotLeaderForPartitionError(),
            RequestTimedOutError(),
            StoreUnavailable("disk full"),
            ConnectionRefusedError(),
            TimeoutError(),
        ],
        ids=lambda failure: type(failure).__name__,
    )
    def test_it_is_an_outage(self, failure: Exception) -> None:
        assert classify(failure) is FailureKind.OUTAGE


class TestWhenNobodyKnows:
    def test_it_is_transient(self) -> None:
        assert classify(KeyError("unexpected")) is FailureKind.TRANSIENT
        assert classify(RuntimeError("unexpected")) is FailureKind.TRANSIENT

    def test_a_group_is_as_bad_as_its_worst_part(self) -> None:
        rejected, unknown, away = Rejected("no", "no"), RuntimeError("?"), StoreUnavailable("away")
        assert classify(ExceptionGroup("", [rejected])) is FailureKind.PERMANENT
        assert classify(ExceptionGroup("", [rejected, unknown])) is FailureKind.TRANSIENT
        assert classify(ExceptionGroup("", [unknown, ExceptionGroup("", [rejected, away])])) is FailureKind.OUTAGE

"""What a failure means for a record: park it, try it again soon, or wait until store and broker are back."""

from __future__ import annotations

from enum import StrEnum
from json import JSONDecodeError
from typing import cast

from aiokafka.errors import KafkaError
from pydantic import ValidationError

from shared.eventsourcing.decider import Rejected
from shared.store.port import StoreUnavailable


class FailureKind(StrEnum):
    """How to go on after a failure."""

    PERMANENT = "permanent"
    """The record itself is at fault (bytes, schema, domain): park it at once."""

    TRANSIENT = "transient"
    """The reason is unknown: try again a few times, then park it with a due time."""

    OUTAGE = "outage"
    """Store or broker is away: pause, count no attempt, and report not ready."""


_OUTAGE = (KafkaError, StoreUnavailable, ConnectionError, TimeoutError)
# A bare ValueError is not here (JSONDecodeError is one, orjson's too): it may be a fault of ours that a release mends.
_PERMANENT = (Rejected, ValidationError, UnicodeError, JSONDecodeError)


def classify(failure: BaseException) -> FailureKind:
    """Return what `failure` means; of a group, the worst: an outage before a transient one before a permanent one."""
    if isinstance(failure, BaseExceptionGroup):
        parts = cast("tuple[BaseException, ...]", failure.exceptions)
        kinds = {classify(part) for part in parts}
        return next(
            kind for kind in (FailureKind.OUTAGE, FailureKind.TRANSIENT, FailureKind.PERMANENT) if kind in kinds
        )
    if isinstance(failure, _OUTAGE):
        return FailureKind.OUTAGE
    if isinstance(failure, _PERMANENT):
        return FailureKind.PERMANENT
    return FailureKind.TRANSIENT

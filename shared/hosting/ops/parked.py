"""Parked records as operators see them, and what operators may do with them; never a record's bytes."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Annotated, Final, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field, StringConstraints

from shared.contracts.envelope import Envelope, EnvelopeInvalid
from shared.hosting.operated import Operated
from shared.hosting.ops.access import GivingUp, Operating, Watching
from shared.messaging.parked_selection import Queued, Selection, cause_of, counted
from shared.messaging.parking import Parking
from shared.store.port import Parked, Skipped
from shared.web.problems import NotFound
from shared.web.requests import published_as

_NAMED_BEHIND: Final = 100
Limit = Annotated[int, Query(ge=1, le=500)]


class ParkedRecord(BaseModel):
    """A parked record in a list.

    Attributes:
        cause: its reason without the numbers that differ from record to record.
        due: when it is tried again automatically; None where a person must act.
        at: when it was parked.
    """

    id: str
    complaint: str
    topic: str
    partition: int
    offset: int
    reason: str
    cause: str
    permanent: bool
    attempts: int
    position: int
    due: datetime | None
    at: datetime

    @classmethod
    def of(cls, record: Parked) -> Self:
        """Return a record as it is shown."""
        return cls(
            id=record.id,
            complaint=record.key,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=record.reason,
            cause=cause_of(record),
            permanent=record.permanent,
            attempts=record.attempts,
            position=record.position,
            due=record.due,
            at=record.at,
        )


class HeaderSize(BaseModel):
    """A header by its name, and how many bytes it has."""

    name: str
    bytes: int


class EventName(BaseModel):
    """What the record's envelope says, where it can be read."""

    id: str
    type: str
    sequence: int
    source: str
    time: str


class ParkedDetail(ParkedRecord):
    """Everything about a parked record but its content.

    Attributes:
        bytes: size of its value.
        waits_behind: the head of its queue; empty when it is the head.
        behind: how many records wait behind it; `behind_ids` names the first hundred.
    """

    bytes: int
    headers: list[HeaderSize]
    event: EventName | None
    waits_behind: str
    behind: int
    behind_ids: list[str]


class SkippedRecord(ParkedRecord):
    """A record that was given up: when, by whom and why; the rest as it was last parked."""

    why: str
    by: str
    skipped_at: datetime


class Cause(BaseModel):
    """How many records are parked for one cause, in how many complaints, since when, and one of them."""

    cause: str
    records: int
    permanent: int
    complaints: int
    since: datetime
    example: str


@published_as("Retry")
class RetryRequest(BaseModel):
    """Which parked records to try again."""

    ids: list[str] = Field(min_length=1, max_length=100)


@published_as("Skip")
class SkipRequest(RetryRequest):
    """Which parked records to give up, and why."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


def _selection(
    *,
    complaint: Annotated[str, Query(max_length=500)] = "",
    topic: Annotated[str, Query(max_length=300)] = "",
    reason: Annotated[str, Query(max_length=500)] = "",
    cause: Annotated[str, Query(max_length=1000)] = "",
    permanent: bool | None = None,
    heads: bool = False,
) -> Selection:
    return Selection(complaint, topic, reason, cause, permanent=permanent, heads=heads)


Chosen = Annotated[Selection, Depends(_selection)]


def parked_router(service: Operated) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    parking = service.parking

    @router.get("/parked")
    async def parked(_asker: Watching, selection: Chosen, after: str = "", limit: Limit = 100) -> list[ParkedRecord]:
        return [ParkedRecord.of(record) for record in await parking.select(selection, after=after, limit=limit)]

    # Declared before the route of one record, which would take this name for an id.
    @router.get("/parked/causes")
    async def causes(_asker: Watching, selection: Chosen) -> list[Cause]:
        groups = counted([record async for record in parking.matching(selection)])
        return [Cause.model_validate(group, from_attributes=True) for group in groups]

    @router.get("/parked/{record:path}")
    async def one(_asker: Watching, record: str) -> ParkedDetail:
        found = await parking.find(record)
        if found is None:
            raise NotFound(f"{record} is not parked here: it was applied, was given up, or never came")
        return _detail(found)

    @router.get("/skipped")
    async def skipped(
        _asker: Watching, complaint: str = "", after: str = "", limit: Limit = 100
    ) -> list[SkippedRecord]:
        found: list[SkippedRecord] = []
        async for one in parking.skipped(after):
            if complaint in ("", one.record.key):
                found.append(_given_up(one))
            if len(found) == limit:
                break
        return found

    _acts(router, parking)
    return router


def _acts(router: APIRouter, parking: Parking) -> None:
    @router.post("/parked/retry")
    async def retry(_asker: Operating, body: RetryRequest) -> dict[str, str]:
        return await parking.retry(body.ids)

    @router.post("/parked/skip")
    async def skip(asker: GivingUp, body: SkipRequest) -> list[str]:
        return await parking.skip(body.ids, body.reason, asker.by)


def _given_up(one: Skipped) -> SkippedRecord:
    shown = ParkedRecord.of(one.record).model_dump()
    return SkippedRecord(**shown, why=one.why, by=one.by, skipped_at=one.at)


def _detail(found: Queued) -> ParkedDetail:
    record, behind = found.record, [later.id for later in found.behind]
    return ParkedDetail(
        **ParkedRecord.of(record).model_dump(),
        bytes=len(record.value),
        headers=[HeaderSize(name=name, bytes=len(value)) for name, value in record.headers],
        event=_event(record),
        waits_behind="" if found.head.id == record.id else found.head.id,
        behind=len(behind),
        behind_ids=list(islice(behind, _NAMED_BEHIND)),
    )


def _event(record: Parked) -> EventName | None:
    try:
        envelope = Envelope.parse(record.headers)
    except EnvelopeInvalid:
        return None
    return EventName(
        id=envelope.id,
        type=envelope.type,
        sequence=envelope.sequence,
        source=envelope.source,
        time=envelope.time,
    )

"""Builders of what a store keeps. Every argument that a test does not name has a plain, valid value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from shared.contracts import topics
from shared.store.port import Commit, Executed, Parked, Record, Snapshot, Value

NOON: Final = datetime(2024, 3, 10, 12, tzinfo=UTC)
TOPIC: Final = topics.INTAKE

Entry = tuple[Commit, Snapshot]


def entry(
    stream: str,
    number: int = 1,
    *,
    data: Sequence[bytes] = (b'{"said":"late"}',),
    state: bytes = b'{"is":"open"}',
    index: Mapping[str, Value] | None = None,
    next_due: datetime | None = None,
    commands: Sequence[str] = (),
    at: datetime = NOON,
) -> Entry:
    """A commit with one record per `data`, and the state after it; its version equals its number."""
    first = 1 + (number - 1) * len(data)
    records = tuple(
        Record(TOPIC, seq, "ComplaintRegistered.v1", f"{stream}:{seq}", body, f"cause of {stream}:{seq}")
        for seq, body in enumerate(data, first)
    )
    cursor = {topics.ROUTING: number}
    commit = Commit(
        stream=stream,
        number=number,
        expected=number - 1,
        version=number,
        records=records,
        cursor=cursor,
        commands=tuple(Executed(command, f"digest of {command}", stream, number) for command in commands),
        cause=f"cause of {stream}/{number}",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        at=at,
    )
    snapshot = Snapshot(
        stream=stream,
        number=number,
        version=number,
        cursor=cursor,
        sequences={TOPIC: first + len(data) - 1},
        state=state,
        index=index or {},
        next_due=next_due,
        updated=at,
    )
    return commit, snapshot


def parked(  # noqa: PLR0913 - a builder takes what it builds
    record_id: str,
    key: str,
    *,
    headers: Sequence[tuple[str, bytes]] = (),
    value: bytes = b"not json",
    reason: str = "the body is not JSON",
    permanent: bool = False,
    attempts: int = 1,
    due: datetime | None = None,
    at: datetime = NOON,
) -> Parked:
    """A record as it is handed to `park`: its position is the store's to give."""
    return Parked(
        id=record_id,
        key=key,
        position=0,
        topic=TOPIC,
        partition=3,
        offset=41,
        headers=tuple(headers),
        value=value,
        reason=reason,
        permanent=permanent,
        attempts=attempts,
        due=due,
        at=at,
    )

"""Between the port's values and the columns of a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from shared.store.instants import from_micros, to_micros
from shared.store.port import Commit, Executed, Parked, Record, Skipped, Snapshot

Row = tuple[Any, ...]

COMMIT_COLUMNS: Final = "stream, number, expected, version, at, cause, traceparent, cursor, commands, records"
STATE_COLUMNS: Final = "stream, number, version, next_due, updated, fields, cursor, sequences, state"
PARKED_COLUMNS: Final = (
    'id, key, position, topic, partition, "offset", headers, value, reason, permanent, attempts, due, at'
)


def as_list(values: Sequence[object]) -> str:
    """A list as one parameter, to be read by `json_each`."""
    return orjson.dumps(values if isinstance(values, (list, tuple)) else list(values)).decode()


def commit_row(commit: Commit) -> Row:
    """The columns of a commit. Each record's data is a text inside the JSON, so it comes back byte for byte."""
    return (
        commit.stream,
        commit.number,
        commit.expected,
        commit.version,
        to_micros(commit.at),
        commit.cause,
        commit.traceparent,
        orjson.dumps(dict(commit.cursor)),
        orjson.dumps([(c.command_id, c.digest, c.stream, c.version) for c in commit.commands]),
        orjson.dumps([(r.topic, r.seq, r.type, r.id, r.data.decode(), r.cause) for r in commit.records]),
    )


def commit_from(row: Row) -> Commit:
    """The commit of a row of COMMIT_COLUMNS."""
    stream, number, expected, version, at, cause, traceparent, cursor, commands, records = row
    return Commit(
        stream=stream,
        number=number,
        expected=expected,
        version=version,
        records=tuple(
            Record(topic, seq, kind, event_id, data.encode(), cause)
            for topic, seq, kind, event_id, data, cause in orjson.loads(records)
        ),
        cursor=orjson.loads(cursor),
        commands=tuple(Executed(*command) for command in orjson.loads(commands)),
        cause=cause,
        traceparent=traceparent,
        at=from_micros(at),
    )


def index_text(index: Mapping[str, object]) -> str:
    """The indexed fields as text; equal fields give equal text."""
    return orjson.dumps(dict(index), option=orjson.OPT_SORT_KEYS).decode()


def state_row(snapshot: Snapshot, fields: str) -> Row:
    """The columns of a state; `fields` is its `index_text`."""
    return (
        snapshot.stream,
        snapshot.number,
        snapshot.version,
        None if snapshot.next_due is None else to_micros(snapshot.next_due),
        None if snapshot.updated is None else to_micros(snapshot.updated),
        fields,
        orjson.dumps(dict(snapshot.cursor)),
        orjson.dumps(dict(snapshot.sequences)),
        snapshot.state,
    )


def state_from(row: Row) -> Snapshot:
    """The state of a row of STATE_COLUMNS."""
    stream, number, version, next_due, updated, fields, cursor, sequences, state = row
    return Snapshot(
        stream=stream,
        number=number,
        version=version,
        cursor=orjson.loads(cursor),
        sequences=orjson.loads(sequences),
        state=state,
        index=orjson.loads(fields),
        next_due=None if next_due is None else from_micros(next_due),
        updated=None if updated is None else from_micros(updated),
    )


def parked_row(record: Parked) -> Row:
    """The columns of a parked record, without its position. Header bytes go through Latin-1, which loses nothing."""
    return (
        record.id,
        record.key,
        record.topic,
        record.partition,
        record.offset,
        orjson.dumps([(name, value.decode("latin-1")) for name, value in record.headers]),
        record.value,
        record.reason,
        record.permanent,
        record.attempts,
        None if record.due is None else to_micros(record.due),
        to_micros(record.at),
    )


def parked_from(row: Row) -> Parked:
    """The parked record of a row of PARKED_COLUMNS."""
    (
        record_id, key, position, topic, partition, offset, headers, value, reason, permanent, attempts, due, at,
    ) = row  # fmt: skip
    return Parked(
        id=record_id,
        key=key,
        position=position,
        topic=topic,
        partition=partition,
        offset=offset,
        headers=tuple((name, text.encode("latin-1")) for name, text in orjson.loads(headers)),
        value=value,
        reason=reason,
        permanent=bool(permanent),
        attempts=attempts,
        due=None if due is None else from_micros(due),
        at=from_micros(at),
    )


def skipped_row(skipped: Skipped) -> Row:
    """The columns of what was given up. Nobody filters on the record, so it is one value: its PARKED_COLUMNS."""
    record_id, key, topic, partition, offset, headers, value, *others = parked_row(skipped.record)
    record = [record_id, key, skipped.record.position, topic, partition, offset, headers, value, *others]
    as_text = [part.decode("latin-1") if isinstance(part, bytes) else part for part in record]
    return record_id, orjson.dumps(as_text), skipped.why, skipped.by, to_micros(skipped.at)


def skipped_from(row: Row) -> Skipped:
    """What was given up, of the columns record, why, by, at."""
    record, why, by, at = row
    *before, headers, value, reason, permanent, attempts, due, parked_at = orjson.loads(record)
    as_bytes = headers.encode("latin-1"), value.encode("latin-1")
    parked = parked_from((*before, *as_bytes, reason, permanent, attempts, due, parked_at))
    return Skipped(parked, why, by, from_micros(at))

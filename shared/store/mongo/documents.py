"""Between the port's values and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from shared.store.instants import from_micros, to_micros
from shared.store.mongo.driver import Document
from shared.store.port import Commit, Executed, Parked, Record, Skipped, Snapshot, Value


def to_name(text: str) -> str:
    """A name whose order is that of the text's UTF-8 bytes on every server, some of which compare UTF-16 units.

    One character per byte; a text of ASCII is its own name.
    """
    return text.encode().decode("latin-1")


def from_name(name: str) -> str:
    """The text of a name."""
    return name.encode("latin-1").decode()


def word(field: str, value: str | int) -> str:
    """An indexed field and its value as one word to search for; 5 and "5" give two."""
    typed = f"s:{value}" if isinstance(value, str) else f"i:{value}"
    return field_prefix(field) + typed


def field_prefix(field: str) -> str:
    """What the words of a field begin with, and those of no other field."""
    return field.replace("\\", "\\\\").replace("=", "\\e") + "="


def values(value: Value) -> list[str | int]:
    """The words or the number of an indexed field, each once."""
    return list(dict.fromkeys(value)) if isinstance(value, list) else [value]


def kind_of(stream: str) -> str:
    """The kind of a stream."""
    return stream.partition("/")[0]


def commit_document(commit: Commit, writer: str) -> Document:
    """A commit without its position in the log; `writer` says which call of which process wrote it."""
    return {
        "_id": to_name(commit.id),
        "stream": to_name(commit.stream),
        "number": commit.number,
        "expected": commit.expected,
        "version": commit.version,
        "published": not commit.outgoing,
        "at": to_micros(commit.at),
        "cause": commit.cause,
        "traceparent": commit.traceparent,
        "cursor": _pairs(commit.cursor),
        "commands": [
            {"id": c.command_id, "digest": c.digest, "stream": c.stream, "version": c.version} for c in commit.commands
        ],
        "records": [record._asdict() for record in commit.records],
        "writer": writer,
    }


def commit_from(document: Document) -> Commit:
    """The commit of a document."""
    return Commit(
        stream=from_name(document["stream"]),
        number=document["number"],
        expected=document["expected"],
        version=document["version"],
        records=tuple(Record(**record) for record in document["records"]),
        cursor=_mapping(document["cursor"]),
        commands=tuple(executed_of(document)),
        cause=document["cause"],
        traceparent=document["traceparent"],
        at=from_micros(document["at"]),
    )


def executed_of(document: Document) -> list[Executed]:
    """The commands of a commit's document."""
    return [Executed(c["id"], c["digest"], c["stream"], c["version"]) for c in document["commands"]]


def state_document(snapshot: Snapshot) -> Document:
    """A state; `fields` holds a word per value of its index."""
    return {
        "_id": to_name(snapshot.stream),
        "kind": to_name(kind_of(snapshot.stream)),
        "number": snapshot.number,
        "version": snapshot.version,
        "cursor": _pairs(snapshot.cursor),
        "sequences": _pairs(snapshot.sequences),
        "state": snapshot.state,
        # as text: a field may have any name, also one that a server reads as a path
        "index": orjson.dumps(dict(snapshot.index)).decode(),
        "fields": [word(field, value) for field, several in snapshot.index.items() for value in values(several)],
        "next_due": None if snapshot.next_due is None else to_micros(snapshot.next_due),
        "updated": None if snapshot.updated is None else to_micros(snapshot.updated),
    }


def state_from(document: Document) -> Snapshot:
    """The state of a document."""
    return Snapshot(
        stream=from_name(document["_id"]),
        number=document["number"],
        version=document["version"],
        cursor=_mapping(document["cursor"]),
        sequences=_mapping(document["sequences"]),
        state=document["state"],
        index=orjson.loads(document["index"]),
        next_due=None if document["next_due"] is None else from_micros(document["next_due"]),
        updated=None if document["updated"] is None else from_micros(document["updated"]),
    )


def parked_document(record: Parked, position: int) -> Document:
    """A parked record at its place in the line of its key."""
    return {
        "_id": to_name(record.id),
        "key": to_name(record.key),
        "position": position,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "headers": [{"name": name, "value": value} for name, value in record.headers],
        "value": record.value,
        "at": to_micros(record.at),
        **reparked_fields(record),
    }


def reparked_fields(record: Parked) -> Document:
    """What another attempt changes of a parked record."""
    return {
        "attempts": record.attempts,
        "due": None if record.due is None else to_micros(record.due),
        "reason": record.reason,
        "permanent": record.permanent,
    }


def parked_from(document: Document) -> Parked:
    """The parked record of a document."""
    return Parked(
        id=from_name(document["_id"]),
        key=from_name(document["key"]),
        position=document["position"],
        topic=document["topic"],
        partition=document["partition"],
        offset=document["offset"],
        headers=tuple((header["name"], header["value"]) for header in document["headers"]),
        value=document["value"],
        reason=document["reason"],
        permanent=document["permanent"],
        attempts=document["attempts"],
        due=None if document["due"] is None else from_micros(document["due"]),
        at=from_micros(document["at"]),
    )


def skipped_document(skipped: Skipped) -> Document:
    """What was given up, with the record as it was parked last."""
    return {
        "_id": to_name(skipped.record.id),
        "record": parked_document(skipped.record, skipped.record.position),
        "why": skipped.why,
        "by": skipped.by,
        "at": to_micros(skipped.at),
    }


def skipped_from(document: Document) -> Skipped:
    """What was given up, of a document."""
    return Skipped(parked_from(document["record"]), document["why"], document["by"], from_micros(document["at"]))


def _pairs(numbers: Mapping[str, int]) -> list[Document]:
    """A mapping as a list: a topic's name has dots, which a server reads as a path."""
    return [{"topic": topic, "seq": seq} for topic, seq in numbers.items()]


def _mapping(pairs: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {pair["topic"]: pair["seq"] for pair in pairs}

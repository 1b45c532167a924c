"""Recorded streams: how they lie on disk, and what today's code makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services import definition_of
from shared.contracts.envelope import Envelope
from shared.eventsourcing.catalogue import Catalogue
from shared.eventsourcing.decider import Decider
from shared.messaging.outgoing import OutgoingRecord
from shared.organisation import from_path

ROOT = Path(__file__).parent
ORGANISATION = "parcel-retailer"


@dataclass(frozen=True)
class Line:
    """One record as it was published."""

    topic: str
    headers: Sequence[tuple[str, bytes]]
    value: str

    @property
    def envelope(self) -> Envelope:
        return Envelope.parse(self.headers)


@dataclass(frozen=True)
class Recording:
    """A stream as it was published, and what it folded to then."""

    path: Path
    stream: str
    lines: Sequence[Line]
    folded: Mapping[str, Any]

    @property
    def service(self) -> str:
        return self.path.parent.name

    @property
    def types(self) -> set[str]:
        return {line.envelope.type for line in self.lines}

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


@cache
def decider(service: str, kind: str) -> Decider[Any, Any]:
    definition = definition_of(service).given(from_path(ORGANISATION))
    return definition.kept[kind]


def fold(service: str, stream: str, lines: Sequence[Line]) -> dict[str, Any]:
    """What today's code makes of a stream's records: its state, what lists filter on, when its clock runs out."""
    of = decider(service, stream.partition("/")[0])
    state, catalogue = of.initial, Catalogue((of.stream,))
    for line in lines:
        if line.topic == of.topic:
            state = of.evolve(state, catalogue.read(line.envelope.type, line.value))
    due = of.next_due(state)
    return {
        "state": json.loads(of.state.dump_json(state)),
        "index": dict(of.index(state)),
        "next_due": None if due is None else due.isoformat(),
    }


def write(path: Path, stream: str, records: Sequence[OutgoingRecord], folded: Mapping[str, Any]) -> None:
    """Write a stream, one record a line, and beside it what it folds to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            line = {
                "topic": record.topic,
                "headers": {name: value.decode() for name, value in record.headers},
                "value": record.value.decode(),
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    state = json.dumps({"stream": stream, **folded}, ensure_ascii=False, indent=1, sort_keys=True)
    path.with_suffix(".state.json").write_text(state + "\n", encoding="utf-8")


def recordings() -> Iterator[Recording]:
    """Every recorded stream of every version."""
    for path in sorted(ROOT.glob("*/*/*.jsonl")):
        lines = [_line(json.loads(text)) for text in path.read_text(encoding="utf-8").splitlines()]
        folded = json.loads(path.with_suffix(".state.json").read_text(encoding="utf-8"))
        yield Recording(path, folded.pop("stream"), lines, folded)


def _line(line: Mapping[str, Any]) -> Line:
    headers = tuple((name, value.encode()) for name, value in line["headers"].items())
    return Line(line["topic"], headers, line["value"])

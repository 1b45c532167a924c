"""`python -m tests.golden.record`: record what this version publishes, for all later versions to read.

It plays the demonstration and keeps few of its streams: such that every event type is among them. What the play does
not come to is decided by the real deciders on the beginning of a recorded stream.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from services import catalogue
from services.departments import commands as departments
from services.review import commands as review
from services.routing import commands as routing
from shared.eventsourcing.session import Input, Session
from shared.messaging.outgoing import OutgoingRecord
from shared.messaging.relay import in_envelopes
from shared.store.port import Commit, Snapshot
from shared.verification.collect import stored_of
from tests.golden.streams import ORGANISATION, ROOT, Line, decider, fold, write
from throughline.app.evidence import in_folder, opened
from throughline.app.folder import DataFolder
from throughline.demo.run import demonstrate
from throughline.demo.verdict import CapturedLog

Stream = tuple[str, str, Sequence[Commit]]
"""Service, name, commits."""


def main() -> int:
    folder = ROOT / version("throughline")
    if folder.exists():
        sys.stderr.write(
            f"{folder.relative_to(ROOT.parents[1])} exists: what a version published is never recorded anew. "
            "Record under the next version's number, and give it an upcaster where a meaning changed.\n"
        )
        return 1
    played = asyncio.run(_played())
    streams = [*played, *_continued(played)]
    chosen = _few(streams)
    lacking = set(catalogue().published) - {name for stream in chosen for name in _types(stream)}
    if lacking:
        sys.stderr.write(f"nothing was recorded: no stream has {', '.join(sorted(lacking))}\n")
        return 1
    try:
        _write(folder, chosen)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return 0


def _write(folder: Path, chosen: Sequence[Stream]) -> None:
    numbers: dict[str, int] = {}
    for service, stream, commits in chosen:
        kind = stream.partition("/")[0]
        numbers[kind] = numbers.get(kind, 0) + 1
        records = _records((service, stream, commits))
        lines = [Line(record.topic, record.headers, record.value.decode()) for record in records]
        write(folder / service / f"{kind}-{numbers[kind]}.jsonl", stream, records, fold(service, stream, lines))
    recording = {"organisation": ORGANISATION, "types": sorted(catalogue().published)}
    (folder / "recording.json").write_text(json.dumps(recording, indent=1) + "\n", encoding="utf-8")


async def _played() -> list[Stream]:
    async def nothing(_played: object, _pace: object) -> None:
        """Leave when the play is over."""

    with tempfile.TemporaryDirectory(prefix="throughline-golden-") as path:
        folder = DataFolder(Path(path))
        await demonstrate(folder, 0, Console(file=StringIO()), CapturedLog(), nothing)
        found: list[Stream] = []
        async with opened(in_folder(folder)) as stores:
            for kept in stores:
                streams: dict[str, list[Commit]] = {}
                for commit in (await stored_of(kept)).commits:
                    streams.setdefault(commit.stream, []).append(commit)
                found += [(kept.definition.name, stream, commits) for stream, commits in streams.items()]
        return found


def _few(streams: Sequence[Stream]) -> list[Stream]:
    """Streams that have every type between them: each time the one that adds most per byte."""
    chosen: list[Stream] = []
    lacking = {name for stream in streams for name in _types(stream)}
    while lacking:
        best = max(streams, key=lambda stream: (len(_types(stream) & lacking) / _size(stream), stream[1]))
        chosen.append(best)
        lacking -= _types(best)
    return sorted(chosen, key=lambda stream: stream[:2])


def _types(stream: Stream) -> set[str]:
    return {record.type for commit in stream[2] for record in commit.records}


def _size(stream: Stream) -> int:
    return sum(len(record.data) + 300 for commit in stream[2] for record in commit.records) or 1


def _records(stream: Stream) -> list[OutgoingRecord]:
    return [record for commit in stream[2] for record in in_envelopes(f"/{stream[0]}", commit, commit.records)]


def _continued(played: Sequence[Stream]) -> Iterator[Stream]:
    """Per type that the play did not come to the shortest beginning of a stream that one more command brings to it."""
    lacking = set(catalogue().published) - {name for stream in played for name in _types(stream)}
    for service, stream, commits in sorted(played, key=_size):
        for number in range(1, len(commits) + 1):
            begun = commits[:number]
            more = _another(service, stream, begun, lacking) if lacking else None
            if more is not None:
                yield service, stream, [*begun, more]
                lacking -= _types((service, stream, [more]))
                break


def _another(service: str, stream: str, begun: Sequence[Commit], lacking: set[str]) -> Commit | None:
    of = decider(service, stream.partition("/")[0])
    for command in _commands(service, begun):
        session = Session(of, catalogue(), Snapshot(stream), begun)
        session.apply([Input(stream, command, "command:golden")])
        entry = session.entry(command.now)
        if entry is not None and {record.type for record in entry[0].records} & lacking:
            return entry[0]
    return None


def _commands(service: str, begun: Sequence[Commit]) -> Iterator[Any]:
    """What may be decided next that the play does not."""
    at = begun[-1].at
    events = [json.loads(record.data) for record in begun[-1].records]
    names = [record.type for record in begun[-1].records]
    if service == "departments":
        yield from (departments.RunClocks(now=at + timedelta(days=days), by="system") for days in (5, 60))
        for event in events:
            if lead := event.get("lead"):
                yield departments.Decline(
                    now=at, by=lead, department=lead, reason="step-not-ours", nominee="customer-care"
                )
    if service == "review":
        yield review.RunClocks(now=at + timedelta(days=400), by="system")
    if service == "routing":
        yield from (
            routing.UnlinkComplaint(now=at, by="customer-care", other=event["other"], why="another order")
            for event, name in zip(events, names, strict=True)
            if name == "ComplaintLinked.v1"
        )


if __name__ == "__main__":
    sys.exit(main())

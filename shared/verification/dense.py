"""C-DENSE: per stream and topic nothing is missing, nothing overtakes, and copies are copies."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.contracts.envelope import Envelope, EnvelopeInvalid
from shared.messaging.parse import Raw
from shared.verification.evidence import Evidence, Finding, Tally

Line = tuple[str, str]
"""A stream and a topic."""

Kept = dict[Line, dict[int, tuple[bytes, bool]]]
"""Per line and sequence number what the store keeps, and whether it is marked published."""


@dataclass
class _Seen:
    last: int = 0
    partition: int = -1
    first: dict[int, Raw] = field(default_factory=dict[int, Raw])


def nothing_missing_or_overtaking(evidence: Evidence) -> Finding:
    """Check the stores' logs, then the topics, then one against the other."""
    tally = Tally()
    kept = _stores(evidence, tally)
    seen = _topics(evidence, tally, kept)
    for (stream, topic), records in kept.items():
        line = seen.get((stream, topic))
        published = [seq for seq, (_, marked) in records.items() if marked]
        seen_all = evidence.from_start and topic not in evidence.cut
        if topic and seen_all and published and (line is None or line.last < max(published)):
            tally.found(
                f"{stream} on {topic}: {max(published)} events are marked published, the topic has "
                f"{line.last if line else 0}."
            )
        for seq, raw in line.first.items() if line else ():
            if seq in records and records[seq][0] != raw.value:
                tally.found(f"{stream}:{seq} on {topic} is not what the store keeps.")
    return tally.finding()


def _stores(evidence: Evidence, tally: Tally) -> Kept:
    kept: Kept = {}
    for stored in evidence.services.values():
        for commit in stored.commits:
            for record in commit.records:
                tally.looked()
                line = kept.setdefault((commit.stream, record.topic), {})
                if record.seq != len(line) + 1:
                    tally.found(f"{commit.stream} on {record.topic}: {record.seq} follows {len(line)} in the log.")
                line[record.seq] = record.data, commit.id not in stored.unpublished
    return kept


def _topics(evidence: Evidence, tally: Tally, kept: Kept) -> dict[Line, _Seen]:
    seen: dict[Line, _Seen] = {}
    broken = {place[1:] for place in evidence.poison or ()}
    aside = {place[1:] for place in evidence.skipped} | {
        (record.topic, record.partition, record.offset)
        for stored in evidence.services.values()
        for record in stored.parked
    }
    for raw in evidence.observed:
        place = (raw.topic, raw.partition, raw.offset)
        if place in broken or (place in aside and not _ours(raw, kept)):
            continue
        tally.looked()
        try:
            envelope = Envelope.parse(raw.headers)
        except EnvelopeInvalid as error:
            tally.found(f"{raw.topic} [{raw.partition}] at {raw.offset}: {error}.")
            continue
        line = seen.setdefault((envelope.stream, raw.topic), _Seen())
        _one(raw, envelope, line, tally, evidence.from_start and raw.topic not in evidence.cut)
    return seen


def _ours(raw: Raw, kept: Kept) -> bool:
    """Whether a record that a reader put aside is one that its source said: a stranger's has no place in a line."""
    try:
        envelope = Envelope.parse(raw.headers)
    except EnvelopeInvalid:
        return False
    data, _ = kept.get((envelope.stream, raw.topic), {}).get(envelope.sequence, (b"", False))
    return data == raw.value


def _one(raw: Raw, envelope: Envelope, line: _Seen, tally: Tally, from_start: bool) -> None:  # noqa: FBT001
    where = f"{envelope.stream} on {raw.topic}"
    if line.partition not in (-1, raw.partition):
        tally.found(f"{where} is in two partitions: {line.partition} and {raw.partition}.")
    line.partition = raw.partition
    seq, first = envelope.sequence, line.first.get(envelope.sequence)
    if first is not None:
        if (first.key, first.value, first.headers) != (raw.key, raw.value, raw.headers):
            tally.found(f"{where}: the copy of {seq} at offset {raw.offset} differs from the first.")
        return
    if seq != line.last + 1 and (line.last or from_start):
        tally.found(f"{where}: {seq} follows {line.last} at offset {raw.offset}.")
    line.first[seq] = raw
    line.last = max(line.last, seq)

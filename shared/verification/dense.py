"""C-DENSE: per stream and topic nothing is missing, nothing overtakes, and copies are copies."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.contracts.envelope import Envelope, EnvelopeInvalid
from shared.messaging.parse import Raw
from shared.verification.evidence import Evidence, Finding, Tally

StreamOnTopic = tuple[str, str]
"""A stream and a topic."""

Kept = dict[StreamOnTopic, dict[int, tuple[bytes, bool]]]
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
        progress = seen.get((stream, topic))
        published = [seq for seq, (_, marked) in records.items() if marked]
        seen_all = evidence.from_start and topic not in evidence.cut
        if topic and seen_all and published and (progress is None or progress.last < max(published)):
            tally.found(
                f"{stream} on {topic}: {max(published)} events are marked published, the topic has "
                f"{progress.last if progress else 0}."
            )
        for seq, raw in progress.first.items() if progress else ():
            if seq in records and records[seq][0] != raw.value:
                tally.found(f"{stream}:{seq} on {topic} is not what the store keeps.")
    return tally.finding()


def _stores(evidence: Evidence, tally: Tally) -> Kept:
    kept: Kept = {}
    for stored in evidence.services.values():
        for commit in stored.commits:
            for record in commit.records:
                tally.looked()
                numbers = kept.setdefault((commit.stream, record.topic), {})
                if record.seq != len(numbers) + 1:
                    tally.found(f"{commit.stream} on {record.topic}: {record.seq} follows {len(numbers)} in the log.")
                numbers[record.seq] = record.data, commit.id not in stored.unpublished
    return kept


def _topics(evidence: Evidence, tally: Tally, kept: Kept) -> dict[StreamOnTopic, _Seen]:
    seen: dict[StreamOnTopic, _Seen] = {}
    broken = {position[1:] for position in evidence.poison or ()}
    aside = {position[1:] for position in evidence.skipped} | {
        (record.topic, record.partition, record.offset)
        for stored in evidence.services.values()
        for record in stored.parked
    }
    for raw in evidence.observed:
        position = (raw.topic, raw.partition, raw.offset)
        if position in broken or (position in aside and not _ours(raw, kept)):
            continue
        tally.looked()
        try:
            envelope = Envelope.parse(raw.headers)
        except EnvelopeInvalid as error:
            tally.found(f"{raw.topic} [{raw.partition}] at {raw.offset}: {error}.")
            continue
        progress = seen.setdefault((envelope.stream, raw.topic), _Seen())
        _one(raw, envelope, progress, tally, evidence.from_start and raw.topic not in evidence.cut)
    return seen


def _ours(raw: Raw, kept: Kept) -> bool:
    """Whether a record that a reader put aside is one that its source published, and not a stranger's."""
    try:
        envelope = Envelope.parse(raw.headers)
    except EnvelopeInvalid:
        return False
    data, _ = kept.get((envelope.stream, raw.topic), {}).get(envelope.sequence, (b"", False))
    return data == raw.value


def _one(raw: Raw, envelope: Envelope, progress: _Seen, tally: Tally, from_start: bool) -> None:  # noqa: FBT001
    where = f"{envelope.stream} on {raw.topic}"
    if progress.partition not in (-1, raw.partition):
        tally.found(f"{where} is in two partitions: {progress.partition} and {raw.partition}.")
    progress.partition = raw.partition
    seq, first = envelope.sequence, progress.first.get(envelope.sequence)
    if first is not None:
        if (first.key, first.value, first.headers) != (raw.key, raw.value, raw.headers):
            tally.found(f"{where}: the copy of {seq} at offset {raw.offset} differs from the first.")
        return
    if seq != progress.last + 1 and (progress.last or from_start):
        tally.found(f"{where}: {seq} follows {progress.last} at offset {raw.offset}.")
    progress.first[seq] = raw
    progress.last = max(progress.last, seq)

"""C-LIVE: after the faults stopped everything was sent, applied and fired."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.contracts.envelope import Envelope
from shared.eventsourcing.definition import FanIn, Incoming
from shared.messaging.relay import in_envelopes
from shared.verification.evidence import Evidence, Finding, Logged, Stored, Tally


def everything_drained(evidence: Evidence) -> Finding:
    """Check outboxes, cursors, fan-ins, clocks and parked records."""
    tally = Tally()
    tops = _tops(evidence)
    for name, stored in evidence.services.items():
        tally.looked()
        for commit_id in sorted(stored.unpublished):
            tally.found(f"{name} has not published {commit_id}.")
        _cursors(name, stored, evidence, tops, tally)
        _fan_ins(name, stored, evidence, tally)
        if evidence.now is not None:
            _due(name, stored, evidence, evidence.now, tally)
    return tally.finding()


def _tops(evidence: Evidence) -> dict[tuple[str, str], dict[str, int]]:
    """Per (topic, kind) and key the last sequence number that its owner gave out."""
    tops: dict[tuple[str, str], dict[str, int]] = {}
    for stored in evidence.services.values():
        own = {stream.topic for stream in stored.definition.streams}
        for commit in stored.commits:
            kind, _, key = commit.stream.partition("/")
            for record in commit.records:
                if record.topic in own:
                    tops.setdefault((record.topic, kind), {})[key] = record.seq
    return tops


def _cursors(
    name: str, stored: Stored, evidence: Evidence, tops: dict[tuple[str, str], dict[str, int]], tally: Tally
) -> None:
    main = stored.definition.main
    if main is None:
        return
    cursors = {commit.stream: commit.cursor for commit in stored.commits}
    for stream in dict.fromkeys(listen.event.stream for listen in stored.definition.listens):
        topic, kind = stream.topic, stream.kind
        for key, last in tops.get((topic, kind), {}).items():
            tally.looked()
            mine = main.name(key)
            have = max(of.get(mine, {}).get(topic, 0) for of in (cursors, stored.passed))
            if have != last and (name, key) not in evidence.blocked:
                tally.found(f"{name} has applied {have} of {last} events of {kind}/{key} on {topic}.")


def _fan_ins(name: str, stored: Stored, evidence: Evidence, tally: Tally) -> None:
    if not stored.definition.spread:
        return
    done = {command.command_id for commit in stored.commits for command in commit.commands}
    for logged in evidence.logged:
        for fan_in in stored.definition.spread:
            if isinstance(logged.event, fan_in.event):
                for key in _keys(fan_in, logged):
                    tally.looked()
                    if f"{logged.record.id}>{fan_in.to.name(key)}" not in done and not evidence.excuses(name, logged):
                        tally.found(f"{name} has not counted {logged.record.id} in {fan_in.to.name(key)}.")


def _keys(fan_in: FanIn[Any], logged: Logged) -> Iterable[str]:
    (record,) = in_envelopes(f"/{logged.service}", logged.commit, [logged.record])
    envelope = Envelope.parse(record.headers)
    return [key for key, _ in fan_in.commands(Incoming(logged.event, envelope, logged.event.at))]


def _due(name: str, stored: Stored, evidence: Evidence, now: datetime, tally: Tally) -> None:
    late = now - evidence.skew
    for snapshot in stored.snapshots.values():
        if snapshot.next_due is not None:
            tally.looked()
            if snapshot.next_due <= late:
                tally.found(f"{name}: a clock of {snapshot.stream} was due at {snapshot.next_due} and has not fired.")
    closed: set[str] = set()
    for record in sorted(stored.parked, key=lambda one: (one.key, one.position)):
        tally.looked()
        if record.permanent:
            closed.add(record.key)
        elif record.key not in closed and record.due is not None and record.due <= late:
            tally.found(f"{name}: {record.id} of {record.key} is parked and was due at {record.due}.")

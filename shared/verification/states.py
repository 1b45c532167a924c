"""C-STATE: folding the log gives what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.eventsourcing.catalogue import Catalogue
from shared.eventsourcing.decider import Decider
from shared.store.batch import furthest
from shared.store.port import Commit, Snapshot
from shared.verification.evidence import Evidence, Finding, Tally
from shared.verification.rows import check_rows


def folding_gives_the_stored_state(evidence: Evidence) -> Finding:
    """Check each stream's commits against each other and, folded, against its state."""
    tally = Tally()
    for name, stored in evidence.services.items():
        deciders = stored.definition.kept
        catalogue = stored.definition.catalogue
        streams: dict[str, list[Commit]] = {}
        for commit in stored.commits:
            streams.setdefault(commit.stream, []).append(commit)
        for stream in [*streams, *(stream for stream in stored.snapshots if stream not in streams)]:
            tally.looked()
            decider = deciders.get(stream.partition("/")[0])
            if decider is None:
                tally.found(f"{name} keeps {stream}, a kind it does not own.")
                continue
            commits = streams.get(stream, [])
            if (name, stream.partition("/")[2]) in evidence.blocked:
                commits = _seen(commits, stored.snapshots.get(stream))
                if not commits:
                    continue
            snapshot = stored.snapshots.get(stream)
            passed = stored.passed.get(stream, {})
            for sentence in (*_chain(commits), *_fold(decider, commits, snapshot, passed, catalogue)):
                tally.found(f"{name}: {stream} {sentence}")
    check_rows(evidence, tally)
    return tally.finding()


def _seen(commits: list[Commit], stored: Snapshot | None) -> list[Commit]:
    """Return the commits without the last ones that only moved a cursor and that the state has not seen.

    A crash leaves it so where the line is closed; whoever opens the line loads the stream, and that repairs it.
    """
    seen = stored.number if stored is not None else 0
    while commits and commits[-1].number > seen and not commits[-1].records:
        commits = commits[:-1]
    return commits


def _chain(commits: list[Commit]) -> list[str]:
    """Return how the commits do not follow one another."""
    wrong: list[str] = []
    version = 0
    for number, commit in enumerate(commits, 1):
        if commit.number != number:
            wrong.append(f"has commit {commit.number} in place {number}.")
        if commit.expected != version:
            wrong.append(f"has commit {commit.number}, decided on version {commit.expected}, after version {version}.")
        version = commit.version
    return wrong


def _fold(
    decider: Decider[Any, Any],
    commits: list[Commit],
    stored: Snapshot | None,
    passed: Mapping[str, int],
    catalogue: Catalogue,
) -> list[str]:
    """Return how the stored state differs from the folded log."""
    if stored is None:
        return ["has commits and no state."]
    if not commits:
        return ["has a state and no commits."]
    state, sequences = decider.initial, dict[str, int]()
    for commit in commits:
        for record in commit.records:
            sequences[record.topic] = record.seq
            if decider.owns(record.topic) and catalogue.known(record.type):
                state = decider.evolve(state, catalogue.read(record.type, record.data))
    last = commits[-1]
    folded = {
        "number": last.number,
        "version": last.version,
        "cursor": furthest(last.cursor, passed),
        "sequences": sequences,
        "state": state,
        "index": decider.index(state),
        "next_due": decider.next_due(state),
    }
    kept = {
        "number": stored.number,
        "version": stored.version,
        "cursor": furthest(stored.cursor, passed),
        "sequences": dict(stored.sequences),
        "state": decider.state.validate_json(stored.state) if stored.state else decider.initial,
        "index": dict(stored.index),
        "next_due": stored.next_due,
    }
    return [f"has {name} {kept[name]!r}, folded {value!r}." for name, value in folded.items() if kept[name] != value]

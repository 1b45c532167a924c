"""What a run leaves behind, as values: what clients saw, what the topics carried, what the stores keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, Literal

from shared.contracts.event import Event
from shared.eventsourcing.decider import UNPUBLISHED
from shared.eventsourcing.definition import Definition
from shared.messaging.parse import Raw
from shared.store.port import Commit, Parked, Record, Skipped, Snapshot

MAX_FINDINGS: Final = 20
"""More than that per invariant are counted, not written out."""

Position = tuple[str, str, int, int]
"""Service, topic, partition, offset of a record."""


@dataclass(frozen=True, slots=True)
class Request:
    """One attempt of a client to register a complaint.

    Attributes:
        key: the command id as the store keeps it (the `Idempotency-Key`, as the edge scopes it).
        status: `unknown` where no answer came.
        complaint: the id in the answer; empty where there was none.
    """

    key: str
    status: Literal["accepted", "failed", "unknown"]
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """One service's store.

    Attributes:
        commits: in log order.
        snapshots: per stream.
        unpublished: ids of the commits not marked published.
        skipped: what a person gave up, ever.
        passed: per stream and topic the last event that was passed over without a commit.
    """

    definition: Definition
    commits: Sequence[Commit]
    snapshots: Mapping[str, Snapshot]
    parked: Sequence[Parked]
    unpublished: frozenset[str]
    skipped: Sequence[Skipped] = ()
    passed: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])


@dataclass(frozen=True, slots=True)
class Fired:
    """A clock that ran out: `at` is what its service's clock showed, `actual` the true instant where known."""

    stream: str
    what: str
    due: datetime
    at: datetime
    actual: datetime | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """One event in a store's log, decoded.

    Attributes:
        due: when the clock was due whose running out it reports; None: it reports none.
        effect: what must not happen twice in its stream; None: it may happen again.
    """

    service: str
    commit: Commit
    record: Record
    event: Event
    due: datetime | None = None
    effect: tuple[str, ...] | None = None

    @property
    def kind(self) -> str:
        """The kind of its stream."""
        return self.commit.stream.partition("/")[0]

    @property
    def key(self) -> str:
        """The key of its stream."""
        return self.commit.stream.partition("/")[2]


def logged_in(definition: Definition, commits: Iterable[Commit]) -> list[Logged]:
    """Return every event of some commits once, in their order; copies for further topics are left out.

    Args:
        commits: of each stream all from its first one on, since an event's traits may lie in an earlier event.
    """
    catalogue = definition.catalogue
    topics = {stream.kind: stream.topic for stream in definition.streams}
    latest: dict[str, dict[type[Event], Event]] = {}
    found: list[Logged] = []
    for commit in commits:
        own = topics.get(commit.stream.partition("/")[0])
        before = latest.setdefault(commit.stream, {})
        for record in commit.records:
            if own is not None and record.topic in (own, UNPUBLISHED) and catalogue.known(record.type):
                event = catalogue.read(record.type, record.data)
                due, effect = event.traits.ran_out(event, before), event.traits.effect(event, before)
                found.append(Logged(definition.name, commit, record, event, due, effect))
                before[type(event)] = event
    return found


@dataclass(frozen=True)
class Evidence:
    """All of it, taken when nothing moved any more.

    Attributes:
        journal: every attempt to register.
        observed: what an observer read from the topics, in order within each partition.
        from_start: the observer began at offset 0 and saw all; otherwise what it missed is no finding.
        cut: topics from which the broker has deleted old records since.
        services: by name.
        poison: (service, topic, partition, offset) of the records that were broken on purpose; None where nobody kept
            count.
        given_up: the records that a person skipped since, where somebody else than the stores kept count of them.
        planted: personal data that was put in, as it was written.
        outputs: further texts that must not carry personal data (logs, metrics, exports), by name.
        fired: the clocks that ran out, where somebody watched; the logs are read in any case.
        now: the instant of the evidence, by a right clock.
        skew: how wrong a service's clock may have been.
    """

    journal: Sequence[Request] = ()
    observed: Sequence[Raw] = ()
    from_start: bool = True
    cut: frozenset[str] = frozenset()
    services: Mapping[str, Stored] = field(default_factory=dict[str, Stored])
    poison: frozenset[Position] | None = None
    given_up: frozenset[Position] = frozenset()
    planted: Sequence[str] = ()
    outputs: Mapping[str, str] = field(default_factory=dict[str, str])
    fired: Sequence[Fired] = ()
    now: datetime | None = None
    skew: timedelta = timedelta(0)

    @cached_property
    def logged(self) -> Sequence[Logged]:
        """Every event once, in log order per service; copies for further topics are left out."""
        return [logged for stored in self.services.values() for logged in logged_in(stored.definition, stored.commits)]

    @cached_property
    def events(self) -> Mapping[str, Event]:
        """Every event by its id."""
        return {logged.record.id: logged.event for logged in self.logged}

    @cached_property
    def skipped(self) -> frozenset[Position]:
        """Where the records stood that a person gave up."""
        kept = {
            (name, one.record.topic, one.record.partition, one.record.offset)
            for name, stored in self.services.items()
            for one in stored.skipped
        }
        return self.given_up | kept

    @cached_property
    def lost(self) -> frozenset[tuple[str, str]]:
        """(service, record id) of what a person gave up: what it said never comes to that service."""
        return frozenset((name, one.record.id) for name, stored in self.services.items() for one in stored.skipped)

    @cached_property
    def differing(self) -> frozenset[tuple[str, str]]:
        """(service, key) of complaints whose service may decide differently for a reason.

        The line is closed, or a record was given up.
        """
        lacking = {(name, one.record.key) for name, stored in self.services.items() for one in stored.skipped}
        return self.blocked | lacking

    @cached_property
    def blocked(self) -> frozenset[tuple[str, str]]:
        """(service, key) of the lines that are closed: what lies behind is neither lost nor applied."""
        return frozenset((name, record.key) for name, stored in self.services.items() for record in stored.parked)

    def excuses(self, name: str, logged: Logged) -> bool:
        """Return whether a service may lack an event: its line is closed, or just this event was given up."""
        return (name, logged.key) in self.blocked or (name, f"{logged.record.topic}/{logged.record.id}") in self.lost


@dataclass(frozen=True, slots=True)
class Finding:
    """What one invariant came to.

    Attributes:
        ok: nothing contradicts it; without evidence (`checked` 0) that says nothing.
        checked: how many things were looked at.
        findings: sentences, at most `MAX_FINDINGS` and one that counts the rest.
    """

    ok: bool
    checked: int
    findings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return it as commands print it."""
        return {"ok": self.ok, "checked": self.checked, "findings": list(self.findings)}


class Tally:
    """Collects what one check finds."""

    def __init__(self) -> None:
        self.checked = 0
        self._sentences: list[str] = []

    def looked(self, at: int = 1) -> None:
        """Count what was looked at."""
        self.checked += at

    def found(self, sentence: str) -> None:
        """Note what contradicts the invariant."""
        self._sentences.append(sentence)

    def finding(self) -> Finding:
        """Return the result."""
        shown = self._sentences[:MAX_FINDINGS]
        if len(self._sentences) > len(shown):
            shown.append(f"… and {len(self._sentences) - len(shown)} more.")
        return Finding(not self._sentences, self.checked, tuple(shown))

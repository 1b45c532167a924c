"""One stream during one batch: its state, what was decided, and the commit that comes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from shared.contracts.envelope import MAX_RECORD_BYTES
from shared.contracts.event import Event
from shared.eventsourcing.calls import KeyReused, Outcome, VersionConflict
from shared.eventsourcing.catalogue import Catalogue
from shared.eventsourcing.decider import UNPUBLISHED, Decider, Rule
from shared.store.port import Commit, Executed, Record, Snapshot


class Input(NamedTuple):
    """One thing to apply to one stream.

    Attributes:
        command: None where only the cursor moves.
        topic, seq: of the consumed event; an empty topic for commands of HTTP, the clock and fan-in.
    """

    stream: str
    command: object | None
    cause: str
    command_id: str = ""
    digest: str = ""
    expected: int | None = None
    topic: str = ""
    seq: int = 0
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The event was applied before."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The event came too early: `have` is the last sequence number applied."""

    have: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """An earlier event of this stream in the batch could not be applied."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The command could not be carried out; `error` says why."""

    error: Exception


TOO_LARGE: Final = Rule("too-large", "What this says is too large to pass on: {size} of at most {most} bytes.")
Result = Outcome | Duplicate | Gap | Blocked | Failed
DUPLICATE: Final = Duplicate()
BLOCKED: Final = Blocked()


@dataclass(frozen=True, slots=True)
class _Taken:
    """One event on its way into the commit: the state after it, its name, its bytes, and where it goes."""

    state: Any
    name: str
    data: bytes
    topics: Sequence[str]


class Session:
    """A loaded stream. `apply` decides in memory; `entry` is what to save; `saved` says that it was."""

    def __init__(
        self,
        decider: Decider[Any, Any],
        catalogue: Catalogue,
        snapshot: Snapshot,
        unpublished: Sequence[Commit],
    ) -> None:
        self._decider = decider
        self._catalogue = catalogue
        self._stream = snapshot.stream
        self._number = snapshot.number
        self._version = snapshot.version
        self._cursor = dict(snapshot.cursor)
        self._sequences = dict(snapshot.sequences)
        self._state: Any = decider.state.validate_json(snapshot.state) if snapshot.state else decider.initial
        self._prefix: Sequence[Commit] = unpublished
        self.executed: Mapping[str, Executed] = {}
        self._lags = False
        for commit in unpublished:
            if commit.number > self._number:
                self._replay(commit)
                self._lags = True
        self._begin()

    def _begin(self) -> None:
        self._base = self._version
        self._records: list[Record] = []
        self._commands: list[Executed] = []
        self._cause = ""
        self._traceparent = ""
        self._moved: dict[str, int] = {}

    def _replay(self, commit: Commit) -> None:
        for record in commit.records:
            self._sequences[record.topic] = record.seq
            if self._decider.owns(record.topic):
                self._state = self._decider.evolve(self._state, self._catalogue.read(record.type, record.data))
        for topic, seq in commit.cursor.items():
            self._cursor[topic] = max(seq, self._cursor.get(topic, 0))
        self._number, self._version = commit.number, commit.version

    def apply(self, inputs: Sequence[Input]) -> list[Result]:
        """Apply in order; one result each. After a consumed event that failed, later consumed ones are blocked."""
        results: list[Result] = []
        blocked = False
        for item in inputs:
            result: Result = BLOCKED if blocked and item.topic else self._apply(item)
            if isinstance(result, Failed) and item.topic:
                blocked = True
            results.append(result)
        return results

    def _apply(self, item: Input) -> Result:
        if item.topic:
            have = self._cursor.get(item.topic, 0)
            if item.seq <= have:
                return DUPLICATE
            if item.seq > have + 1:
                return Gap(have)
        known = self._known(item)
        return known if known is not None else self._decide(item)

    def _decide(self, item: Input) -> Result:
        if item.expected is not None and item.expected != self._version:
            return Failed(VersionConflict(item.expected, self._version))
        events: Sequence[Event] = ()
        taken: list[_Taken] = []
        if item.command is not None:
            try:
                events = self._decider.decide(self._state, item.command)
                taken = self._evolve(events)
            except Exception as error:  # noqa: BLE001 - one broken decision must not take the batch with it
                return Failed(error)
        self._take(item, taken)
        return Outcome(self._stream.partition("/")[2], self._version, events, repeated=False, state=self._state)

    def _evolve(self, events: Sequence[Event]) -> list[_Taken]:
        decider, state = self._decider, self._state
        taken: list[_Taken] = []
        for event in events:
            state = decider.evolve(state, event)
            data = event.__pydantic_serializer__.to_json(event)
            if len(data) > MAX_RECORD_BYTES:
                # Once committed it could never be sent, and everything behind it on its partition would wait for ever.
                raise TOO_LARGE.refusal(size=len(data), most=MAX_RECORD_BYTES)
            own = decider.topic if decider.published and not decider.log_only(state, event) else UNPUBLISHED
            taken.append(_Taken(state, type(event).type_name(), data, (own, *decider.audience(state, event))))
        return taken

    def _known(self, item: Input) -> Result | None:
        if not item.command_id:
            return None
        first = self.executed.get(item.command_id) or next(
            (done for done in self._commands if done.command_id == item.command_id), None
        )
        if first is None:
            return None
        if first.digest != item.digest:
            return Failed(KeyReused(item.command_id, first.stream))
        return Outcome(first.stream.partition("/")[2], first.version, (), repeated=True, state=self._state)

    def _take(self, item: Input, taken: Sequence[_Taken]) -> None:
        for one in taken:
            self._state = one.state
            self._version += 1
            number = f"{self._stream}:{self._version}"
            for topic in one.topics:
                seq = self._sequences.get(topic, 0) + 1
                self._sequences[topic] = seq
                self._records.append(Record(topic, seq, one.name, number, one.data, item.cause))
        if item.topic:
            self._cursor[item.topic] = self._moved[item.topic] = item.seq
        if item.command_id:
            self._commands.append(Executed(item.command_id, item.digest, self._stream, self._version))
        self._cause = self._cause or item.cause
        self._traceparent = self._traceparent or item.traceparent

    @property
    def passed(self) -> Mapping[str, int]:
        """Per consumed topic the last event since the last save; where there is no entry, they all changed nothing."""
        return self._moved

    def passed_on(self) -> None:
        """Take note that what was passed over is durable without a commit."""
        self._moved = {}

    @property
    def ended(self) -> bool:
        """Whether no event of another stream changes it any more."""
        return self._decider.is_terminal(self._state)

    @property
    def changed(self) -> bool:
        """Whether there is a commit to save; also where a crash left the stored state behind its commits."""
        return bool(self._records or self._commands or self._lags)

    def entry(self, now: datetime) -> tuple[Commit, Snapshot] | None:
        """Return what to save, decided at `now`; None where nothing changed but the cursor."""
        if not self.changed:
            return None
        commit = Commit(
            stream=self._stream,
            number=self._number + 1,
            expected=self._base,
            version=self._version,
            records=tuple(self._records),
            cursor=dict(self._cursor),
            commands=tuple(self._commands),
            cause=self._cause,
            traceparent=self._traceparent,
            at=now,
        )
        snapshot = Snapshot(
            stream=self._stream,
            number=commit.number,
            version=self._version,
            cursor=commit.cursor,
            sequences=dict(self._sequences),
            state=self._decider.state.dump_json(self._state),
            index=self._decider.index(self._state),
            next_due=self._decider.next_due(self._state),
            updated=now,
        )
        return commit, snapshot

    def saved(self, commit: Commit, snapshot: Snapshot) -> Sequence[Commit]:
        """Take note that the entry is durable; returns the older commits of the stream that nobody has published."""
        prefix, self._prefix = self._prefix, ()
        self._number = snapshot.number
        self._version = commit.version
        self._lags = False
        self._begin()
        return prefix

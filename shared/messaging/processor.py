"""Kafka's edge: a batch of records is applied, or durably parked, before it returns.

Permanent failures are parked at once, transient ones after three quick tries; an outage pauses without spending any
attempt. A parked record blocks its complaint's queue and nothing else. A gap is filled from the source.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.eventsourcing.engine import Engine
from shared.eventsourcing.failures import FailureKind, classify
from shared.eventsourcing.ports import Clock
from shared.eventsourcing.session import Blocked, Failed, Gap, Input, Result
from shared.messaging.parse import Poison, Raw, Read, Reader, Skipped, describe
from shared.messaging.sources import Source, SourceUnavailable, Want
from shared.store.port import Loaded, Parked, Snapshot, Store

QUICK_TRIES: Final = 3
DELAYS: Final = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800))
"""When a parked record is tried again; after the last one a person must act."""
_QUICK_PAUSE_SECONDS: Final = 0.05
_OUTAGE_PAUSE_SECONDS: Final = (0.1, 0.5, 1.0, 2.0)
OUTAGE_PATIENCE_SECONDS: Final = 60.0
"""Then the batch is handed back and comes again: who polls nothing for five minutes loses its partitions."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a record was not applied.

    Attributes:
        behind: it is sound, but its queue is blocked.
        away: it is sound, but its source does not answer; no attempt is spent.
    """

    reason: str
    permanent: bool = False
    behind: bool = False
    away: bool = False


class Processor:
    """Applies records through the engine."""

    def __init__(
        self, reader: Reader, engine: Engine, store: Store, clock: Clock, sources: Mapping[str, Source]
    ) -> None:
        self._reader = reader
        self._engine = engine
        self._store = store
        self._clock = clock
        self._sources = sources
        self.handled = 0
        self.skipped = 0
        self.parked = 0
        self.busy = 0
        self.outage = ""

    async def handle(self, raws: Sequence[Raw]) -> int:
        """Apply or park every record; returns how many were parked, and only when that is durable.

        Waits an outage out, for a while; a long one ends in the store's own error, and the batch must come again.
        """
        self.busy += 1
        try:
            return await self._outlast(raws)
        finally:
            self.busy -= 1

    async def _outlast(self, raws: Sequence[Raw]) -> int:
        tries = 0
        time = asyncio.get_running_loop().time
        give_back = time() + OUTAGE_PATIENCE_SECONDS
        while True:
            try:
                parked = await self._handle(raws)
            except Exception as error:
                if classify(error) is not FailureKind.OUTAGE:
                    raise
                self.outage = str(error)
                if time() > give_back:
                    raise
                log.warning("processing pauses: %s", error)
                await asyncio.sleep(_OUTAGE_PAUSE_SECONDS[min(tries, len(_OUTAGE_PAUSE_SECONDS) - 1)])
                tries += 1
            else:
                self.outage = ""
                return parked

    async def _handle(self, raws: Sequence[Raw]) -> int:
        now = self._clock.now()
        read = [self._reader.read(raw, now) for raw in raws]
        mine = [item for item in read if not isinstance(item, Skipped)]
        self.skipped += len(read) - len(mine)
        mine = await self._without_given_up(mine, [item for item in mine if isinstance(item, Poison)])
        if not mine:
            return 0
        queues = await self._store.parked(sorted({item.key for item in mine}))
        troubles = await self._attempt(mine, blocked=set(queues))
        failed = [(item, trouble) for item, trouble in zip(mine, troubles, strict=True) if trouble is not None]
        kept = await self._without_given_up([item for item, _ in failed], [i for i, t in failed if t.permanent])
        parked = [self._parked(item, trouble, now) for item, trouble in failed if item in kept]
        if parked:
            await self._store.park(parked)
            self.parked += len(parked)
            for record in parked:
                log.warning("parked %s of %s: %s", record.id, record.key, record.reason)
        self.handled += len(mine) - len(parked)
        return len(parked)

    async def _without_given_up(
        self, items: list[Read | Poison], suspects: Sequence[Read | Poison]
    ) -> list[Read | Poison]:
        """Return the items without those suspects that a person gave up before; these are passed over."""
        if not suspects:
            return items
        gone = await self._store.which_skipped([_id_of(item) for item in suspects])
        dropped = [item for item in suspects if _id_of(item) in gone]
        await self.pass_over([item.raw for item in dropped])
        return [item for item in items if item not in dropped]

    async def pass_over(self, raws: Sequence[Raw]) -> None:
        """Move the cursors over records that are given up, as far as their places are next; other bytes have none."""
        passed = [over for raw in raws if (over := self._reader.passing_over(raw)) is not None]
        await self._engine.submit(passed)

    async def known(self, items: Sequence[Read | Poison]) -> list[bool]:
        """Return per record whether all that it says was applied, or passed over, before."""
        parts = [self._reader.parts(item) for item in items]
        flat = [part for of in parts for part in of]
        ids = [part.command_id for part in flat if part.command_id]
        loaded = await self._store.load(list(dict.fromkeys(part.stream for part in flat if part.topic)), ids)

        def old(part: Input) -> bool:
            if part.topic:
                return part.seq <= cursor(loaded, part.stream).get(part.topic, 0)
            return part.command_id in loaded.executed

        return [
            all(map(old, of)) and (bool(of) or isinstance(item, Read)) for item, of in zip(items, parts, strict=True)
        ]

    async def retry(self, raw: Raw) -> Trouble | None:
        """Try one parked record again; None: it is applied."""
        item = self._reader.read(raw, self._clock.now())
        if isinstance(item, Skipped):
            return None
        return (await self._attempt([item], blocked=set()))[0]

    async def _attempt(self, items: Sequence[Read | Poison], blocked: set[str]) -> list[Trouble | None]:
        """Apply in order; per record None or its trouble. `blocked` are keys whose queue is closed already."""
        troubles: list[Trouble | None] = [None] * len(items)
        for tries in range(1, QUICK_TRIES + 1):
            todo = [at for at in range(len(items)) if tries == 1 or troubles[at] is not None]
            closed = set(blocked)
            batch: list[tuple[int, Read]] = []
            for at in todo:
                item = items[at]
                if item.key in closed:
                    troubles[at] = Trouble("waits behind an earlier record", behind=True)
                elif isinstance(item, Poison):
                    troubles[at] = Trouble(item.reason, permanent=True)
                    closed.add(item.key)
                else:
                    batch.append((at, item))
            await self._apply(batch, troubles)
            again = any(t is not None and not t.permanent and not t.behind for t in troubles)
            if not again or tries == QUICK_TRIES:
                break
            await asyncio.sleep(_QUICK_PAUSE_SECONDS * tries)
        return troubles

    async def _apply(self, batch: Sequence[tuple[int, Read]], troubles: list[Trouble | None]) -> None:
        results = await self._submit([item for _, item in batch])
        gaps = [(at, item, gap) for (at, item), found in zip(batch, results, strict=True) if (gap := _gap(found))]
        away: set[str] = set()
        if gaps:
            away = await self._fill([(item, gap) for _, item, gap in gaps])
            again = await self._submit([item for _, item, _ in gaps])
            filled = {at: found for (at, _, _), found in zip(gaps, again, strict=True)}
            results = [filled.get(at, found) for (at, _), found in zip(batch, results, strict=True)]
        for (at, item), found in zip(batch, results, strict=True):
            troubles[at] = _trouble(found, away=item.raw.topic in away)

    async def _submit(self, items: Sequence[Read]) -> list[list[Result]]:
        flat = await self._engine.submit([part for item in items for part in item.inputs])
        found: list[list[Result]] = []
        at = 0
        for item in items:
            found.append(flat[at : at + len(item.inputs)])
            at += len(item.inputs)
        return found

    async def _fill(self, gaps: Sequence[tuple[Read, Gap]]) -> set[str]:
        """Pull what is missing from the sources and apply it; what stays missing shows as a gap again.

        Returns the topics whose source does not answer.
        """
        away: set[str] = set()
        wanted: dict[tuple[str, str], Want] = {}
        for item, gap in gaps:
            topic, stream = item.raw.topic, item.envelope.stream
            wanted.setdefault((topic, stream), Want(topic=topic, stream=stream, after=gap.have))
        for topic in dict.fromkeys(topic for topic, _ in wanted):
            source = self._sources.get(topic)
            if source is None:
                continue
            try:
                copies = await source.pull([want for (of, _), want in wanted.items() if of == topic])
            except SourceUnavailable as error:
                log.warning("a gap stays open: %s", error)
                away.add(topic)
                continue
            now = self._clock.now()
            read = [self._reader.read(copy.raw(), now) for copy in copies]
            mine = [item for item in read if not isinstance(item, Skipped)]
            gone = await self._store.which_skipped([_id_of(item) for item in mine])
            await self._engine.submit([part for item in mine for part in self._parts(item, gone)])
        return away

    def _parts(self, item: Read | Poison, gone: set[str]) -> Sequence[Input]:
        """Return what a pulled record means: nothing where it cannot be read, only its place where it is given up."""
        if _id_of(item) in gone:
            over = self._reader.passing_over(item.raw)
            return [] if over is None else [over]
        return item.inputs if isinstance(item, Read) else ()

    def _parked(self, item: Read | Poison, trouble: Trouble, now: datetime) -> Parked:
        raw = item.raw
        return Parked(
            id=_id_of(item),
            key=item.key,
            position=0,  # the store gives it
            topic=raw.topic,
            partition=raw.partition,
            offset=raw.offset,
            headers=tuple((name, value or b"") for name, value in raw.headers),
            value=raw.value,
            reason=trouble.reason,
            permanent=trouble.permanent,
            attempts=0 if trouble.behind or trouble.away else 1,
            due=None if trouble.permanent else now if trouble.behind else now + DELAYS[0],
            at=now,
        )


def cursor(loaded: Loaded, stream: str) -> Mapping[str, int]:
    """Return the cursor of a loaded stream, also where a crash left the state behind its commits."""
    reached = dict(loaded.snapshots.get(stream, Snapshot(stream)).cursor)
    for commit in loaded.unpublished.get(stream, ()):
        reached |= {topic: max(seq, reached.get(topic, 0)) for topic, seq in commit.cursor.items()}
    return reached


def _id_of(item: Read | Poison) -> str:
    """Return the id under which a record is parked."""
    name = item.envelope.id if isinstance(item, Read) else item.name
    return f"{item.raw.topic}/{name or coordinates(item.raw)}"


def _gap(found: Sequence[Result]) -> Gap | None:
    return next((result for result in found if isinstance(result, Gap)), None)


def coordinates(raw: Raw) -> str:
    """Return a name for a record that has none; offsets alone begin anew with an embedded broker."""
    content = repr((raw.key, tuple(raw.headers), raw.value)).encode()
    return f"{raw.partition}/{raw.offset}/{hashlib.sha256(content).hexdigest()[:12]}"


def _trouble(found: Sequence[Result], *, away: bool) -> Trouble | None:
    for result in found:
        match result:
            case Gap(have):
                why = "its source does not answer" if away else "its source lacks it too"
                return Trouble(f"an earlier event is missing: the last one applied is {have}, and {why}", away=away)
            case Blocked():
                return Trouble("waits behind an earlier record", behind=True)
            case Failed(error):
                return Trouble(describe(error), permanent=classify(error) is FailureKind.PERMANENT)
            case _:
                continue
    return None

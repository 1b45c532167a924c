"""Compares each source's log with this service's cursors: a lost *last* event shows no gap."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from shared.eventsourcing.definition import Definition
from shared.eventsourcing.engine import MAX_BATCH
from shared.eventsourcing.failures import FailureKind, classify
from shared.eventsourcing.ports import Clock
from shared.messaging.parse import Reader
from shared.messaging.processor import Processor
from shared.messaging.sources import Head, Source, Want, pulled
from shared.store.port import Store

EVERY_SECONDS: Final = 15.0
FIRST_SECONDS: Final = 0.2
GRACE: Final = timedelta(seconds=30)
"""Events younger than this may still be on their way through Kafka."""
_PAGE: Final = 1_000
_LONGEST_PAUSE: Final = timedelta(minutes=8)


class _Hole(NamedTuple):
    """A position that was passed over empty: whoever took it may have stalled before inserting."""

    look: datetime
    pause: timedelta

    def later(self) -> _Hole:
        """Return the hole after another look that found nothing: the pause doubles."""
        return _Hole(self.look + 2 * self.pause, 2 * self.pause)


class AntiEntropy:
    """Looks at everything once, after the grace time, and pulls what never came.

    A position that was empty then is looked at again, less and less often, for a quarter of an hour. So long the mark
    stays before it, so that a restart begins there.

    Attributes:
        compared: everything was looked at since the start; until then something may be missing unnoticed.
    """

    def __init__(
        self,
        definition: Definition,
        reader: Reader,
        processor: Processor,
        store: Store,
        clock: Clock,
        sources: Mapping[str, Source],
        *,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._every_seconds = every_seconds
        self._name = definition.name
        self._topics = tuple(definition.sources)
        self._main = definition.main.kind if definition.main is not None else ""
        self._reader = reader
        self._processor = processor
        self._store = store
        self._clock = clock
        self._sources = sources
        self._reached: dict[str, int] = {}
        self._marked: dict[str, int] = {}
        self._holes: dict[str, dict[int, _Hole]] = {}
        self._log = logging.getLogger(__name__)
        self.pulled = 0
        self.compared = not sources

    async def run(self, *, at_once: bool = False) -> None:
        """Look until cancelled. `at_once`: first at all that is older than this process, whose broker began empty."""
        start = self._clock.now()
        pause = FIRST_SECONDS if at_once else self._every_seconds
        while True:
            await asyncio.sleep(pause)
            try:
                await self.look(start if at_once else self._clock.now() - GRACE)
            except Exception as error:
                if classify(error) is not FailureKind.OUTAGE:
                    raise
                self._log.info("anti-entropy of %s waits: %s", self._name, error)
            else:
                pause, at_once, self.compared = self._every_seconds, False, True

    async def start_over(self, topics: Iterable[str]) -> None:
        """Compare these topics from their beginning, also after a crash. Raises StoreUnavailable."""
        for topic in topics:
            await self._store.set_mark(_mark(topic), 0)
            self._reached.pop(topic, None)
            self._holes.pop(topic, None)

    async def look(self, before: datetime) -> int:
        """Compare everything from before an instant; returns how many events had to be pulled."""
        count = 0
        for topic in self._topics:
            if topic in self._sources:
                count += await self._topic(topic, before)
        self.pulled += count
        return count

    async def _topic(self, topic: str, before: datetime) -> int:
        holes = self._holes.setdefault(topic, {})
        if topic not in self._reached:
            self._reached[topic] = self._marked[topic] = await self._store.get_mark(_mark(topic))
        count, at = await self._late(topic, holes), self._reached[topic]
        while heads := await self._sources[topic].heads(at, _PAGE):
            # Up to the first young one: by machines whose clocks differ, an older one can stand behind it.
            old = list(itertools.takewhile(lambda head: head.at <= before, heads))
            if old:
                count += await self._compare(topic, [head for head in old if head.topic == topic])
                there, first = {head.position for head in old}, timedelta(seconds=self._every_seconds)
                empty = (position for position in range(at + 1, old[-1].position) if position not in there)
                look = self._clock.now() + first
                holes.update({position: _Hole(look, first) for position in itertools.islice(empty, _PAGE)})
                at = self._reached[topic] = old[-1].position
                await self._save(topic)
            if len(old) < len(heads):
                break
        await self._save(topic)
        return count

    async def _save(self, topic: str) -> None:
        mark = min((self._reached[topic] + 1, *self._holes[topic])) - 1
        if mark != self._marked[topic]:
            await self._store.set_mark(_mark(topic), mark)
            self._marked[topic] = mark

    async def _late(self, topic: str, holes: dict[int, _Hole]) -> int:
        """Look again at the positions that were empty; returns how many events had to be pulled."""
        now, count = self._clock.now(), 0
        for position, hole in sorted(holes.items()):
            if hole.look > now:
                continue
            heads = await self._sources[topic].heads(position - 1, 1)
            found = [head for head in heads if head.position == position]
            count += await self._compare(topic, [head for head in found if head.topic == topic])
            if found or hole.pause >= _LONGEST_PAUSE:
                del holes[position]
            else:
                holes[position] = hole.later()
        return count

    async def _compare(self, topic: str, heads: Sequence[Head]) -> int:
        wants = {head.stream: 0 for head in heads if self._reader.fans_in(topic, _kind(head), head.types)}
        last = {head.stream: head.seq for head in heads if self._reader.tracks(topic, _kind(head))}
        mine = {stream: f"{self._main}/{stream.partition('/')[2]}" for stream in last}
        found = (await self._store.load(list(mine.values()))).snapshots
        for stream, seq in last.items():
            snapshot = found.get(mine[stream])
            have = snapshot.cursor.get(topic, 0) if snapshot is not None else 0
            if have < seq:
                wants[stream] = min(have, wants.get(stream, have))
        if not wants:
            return 0
        wanted = [Want(topic=topic, stream=stream, after=after) for stream, after in wants.items()]
        count = 0
        async for raws in pulled(self._sources[topic], wanted, MAX_BATCH):
            await self._processor.handle(raws)
            count += len(raws)
        return count


def _kind(head: Head) -> str:
    return head.stream.partition("/")[0]


def _mark(topic: str) -> str:
    return f"antientropy/{topic}"

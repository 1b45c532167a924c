"""Reading other services' logs again because a person says so: what this service lacks is applied, nothing twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from pydantic import BaseModel

from shared.eventsourcing.definition import Definition
from shared.eventsourcing.engine import MAX_BATCH
from shared.eventsourcing.ports import Clock
from shared.messaging.parse import Raw, Reader, Skipped
from shared.messaging.processor import Processor
from shared.messaging.sources import Head, Source, Want, pulled
from shared.web.problems import Invalid

_PAGE: Final = 500


class Selection(NamedTuple):
    """What to read again: what was decided at or after an instant, or what is about one complaint; neither: all."""

    since: datetime | None = None
    complaint: str = ""


class Replayed(BaseModel):
    """What one step came to.

    Attributes:
        read: events of concern that were read; the sum of the next three.
        applied: of them those that were lacking, and are applied now.
        already: those that were known.
        parked: those that wait now, because they or an earlier one cannot be applied.
        next: where the next step begins; empty when this was the last one.
    """

    read: int
    applied: int
    already: int
    parked: int
    next: str


class _Stretch(NamedTuple):
    """The part of a stream that one step reads: sequences above `after` and up to `last`; None: to its end."""

    after: int
    last: int | None


class Replay:
    """Goes through the logs of all sources of a service, a page a step."""

    def __init__(
        self,
        definition: Definition,
        reader: Reader,
        processor: Processor,
        clock: Clock,
        sources: Mapping[str, Source],
    ) -> None:
        self._topics = [topic for topic in definition.sources if topic in sources]
        self._reader = reader
        self._processor = processor
        self._clock = clock
        self._sources = sources

    async def step(self, selection: Selection, after: str = "") -> Replayed:
        """Read one page again, from `next` of the step before on.

        Raises:
            Invalid: `after` is no such place.
            SourceUnavailable, StoreUnavailable: nothing is lost; the step may be repeated.
        """
        topic, position = self._place(after)
        if not topic:
            return Replayed(read=0, applied=0, already=0, parked=0, next="")
        source = self._sources[topic]
        if selection.complaint:
            heads: list[Head] = []
            streams = {f"{kind}/{selection.complaint}": _Stretch(0, None) for kind in self._reader.kinds(topic)}
        else:
            heads = await source.heads(position, _PAGE)
            streams = _stretches([head for head in heads if head.topic == topic], selection.since)
        found = await self._page(topic, streams)
        found.next = f"{topic}@{heads[-1].position}" if heads else self._following(topic)
        return found

    def _place(self, after: str) -> tuple[str, int]:
        topic, _, position = (after or self._following("")).rpartition("@")
        if topic and (topic not in self._topics or not position.isdecimal() or len(position) > 18):
            raise Invalid([("after", "is not the next of an earlier answer; leave it out to begin")])
        return topic, int(position or 0)

    def _following(self, topic: str) -> str:
        at = self._topics.index(topic) + 1 if topic else 0
        return f"{self._topics[at]}@0" if at < len(self._topics) else ""

    async def _page(self, topic: str, streams: Mapping[str, _Stretch]) -> Replayed:
        found = Replayed(read=0, applied=0, already=0, parked=0, next="")
        wants = [Want(topic=topic, stream=stream, after=part.after) for stream, part in streams.items()]
        if wants:
            async for raws in pulled(self._sources[topic], wants, MAX_BATCH):
                await self._batch(raws, streams, found)
        return found

    async def _batch(self, raws: Sequence[Raw], streams: Mapping[str, _Stretch], found: Replayed) -> None:
        now = self._clock.now()
        items = [
            item
            for raw in raws
            if _within(raw, streams) and not isinstance(item := self._reader.read(raw, now), Skipped)
        ]
        known = await self._processor.known(items)
        lacking = [item.raw for item, old in zip(items, known, strict=True) if not old]
        parked = await self._processor.handle(lacking)
        found.read += len(items)
        found.already += len(items) - len(lacking)
        found.parked += parked
        found.applied += len(lacking) - parked


def _stretches(heads: Sequence[Head], since: datetime | None) -> dict[str, _Stretch]:
    found: dict[str, _Stretch] = {}
    for head in heads:
        if since is None or head.at >= since:
            first = found.get(head.stream, _Stretch(head.seq - len(head.types), None))
            found[head.stream] = _Stretch(first.after, head.seq)
    return found


def _within(raw: Raw, streams: Mapping[str, _Stretch]) -> bool:
    """Whether a copy belongs to this step: what was said after its page is read by a later one."""
    headers = dict(raw.headers)
    stream, sequence = headers["ce_id"].decode().rpartition(":")[0], int(headers["ce_sequence"])
    last = streams[stream].last
    return last is None or sequence <= last

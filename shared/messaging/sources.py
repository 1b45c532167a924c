"""Asking a source for what the broker did not bring: lost messages, and a lost last message, which shows no gap."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import httpx
from pydantic import BaseModel

from shared.messaging.parse import Raw
from shared.messaging.relay import in_envelopes
from shared.store.port import MAX_PAGE, Commit, Store


class SourceUnavailable(ConnectionError):
    """The source service does not answer; the message names it and its address."""


class Want(BaseModel):
    """Which events are missing: those of a stream on a topic with a sequence above `after`.

    An empty topic: the stream's events that stand in the log only.
    """

    topic: str
    stream: str
    after: int


class Head(BaseModel):
    """Up to where a source's log goes: the last sequence of a stream on a topic at a log position."""

    position: int
    topic: str
    stream: str
    seq: int
    types: list[str]
    at: datetime


class Copy(BaseModel):
    """A record as the source publishes it; text instead of bytes because it is JSON."""

    topic: str
    key: str
    value: str
    headers: list[tuple[str, str]]

    def raw(self) -> Raw:
        """Return it as if the broker had brought it."""
        headers = tuple((name, value.encode()) for name, value in self.headers)
        return Raw(self.topic, -1, -1, self.key.encode(), self.value.encode(), headers)


class Source(Protocol):
    """One service's log, as others may read it."""

    async def pull(self, wants: Sequence[Want]) -> list[Copy]:
        """Return the wanted events, in order per stream."""
        ...

    async def heads(self, after: int, limit: int = 1_000) -> list[Head]:
        """Return heads in log order after a position."""
        ...


async def pulled(source: Source, wants: Sequence[Want], size: int) -> AsyncIterator[list[Raw]]:
    """Yield the wanted events as if the broker had brought them, at most `size` at a time, in order per stream.

    All at once would keep whoever waits for the reading service waiting for seconds.
    """
    copies = await source.pull(wants)
    for at in range(0, len(copies), size):
        yield [copy.raw() for copy in copies[at : at + size]]


class StoreSource:
    """A service's own log, read from its store; the HTTP edge and single-process tests stand on it."""

    def __init__(self, source: str, store: Store) -> None:
        self._source = source
        self._store = store

    async def pull(self, wants: Sequence[Want]) -> list[Copy]:
        """Return the wanted events, in order per stream."""
        copies: list[Copy] = []
        after: dict[str, dict[str, int]] = {}
        for want in wants:
            after.setdefault(want.stream, {})[want.topic] = want.after
        for stream, topics in after.items():
            for commit in await self._history(stream):
                wanted = [one for one in commit.records if one.topic in topics and one.seq > topics[one.topic]]
                for found in in_envelopes(self._source, commit, wanted):
                    headers = [(name, value.decode()) for name, value in found.headers]
                    copy = Copy(topic=found.topic, key=found.key.decode(), value=found.value.decode(), headers=headers)
                    copies.append(copy)
        return copies

    async def _history(self, stream: str) -> list[Commit]:
        commits: list[Commit] = []
        while page := await self._store.history(stream, after=commits[-1].number if commits else 0):
            commits += page
            if len(page) < MAX_PAGE:
                break
        return commits

    async def heads(self, after: int, limit: int = 1_000) -> list[Head]:
        """Return heads in log order after a position."""
        found: list[Head] = []
        for position, commit in await self._store.log(after=after, limit=limit):
            last: dict[str, int] = {}
            types: dict[str, list[str]] = {}
            for record in commit.outgoing:
                last[record.topic] = record.seq
                types.setdefault(record.topic, []).append(record.type)
            found += [
                Head(position=position, topic=topic, stream=commit.stream, seq=seq, types=types[topic], at=commit.at)
                for topic, seq in last.items()
            ] or [Head(position=position, topic="", stream=commit.stream, seq=0, types=[], at=commit.at)]
        return found


class HttpSource:
    """Another service's log over its HTTP edge."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")

    async def pull(self, wants: Sequence[Want]) -> list[Copy]:
        """Return the wanted events, in order per stream."""
        body = [want.model_dump() for want in wants]
        answer = await self._ask("POST", "/log/pull", json=body)
        return [Copy.model_validate(item) for item in answer]

    async def heads(self, after: int, limit: int = 1_000) -> list[Head]:
        """Return heads in log order after a position."""
        answer = await self._ask("GET", "/log/heads", params={"after": after, "limit": limit})
        return [Head.model_validate(item) for item in answer]

    async def _ask(self, method: str, path: str, **how: object) -> list[dict[str, object]]:
        try:
            response = await self._client.request(method, self._url + path, **how)  # type: ignore[arg-type]
            response.raise_for_status()
        except httpx.HTTPError as error:
            msg = f"{self._url}{path} does not answer: {error!r}"
            raise SourceUnavailable(msg) from error
        found: list[dict[str, object]] = response.json()
        return found


Sources = Mapping[str, Source]
"""Topic to the source that owns it."""


def by_topic(owners: Mapping[str, str], services: Mapping[str, Source]) -> dict[str, Source]:
    """Return the source of each topic from its owner and the source of each service."""
    return {topic: services[owner] for topic, owner in owners.items() if owner in services}

"""Which of the parked records an operator means, and what they are parked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.store.port import Parked

_OWN_NUMBER: Final = re.compile(r"(?<=\s)\d+")


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter; what is empty or None lets everything through.

    Attributes:
        complaint: the key of the queue.
        topic: where the record came from.
        reason: words that the reason contains, in any case.
        cause: what `cause_of` gives.
        permanent: only those that a person must decide on, or only the others.
        heads: only the first record of each queue.
    """

    complaint: str = ""
    topic: str = ""
    reason: str = ""
    cause: str = ""
    permanent: bool | None = None
    heads: bool = False

    def takes(self, record: Parked, *, head: bool) -> bool:
        """Return whether a record is meant."""
        return (
            (not self.heads or head)
            and self.complaint in ("", record.key)
            and self.topic in ("", record.topic)
            and self.reason.casefold() in record.reason.casefold()
            and self.cause in ("", cause_of(record))
            and self.permanent in (None, record.permanent)
        )


def cause_of(record: Parked) -> str:
    """Return the reason without the numbers that are the record's own: equal for all that one fix would help."""
    return _OWN_NUMBER.sub("…", record.reason)


@dataclass(frozen=True, slots=True)
class Group:
    """The parked records of one cause: how many, in how many queues, since when, and the id of the first."""

    cause: str
    records: int
    permanent: int
    complaints: int
    since: datetime
    example: str


def counted(records: Iterable[Parked]) -> list[Group]:
    """Return the groups by cause, the largest first."""
    groups: dict[str, list[Parked]] = {}
    for record in records:
        groups.setdefault(cause_of(record), []).append(record)
    found = [_group(cause, members) for cause, members in groups.items()]
    return sorted(found, key=lambda group: (-group.records, group.cause))


def _group(cause: str, members: Sequence[Parked]) -> Group:
    return Group(
        cause=cause,
        records=len(members),
        permanent=sum(record.permanent for record in members),
        complaints=len({record.key for record in members}),
        since=min(record.at for record in members),
        example=members[0].id,
    )


@dataclass(frozen=True, slots=True)
class Queued:
    """A parked record in its queue: the head (itself, where it is the first), and what waits behind it."""

    record: Parked
    head: Parked
    behind: Sequence[Parked]

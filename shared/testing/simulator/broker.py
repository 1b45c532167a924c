"""A broker in memory: partitions, groups, offsets, rebalances, and all the ways in which a send can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from random import Random
from zlib import crc32

from shared.messaging.outgoing import OutgoingRecord
from shared.messaging.parse import Raw
from shared.testing.simulator.weather import Sent, Weather

PARTITIONS = 2
TopicPartition = tuple[str, int]
"""A topic and one of its partitions."""


def partition_of(topic: str, key: bytes) -> TopicPartition:
    """Return where a key's records go."""
    return topic, crc32(key) % PARTITIONS


class SimBroker:
    """Keeps everything that was ever appended.

    Attributes:
        log: per partition its records; the index is the offset.
        hidden: (topic, partition, offset) of records that were acknowledged and that no consumer ever gets.
        committed: per (group, topic, partition) the offset a new member starts at.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.log: dict[TopicPartition, list[Raw]] = {}
        self.hidden: set[tuple[str, int, int]] = set()
        self.committed: dict[tuple[str, str, int], int] = {}
        self._members: dict[str, list[Member]] = {}

    def append(self, topic: str, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes]]) -> Raw:
        """Take one record; wakes who reads it."""
        partition = partition_of(topic, key)
        records = self.log.setdefault(partition, [])
        raw = Raw(topic, partition[1], len(records), key, value, tuple(headers))
        records.append(raw)
        for members in self._members.values():
            for member in members:
                if partition in member.assigned:
                    member.wake.set()
        return raw

    def join(self, group: str, topics: Iterable[str]) -> Member:
        """Add a member to a group; the group's partitions are shared out again."""
        member = Member(self, group, [(topic, number) for topic in topics for number in range(PARTITIONS)], self._rng)
        self._members.setdefault(group, []).append(member)
        self.rebalance(group)
        return member

    def leave(self, member: Member) -> None:
        """Take a member out. It is not told: until it ends it reads on, but commits nothing any more."""
        if member in self._members[member.group]:
            self._members[member.group].remove(member)
            member.fenced = True
            self.rebalance(member.group)

    def rebalance(self, group: str) -> None:
        """Share the group's partitions out anew; who gets one starts where the group last committed."""
        members = self._members.get(group, [])
        if not members:
            return
        for partition in members[0].partitions:
            owner = members[int(self._rng.random() * len(members))]
            for member in members:
                if member is not owner:
                    member.assigned.pop(partition, None)
                elif partition not in member.assigned or self._rng.random() < 0.3:
                    member.assigned[partition] = self.committed.get((group, *partition), 0)
        for member in members:
            member.wake.set()

    def lag(self, group: str, topics: Iterable[str]) -> int:
        """Return how many records the group has not committed."""
        behind = 0
        for topic in topics:
            for number in range(PARTITIONS):
                records = self.log.get((topic, number), ())
                start = self.committed.get((group, topic, number), 0)
                behind += sum((topic, number, offset) not in self.hidden for offset in range(start, len(records)))
        return behind

    def records(self) -> list[Raw]:
        """Return everything, partition by partition from offset 0."""
        return [raw for partition in sorted(self.log) for raw in self.log[partition]]


class Member:
    """One consumer of a group."""

    def __init__(self, broker: SimBroker, group: str, partitions: Sequence[TopicPartition], rng: Random) -> None:
        self._broker = broker
        self._rng = rng
        self.group = group
        self.partitions = partitions
        self.assigned: dict[TopicPartition, int] = {}
        self.wake = asyncio.Event()
        self.fenced = False

    def poll(self, most: int) -> list[Raw]:
        """Return the next records of some partitions, in order within each, and go past them."""
        batch: list[Raw] = []
        partitions = list(self.assigned)
        self._rng.shuffle(partitions)
        for partition in partitions:
            position = self.assigned[partition]
            records = self._broker.log.get(partition)
            if not records or position >= len(records) or len(batch) >= most:
                continue
            taken = records[position : position + most - len(batch)]
            self.assigned[partition] = position + len(taken)
            batch += [raw for raw in taken if (*partition, raw.offset) not in self._broker.hidden]
        return batch

    def commit(self, batch: Sequence[Raw]) -> None:
        """Commit what a batch reached, where the partition is still this member's; the broker refuses old members."""
        if self.fenced:
            return
        for raw in batch:
            if (raw.topic, raw.partition) in self.assigned:
                key = (self.group, raw.topic, raw.partition)
                self._broker.committed[key] = max(self._broker.committed.get(key, 0), raw.offset + 1)

    def rewind(self, batch: Sequence[Raw]) -> None:
        """Go back to the first records of a batch."""
        for raw in reversed(batch):
            if (raw.topic, raw.partition) in self.assigned:
                self.assigned[raw.topic, raw.partition] = raw.offset


class SimPublisher:
    """One process's way to the broker (`shared.messaging.relay.Publisher`)."""

    def __init__(self, broker: SimBroker, weather: Weather) -> None:
        self._broker = broker
        self._weather = weather

    async def publish(self, records: Sequence[OutgoingRecord]) -> list[bool]:
        """Send; within one partition nothing after the first failure is sent."""
        await self._weather.pause()
        acknowledged = [False] * len(records)
        failed: set[TopicPartition] = set()
        for index, record in enumerate(records):
            partition = partition_of(record.topic, record.key)
            if partition in failed:
                continue
            fate = self._weather.sending(record.topic, record.key)
            if fate is Sent.REFUSED:
                failed.add(partition)
                continue
            raw = self._broker.append(record.topic, record.key, record.value, record.headers)
            if fate is Sent.TWICE:
                self._broker.append(record.topic, record.key, record.value, record.headers)
            elif fate is Sent.HIDDEN:
                self._broker.hidden.add((raw.topic, raw.partition, raw.offset))
            if fate is Sent.UNANSWERED:
                failed.add(partition)
            else:
                acknowledged[index] = True
        await asyncio.sleep(0)
        return acknowledged

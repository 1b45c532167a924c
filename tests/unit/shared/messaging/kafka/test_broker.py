from __future__ import annotations

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from shared.messaging.kafka.broker import _Batch

HERE = TopicPartition("complaints.intake.v1", 0)
THERE = TopicPartition("complaints.intake.v1", 1)


class Member:
    """The part of aiokafka's consumer that a batch uses, refusing what is not assigned as the real one does."""

    def __init__(self, *assigned: TopicPartition) -> None:
        self.assigned = set(assigned)
        self.commits: list[dict[TopicPartition, int]] = []
        self.seeks: dict[TopicPartition, int] = {}
        self.group_moved_on = False

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if not offsets:
            raise ValueError(offsets)
        if not offsets.keys() <= self.assigned:
            raise IllegalStateError(offsets)
        if self.group_moved_on:
            raise CommitFailedError
        self.commits.append(offsets)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition not in self.assigned:
            raise IllegalStateError(partition)
        self.seeks[partition] = offset


def batch_of(member: Member) -> _Batch:
    places = [(HERE, 7), (HERE, 8), (HERE, 9), (THERE, 3), (THERE, 5)]
    records = tuple(
        ConsumerRecord(at.topic, at.partition, offset, 0, 0, b"c", b"{}", None, 1, 2, ()) for at, offset in places
    )
    return _Batch(raw_message=records, body=records, consumer=member)


class TestWhenABatchIsAcknowledged:
    async def test_each_partition_is_committed_behind_its_last_record(self) -> None:
        member = Member(HERE, THERE)
        await batch_of(member).ack()
        assert member.commits == [{HERE: 10, THERE: 6}]

    async def test_twice_it_is_committed_once(self) -> None:
        member = Member(HERE, THERE)
        batch = batch_of(member)
        await batch.ack()
        await batch.ack()
        assert len(member.commits) == 1

    async def test_a_partition_that_was_taken_away_does_not_keep_the_others_uncommitted(self) -> None:
        member = Member(THERE)
        await batch_of(member).ack()
        assert member.commits == [{THERE: 6}]

    async def test_with_all_partitions_taken_away_nothing_is_committed(self) -> None:
        member = Member()
        await batch_of(member).ack()
        assert member.commits == []

    async def test_a_group_that_moved_on_is_no_failure(self) -> None:
        member = Member(HERE, THERE)
        member.group_moved_on = True
        await batch_of(member).ack()
        assert member.commits == []


class TestWhenABatchIsRefused:
    async def test_each_partition_is_rewound_to_its_first_record(self) -> None:
        member = Member(HERE, THERE)
        await batch_of(member).nack()
        assert member.seeks == {HERE: 7, THERE: 3}

    @pytest.mark.parametrize(("taken", "left", "first"), [(HERE, THERE, 3), (THERE, HERE, 7)])
    async def test_a_partition_that_was_taken_away_does_not_keep_the_others_from_being_rewound(
        self, taken: TopicPartition, left: TopicPartition, first: int
    ) -> None:
        member = Member(HERE, THERE)
        member.assigned.remove(taken)
        await batch_of(member).nack()
        assert member.seeks == {left: first}

    async def test_rejecting_rewinds_too(self) -> None:
        member = Member(HERE, THERE)
        await batch_of(member).reject()
        assert member.seeks == {HERE: 7, THERE: 3}
        assert member.commits == []

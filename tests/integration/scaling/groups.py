"""What the broker knows of a service's consumer group, and what an import of the past looks like."""

from __future__ import annotations

import time

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from services import definition_of
from shared.eventsourcing.ports import RandomIds
from shared.verification import Request
from tests.engine.services import Served

PAST = {"channel": "import", "text": "The box was damaged.", "language": "en", "historic": True}
_LOOK_SECONDS = 0.1


def register(intake: Served, first: int, count: int) -> list[Request]:
    """Let intake register so many complaints of the past; returns what was asked."""
    keys = [f"{n}" for n in range(first, first + count)]
    items = [{"idempotency_key": key, "complaint": PAST} for key in keys]
    answer = intake.http.post("/complaints/bulk", json=items)
    assert answer.is_success, answer.text
    complaints = [(RandomIds().derived(f"intake:{key}"), key) for key in keys]
    return [Request(f"complaint/{complaint}:{key}", "accepted", complaint) for complaint, key in complaints]


def committed(admin: AdminClient, service: str) -> dict[tuple[str, int], int]:
    """Up to where the group of a service has handled each topic and partition."""
    (answer,) = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(service)]).values()
    return {(at.topic, at.partition): max(0, at.offset) for at in answer.result(30).topic_partitions}


def lag(admin: AdminClient, service: str) -> int:
    """How many records of its topics the group of a service has not committed yet."""
    handled = committed(admin, service)
    there = admin.list_topics(timeout=30).topics
    wanted = {
        TopicPartition(n, at): OffsetSpec.latest() for n in definition_of(service).sources for at in there[n].partitions
    }
    ends = {(at.topic, at.partition): done.result(30).offset for at, done in admin.list_offsets(wanted).items()}
    return sum(end - handled.get(at, 0) for at, end in ends.items())


def assignments(admin: AdminClient, service: str) -> dict[str, set[int]]:
    """Which partitions each named member of a service's group has."""
    time.sleep(_LOOK_SECONDS)
    group = admin.describe_consumer_groups([service])[service].result(30)
    return {
        str(member.group_instance_id): {at.partition for at in member.assignment.topic_partitions}
        for member in group.members
    }

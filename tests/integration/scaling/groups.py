"""What the broker knows of a service's consumer group, and what an import of the past looks like."""

from __future__ import annotations

import time
from pathlib import Path

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from shared.contracts.topics import read_by
from tests.engine.services import Served, Site

PAST = {"channel": "import", "text": "The box was damaged.", "language": "en", "historic": True}
_LOOK_SECONDS = 0.1


def on_files(folder: Path, bootstrap: str) -> Site:
    """Return a site whose stores are files in a folder."""
    return Site(folder, bootstrap, lambda service: f"sqlite:///{folder / service}.sqlite3")


def register(intake: Served, first: int, count: int) -> list[str]:
    """Let intake register so many complaints of the past; returns their keys."""
    keys = [f"{n}" for n in range(first, first + count)]
    items = [{"idempotency_key": key, "complaint": PAST} for key in keys]
    answer = intake.http.post("/complaints/bulk", json=items)
    assert answer.is_success, answer.text
    return keys


def lag(admin: AdminClient, service: str) -> int:
    """How many records of its topics the group of a service has not committed yet."""
    (answer,) = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(service)]).values()
    committed = {(at.topic, at.partition): at.offset for at in answer.result(30).topic_partitions}
    there = admin.list_topics(timeout=30).topics
    asked = {TopicPartition(n, at): OffsetSpec.latest() for n in read_by(service) for at in there[n].partitions}
    ends = {(at.topic, at.partition): done.result(30).offset for at, done in admin.list_offsets(asked).items()}
    return sum(end - max(0, committed.get(at, 0)) for at, end in ends.items())


def assignments(admin: AdminClient, service: str) -> dict[str, set[int]]:
    """Which partitions each named member of a service's group has."""
    time.sleep(_LOOK_SECONDS)
    group = admin.describe_consumer_groups([service])[service].result(30)
    return {
        str(member.group_instance_id): {at.partition for at in member.assignment.topic_partitions}
        for member in group.members
    }

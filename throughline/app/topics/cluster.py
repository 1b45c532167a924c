"""A broker's topics: how they differ from what is declared, and bringing them to it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from throughline.app.topics.declared import Topic

_ANSWER_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.05
_FOR_GOOD: Final = "a number of partitions is final: keep it, or declare a new topic version and move its readers there"
_NOT_HERE: Final = (
    "move its replicas with kafka-reassign-partitions.sh, or name the number that there is by --replication"
)


class ClusterUnusable(Exception):
    """The broker does not answer or does not allow it; the message says which broker and why."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a topic that is not as declared."""

    topic: str
    name: str
    has: str
    should: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A difference that is not corrected automatically; `advice` says what to do."""

    topic: str
    wrong: str
    advice: str

    def __str__(self) -> str:
        return f"{self.topic} {self.wrong}; {self.advice}"


@dataclass(slots=True)
class Difference:
    """The differences between a broker and the declaration; false when there are none."""

    missing: list[Topic] = field(default_factory=list[Topic])
    settings: list[Setting] = field(default_factory=list[Setting])
    refused: list[Refusal] = field(default_factory=list[Refusal])

    def __bool__(self) -> bool:
        return bool(self.missing or self.settings or self.refused)


class Cluster:
    """One broker, or the cluster that it belongs to."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._at = bootstrap_servers
        self._admin: Any = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})

    def difference(self, topics: Sequence[Topic]) -> Difference:
        """Return how the broker differs. Raises ClusterUnusable."""
        there = self._topics()
        found = Difference(missing=[topic for topic in topics if topic.name not in there])
        kept: list[Topic] = []
        for topic in (topic for topic in topics if topic.name in there):
            partitions = there[topic.name].partitions
            copies = {len(one.replicas) for one in partitions.values()}
            if len(partitions) != topic.partitions:
                wrong = f"has {len(partitions)} partitions, should have {topic.partitions}"
                found.refused.append(Refusal(topic.name, wrong, _FOR_GOOD))
            elif copies != {topic.replication}:
                wrong = f"has {'/'.join(map(str, sorted(copies)))} replicas, should have {topic.replication}"
                found.refused.append(Refusal(topic.name, wrong, _NOT_HERE))
            kept.append(topic)
        found.settings = self._settings(kept)
        return found

    def _settings(self, topics: Sequence[Topic]) -> list[Setting]:
        if not topics:
            return []
        resources = {ConfigResource(ResourceType.TOPIC, topic.name): topic for topic in topics}
        answers = self._admin.describe_configs(list(resources), request_timeout=_ANSWER_SECONDS)
        found: list[Setting] = []
        for resource, answer in answers.items():
            has, topic = self._result(answer), resources[resource]
            for name, should in topic.settings.items():
                value = str(has[name].value) if name in has else "unknown to this broker"
                if value != should:
                    found.append(Setting(topic.name, name, value, should))
        return found

    def close(self, difference: Difference) -> None:
        """Create what is missing and set what differs; what was refused stays. Raises ClusterUnusable."""
        if difference.missing:
            wanted = [
                NewTopic(
                    one.name,
                    num_partitions=one.partitions,
                    replication_factor=one.replication,
                    config=dict(one.settings),
                )
                for one in difference.missing
            ]
            self._wait(self._admin.create_topics(wanted, request_timeout=_ANSWER_SECONDS).values())
            self._wait_until_known({one.name for one in difference.missing})
        by_topic: dict[str, list[Setting]] = {}
        for setting in difference.settings:
            by_topic.setdefault(setting.topic, []).append(setting)
        if by_topic:
            resources = [
                ConfigResource(ResourceType.TOPIC, name, incremental_configs=[_set(one) for one in settings])
                for name, settings in by_topic.items()
            ]
            self._wait(self._admin.incremental_alter_configs(resources, request_timeout=_ANSWER_SECONDS).values())
            self._wait_until_set(difference.settings)

    def _wait_until_known(self, names: set[str]) -> None:
        # The controller knows them at once, a broker a moment later; a service that starts in between would miss them.
        give_up = time.monotonic() + _ANSWER_SECONDS
        while time.monotonic() < give_up and names - self._topics().keys():
            time.sleep(_LOOK_SECONDS)

    def _wait_until_set(self, settings: Sequence[Setting]) -> None:
        wanted = [Topic(one.topic, 0, 0, {one.name: one.should}) for one in settings]
        give_up = time.monotonic() + _ANSWER_SECONDS
        while time.monotonic() < give_up and any(self._settings([one]) for one in wanted):
            time.sleep(_LOOK_SECONDS)

    def _topics(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._admin.list_topics(timeout=_ANSWER_SECONDS).topics
        except KafkaException as error:
            raise self._unusable(error) from error
        return found

    def _wait(self, answers: Iterable[Future[Any]]) -> None:
        for answer in answers:
            self._result(answer)

    def _result(self, answer: Future[Any]) -> Any:  # noqa: ANN401 - whatever was asked for
        try:
            return answer.result(_ANSWER_SECONDS)
        except (KafkaException, TimeoutError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> ClusterUnusable:
        why = error.args[0].str() if isinstance(error, KafkaException) else "no answer in time"
        return ClusterUnusable(f"the broker {self._at} did not do it: {why}; look at the address and at what it allows")


def _set(setting: Setting) -> ConfigEntry:
    return ConfigEntry(setting.name, setting.should, incremental_operation=AlterConfigOpType.SET)

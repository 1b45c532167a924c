"""`throughline topics apply` against the broker of this run; the topics are this test's own."""

from pathlib import Path

import pytest
import yaml

from services import owners
from shared.contracts.topics import INTAKE, SUMMARIES, department_topic
from shared.packaged import TOPICS
from tests.component.cli.running import Ran, command
from tests.engine.choice import Engine
from throughline.app.topics.cluster import Cluster, Difference
from throughline.app.topics.declared import Topic, declared, read


def apply(bare: Engine, *options: object) -> Ran:
    return command("topics", "apply", "--broker", bare.bootstrap, "--replication", 1, *options)


def with_six_partitions(path: Path) -> Path:
    text = yaml.safe_load(TOPICS.read_text(encoding="utf-8"))
    text["partitions"] = 6
    path.write_text(yaml.safe_dump(text), encoding="utf-8")
    return path


class TestOnAnEmptyBroker:
    def test_it_shows_first_then_creates_and_then_has_nothing_to_do(self, bare: Engine) -> None:
        shown = apply(bare, "--dry-run")
        assert shown.code == 1
        assert f"+ {INTAKE}: 12 partitions, replication 1" in shown.out
        assert INTAKE not in bare.topics()
        assert apply(bare).code == 0
        there = bare.admin.list_topics(timeout=30).topics
        assert {*owners(), department_topic("carrier")} <= there.keys()
        assert {len(there[name].partitions) for name in owners()} == {12}
        again = apply(bare, "--json")
        assert again.json == {"topics": 13, "missing": [], "settings": [], "refused": [], "applied": False}


class TestOnABrokerThatDiffers:
    def test_a_setting_is_shown_and_set(self, bare: Engine) -> None:
        wanted = declared(read(TOPICS), ["carrier"], 1)
        mine = next(topic for topic in wanted if topic.name == SUMMARIES)
        cluster = Cluster(bare.bootstrap)
        cluster.close(Difference(missing=[Topic(mine.name, 12, 1, {**mine.settings, "cleanup.policy": "delete"})]))
        done = apply(bare)
        assert (done.code, f"~ {SUMMARIES}: cleanup.policy delete -> compact" in done.out) == (0, True)
        assert apply(bare, "--dry-run").code == 0

    def test_another_number_of_partitions_is_refused_and_nothing_is_touched(self, bare: Engine, tmp_path: Path) -> None:
        bare.create_topics({INTAKE: 6})
        refused = apply(bare)
        assert refused.code == 1
        assert f"! {INTAKE} has 6 partitions, should have 12; a number of partitions is final" in refused.out
        assert refused.out.endswith("nothing was changed\n")
        assert SUMMARIES not in bare.topics()
        assert apply(bare, "--file", with_six_partitions(tmp_path / "topics.yaml")).code == 0

    def test_another_number_of_replicas_is_refused(self, bare: Engine) -> None:
        bare.create_topics({INTAKE: 12})
        refused = command("topics", "apply", "--broker", bare.bootstrap, "--replication", 2)
        assert (refused.code, f"{INTAKE} has 1 replicas, should have 2" in refused.out) == (1, True)


def test_a_broker_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("throughline.app.topics.cluster._ANSWER_SECONDS", 1.0)
    refused = command("topics", "apply", "--broker", "127.0.0.1:1")
    assert refused.code == 2
    assert "the broker 127.0.0.1:1 did not do it" in refused.err

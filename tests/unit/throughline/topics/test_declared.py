from pathlib import Path

import pytest

from services import owners
from shared.contracts.topics import PARTITIONS, SUMMARIES, department_topic
from shared.packaged import TOPICS
from throughline.app.topics.declared import TEMPLATE, TopicsInvalid, declared, read

FILE = read(TOPICS)


class TestTheDeclaration:
    def test_names_every_topic_of_the_contracts_and_no_other(self) -> None:
        assert set(FILE.topics) == {*owners(), TEMPLATE}

    def test_has_the_partitions_that_the_services_expect(self) -> None:
        assert FILE.partitions == PARTITIONS

    def test_gives_each_department_a_topic_of_its_own(self) -> None:
        names = {topic.name for topic in declared(FILE, ["carrier", "it"])}
        assert names == {*owners(), department_topic("carrier"), department_topic("it")}

    def test_keeps_for_ever_what_a_new_reader_needs(self) -> None:
        by_name = {topic.name: topic.settings for topic in declared(FILE, ["it"])}
        kept = {name: (has["cleanup.policy"], has["retention.ms"]) for name, has in by_name.items()}
        assert {kept[name] for name in owners() if name != SUMMARIES} == {("delete", "-1")}
        assert kept[SUMMARIES][0] == "compact"
        assert int(kept[department_topic("it")][1]) > 0

    @pytest.mark.parametrize(("copies", "in_sync"), [(1, "1"), (2, "1"), (3, "2"), (5, "2"), (None, "2")])
    def test_can_do_without_one_replica_wherever_there_is_another(self, copies: int | None, in_sync: str) -> None:
        found = declared(FILE, [], copies)
        assert {topic.settings["min.insync.replicas"] for topic in found} == {in_sync}
        assert {topic.replication for topic in found} == {copies or 3}


class TestAFileThatCannotBeUsed:
    def test_because_a_topic_is_missing_says_which(self, tmp_path: Path) -> None:
        file = tmp_path / "topics.yaml"
        file.write_text(TOPICS.read_text(encoding="utf-8").replace("  complaints.review.v1: {}\n", ""), "utf-8")
        with pytest.raises(TopicsInvalid, match=r"complaints\.review\.v1 is missing"):
            read(file)

    def test_because_of_a_wrong_value_says_where(self, tmp_path: Path) -> None:
        file = tmp_path / "topics.yaml"
        file.write_text(TOPICS.read_text(encoding="utf-8").replace("partitions: 12", "partitions: none"), "utf-8")
        with pytest.raises(TopicsInvalid, match="partitions"):
            read(file)

    def test_because_it_is_not_there_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(TopicsInvalid, match="cannot be read"):
            read(tmp_path / "none.yaml")

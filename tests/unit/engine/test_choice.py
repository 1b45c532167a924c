from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engine.choice import WAYS, Broker, Engine, Way, choose
from tests.engine.containers import need_docker
from tests.engine.jars import EngineMissing


def there(name: str, closed: list[str]) -> Way:
    def way(cleanup: ExitStack, _folder: Path) -> Engine:
        cleanup.callback(closed.append, name)

        def broker() -> Broker:
            cleanup.callback(closed.append, f"{name}'s broker")
            return Broker(f"{name}:9092")

        return Engine(name, broker)

    return way


def absent(name: str, closed: list[str]) -> Way:
    """Opens something before it finds out that it cannot."""

    def way(cleanup: ExitStack, _folder: Path) -> Engine:
        cleanup.callback(closed.append, name)
        msg = f"{name} is not here"
        raise EngineMissing(msg)

    return way


class TestTheChoice:
    def test_takes_the_first_that_can_be_had_and_says_why_not_the_ones_before(self, tmp_path: Path) -> None:
        closed: list[str] = []
        ways = {"a": absent("a", closed), "b": there("b", closed), "c": there("c", closed)}
        with ExitStack() as cleanup:
            chosen = choose(ways, "", cleanup, tmp_path)
            assert (chosen.kind, dict(chosen.passed_over)) == ("b", {"a": "a is not here"})
            assert closed == ["a"]
            assert chosen.describe() == "b: broker not needed, store not needed (not used: a: a is not here)"
        assert closed == ["a", "b"]

    def test_starts_a_broker_when_it_is_asked_for_and_ends_it_with_the_rest(self, tmp_path: Path) -> None:
        closed: list[str] = []
        with ExitStack() as cleanup:
            chosen = choose({"b": there("b", closed)}, "", cleanup, tmp_path)
            assert chosen.bootstrap == chosen.bootstrap == "b:9092"
            assert chosen.describe() == "b: broker b:9092, store not needed"
            assert closed == []
        assert closed == ["b's broker", "b"]

    def test_takes_the_forced_one_though_an_earlier_can_be_had(self, tmp_path: Path) -> None:
        ways = {"a": there("a", []), "b": there("b", [])}
        with ExitStack() as cleanup:
            assert choose(ways, "b", cleanup, tmp_path).kind == "b"

    def test_fails_rather_than_fall_back_where_it_is_forced(self, tmp_path: Path) -> None:
        ways = {"a": absent("a", []), "b": there("b", [])}
        with ExitStack() as cleanup, pytest.raises(EngineMissing, match="=a allows nothing else, and a is not here"):
            choose(ways, "a", cleanup, tmp_path)

    def test_refuses_a_name_that_it_does_not_know(self, tmp_path: Path) -> None:
        with ExitStack() as cleanup, pytest.raises(EngineMissing, match="=docker is none of a"):
            choose({"a": there("a", [])}, "docker", cleanup, tmp_path)

    def test_says_every_reason_where_nothing_can_be_had(self, tmp_path: Path) -> None:
        ways = {"a": absent("a", []), "b": absent("b", [])}
        with ExitStack() as cleanup, pytest.raises(EngineMissing, match="a: a is not here; b: b is not here"):
            choose(ways, "", cleanup, tmp_path)

    def test_knows_the_four_ways_in_order(self) -> None:
        assert list(WAYS) == ["testcontainers", "env", "local", "embedded"]


class TestTheEnvironment:
    def test_counts_only_when_it_names_both(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
        monkeypatch.delenv("MONGODB_URI", raising=False)
        with ExitStack() as cleanup, pytest.raises(EngineMissing, match="MONGODB_URI not set"):
            WAYS["env"](cleanup, tmp_path)

    def test_is_used_as_it_is(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
        monkeypatch.setenv("MONGODB_URI", "mongodb://store:27017/?replicaSet=rs0")
        with ExitStack() as cleanup:
            engine = WAYS["env"](cleanup, tmp_path)
        assert engine.bootstrap == "kafka:9092"
        assert engine.store_url("throughline_intake", tmp_path) == (
            "mongodb://store:27017/throughline_intake?replicaSet=rs0"
        )


class TestTheLocalOne:
    def test_is_not_chosen_where_there_is_no_java(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with ExitStack() as cleanup, pytest.raises(EngineMissing, match="there is no java on the PATH"):
            choose(WAYS, "local", cleanup, tmp_path)


class TestContainers:
    def test_a_docker_engine_that_does_not_answer_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
        with pytest.raises(EngineMissing, match=r"no Docker engine answers at unix://.*no\.sock"):
            need_docker()


class TestTheEmbeddedOne:
    def test_keeps_its_stores_in_files(self, tmp_path: Path) -> None:
        with ExitStack() as cleanup:
            engine = choose(WAYS, "embedded", cleanup, tmp_path)
            assert (
                engine.store_url("throughline_intake", tmp_path) == f"sqlite:///{tmp_path}/throughline_intake.sqlite3"
            )

"""`throughline serve` as a process: what it says, what it refuses, how it ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.component.cli.running import command
from tests.e2e.processes import free_port
from tests.engine.choice import Engine
from tests.engine.services import Site


@pytest.fixture
def site(bare: Engine, tmp_path: Path) -> Iterator[Site]:
    running = Site(tmp_path, bare.bootstrap, lambda service: f"sqlite:///{tmp_path / service}.sqlite3")
    try:
        yield running
    finally:
        running.close()


def test_topics_with_other_partitions_than_it_was_told_end_it_with_a_sentence(site: Site, bare: Engine) -> None:
    bare.create_topics({"complaints.intake.v1": 4, "complaints.departments.v1": 12})
    refused = site.start("intake")
    assert refused.ended() == 2
    assert (
        "topic complaints.intake.v1 has 4 partitions, it should have 12; run `throughline topics apply`"
        in refused.output
    )
    assert "Traceback" not in refused.output


def test_a_missing_setting_ends_it_before_anything_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THROUGHLINE_INTAKE_STORE", raising=False)
    refused = command("serve", "intake", "--port", free_port())
    assert refused.code == 2
    assert "THROUGHLINE_INTAKE_STORE is not set; right would be" in refused.err


@pytest.mark.parametrize("words", [("nobody",), ()])
def test_a_service_that_there_is_not_is_refused(words: tuple[str, ...]) -> None:
    assert command("serve", *words).code == 2

from collections.abc import Iterator

import pytest

from tests.component.cli.running import Run, Served, command, ended, up


@pytest.fixture(scope="session")
def run() -> Run:
    return command


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Everything, up and running for all tests that only need some deployment; its organisation: marketplace."""
    running = up(tmp_path_factory.mktemp("served") / "data", "--organisation", "marketplace")
    yield running
    running.process.terminate()
    assert ended(running) == 0

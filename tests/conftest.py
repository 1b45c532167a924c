"""What the whole run shares: the engine of this worker, and a summary of which one it was."""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.engine.choice import FORCED_BY, WAYS, Engine, choose

USED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[USED] = []
    # Every test that was collected lives on: a sixth of the time would go into looking at them again and again.
    gc.set_threshold(50_000, 20, 50)
    # After pytest's own search for what was never closed; the interpreter's would be for nothing.
    atexit.register(gc.freeze)


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A broker and a store: real ones where they can be had. One per worker, shared: name topics and groups apart."""
    with ExitStack() as cleanup:
        chosen = choose(WAYS, os.environ.get(FORCED_BY, ""), cleanup, tmp_path_factory.mktemp("engine"))
        yield chosen
        request.config.stash[USED].append(chosen.describe())


@pytest.fixture(scope="session")
def real(engine: Engine) -> Engine:
    """The engine, where its broker is a real Kafka."""
    if engine.kind == "embedded":
        pytest.skip(reason=f"needs a real Kafka, and none can be had here: {dict(engine.passed_over)}")
    return engine


@pytest.fixture(scope="session")
def server(engine: Engine) -> str:
    """The URL of the engine's MongoDB, shared: name databases apart (`tests.engine.urls.database_url`)."""
    if not engine.mongodb:
        passed = dict(engine.passed_over)
        pytest.skip(reason=f"tests on MongoDB's protocol are left out: the {engine.kind} engine has none {passed}")
    return engine.mongodb


@pytest.fixture
def bare(real: Engine) -> Iterator[Engine]:
    """A real broker that has none of Throughline's topics, before and after the test."""
    with emptied(real):
        yield real


@contextmanager
def emptied(real: Engine) -> Iterator[None]:
    """Take Throughline's topics from a broker that is the tests' own, before and after."""
    if real.kind == "env" and (there := _ours(real)):
        pytest.skip(reason=f"would delete topics that are not the tests' own: {', '.join(there)}")
    real.delete_topics(_ours(real))
    yield
    real.delete_topics(_ours(real))


def _ours(engine: Engine) -> list[str]:
    return sorted(name for name in engine.topics() if name.startswith("complaints."))


def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["engines"] = session.config.stash[USED]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:  # noqa: ANN401, ARG001 - xdist's own signature
    node.config.stash[USED] += getattr(node, "workeroutput", {}).get("engines", [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401 - pytest's, untyped
    terminalreporter.section("engine")
    for line in config.stash[USED] or ["no test of this run needed one"]:
        terminalreporter.write_line(line)

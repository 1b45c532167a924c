"""How tests are dealt out to the workers of pytest-xdist: what takes long first and alone, what shares much together.

A plugin (`-p tests.order`): the group marks of pytest-xdist do not reach its own scheduler under pytest 9.2.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER: Final = (
    "tests/component/cli/",
    "tests/component/web/",
    "tests/architecture/",
    "tests/component/messaging/",
    "tests/integration/store/",
    "tests/contract/store/",
)
"""Folders whose tests share a deployment, a broker, a store or the parsed tree: each worker would begin its own."""
REAL: Final = (
    "tests/chaos/test_",
    "tests/integration/scaling/",
    "tests/integration/deploy/",
    "tests/integration/engine/",
)
"""What runs on a real broker, one after the other in one worker; short tests at its end, where it is given more."""
APART: Final = (
    "tests/e2e/test_kill9.py",
    "tests/e2e/test_paused.py",
    "tests/e2e/test_up.py",
    "tests/component/runtime/test_broker_away.py",
    "tests/component/runtime/test_slow_department.py",
    "tests/component/messaging/test_nothing_is_lost.py",
)
"""Files whose tests take seconds each, mostly waiting, and share nothing."""
FIRST: Final = (
    *REAL,
    "tests/e2e/test_demo.py",
    "tests/e2e/",
    *TOGETHER[3:],
    "tests/sim/",
    *TOGETHER[:2],
    *APART,
    "tests/component/",
    "tests/contract/",
)
"""In the order of what they take; unit tests fill what is left."""


class Dealing(LoadScopeScheduling):
    """Deals groups of tests in the order in which the workers have them."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Dealing:  # noqa: ANN401 - xdist's own signature
    """Be asked by pytest-xdist how to deal."""
    return Dealing(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bring what each worker has collected into order; a run in one process stays as it is."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


def group_of(nodeid: str) -> str:
    """What must stay in one worker: a file, all files of a folder, or a single test."""
    if nodeid.startswith(APART):
        return nodeid
    if nodeid.startswith(REAL):
        return "a real broker"
    folder = next((folder for folder in TOGETHER if nodeid.startswith(folder)), None)
    return folder or nodeid.partition("::")[0]


def rank(nodeid: str) -> int:
    """Place in the order; tests of one group have the same."""
    return next((place for place, first in enumerate(FIRST) if nodeid.startswith(first)), len(FIRST))

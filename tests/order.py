"""How tests are dealt out to the workers of pytest-xdist: what takes long first and alone, what shares much together.

`--dist loadgroup --no-loadscope-reorder` deals groups in the order that this plugin (`-p tests.order`) gives them.
"""

from __future__ import annotations

from typing import Final

import pytest

SHARED: Final = ("played", "served", "running")
"""Fixtures that start all services: tests that share one belong to one worker, or each worker would start its own."""
FIRST: Final = ("e2e", "sim", "component", "contract")
"""Folders in the order of what their tests take; unit tests fill what is left."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Name each test's group and bring the groups into order; a run in one process stays as it is."""
    if not hasattr(config, "workerinput"):
        return
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        name = group_of(item)
        item.add_marker(pytest.mark.xdist_group(name))
        groups.setdefault(name, []).append(item)
    items[:] = [item for group in sorted(groups.values(), key=rank) for item in group]


def group_of(item: pytest.Item) -> str:
    """What must stay in one worker: the users of one deployment, a slow test by itself, else a file.

    The tests of the architecture share the parsed tree.
    """
    used = getattr(item, "fixturenames", ())
    shared = next((name for name in SHARED if name in used), None)
    if shared is not None:
        return shared
    if item.get_closest_marker("slow"):
        return item.nodeid
    file = item.nodeid.partition("::")[0]
    return "architecture" if "/architecture/" in file else file


def rank(group: list[pytest.Item]) -> tuple[bool, int]:
    """Slow ones and large deployments first."""
    folder = group[0].nodeid.split("/")[1]
    early = any(item.get_closest_marker("slow") for item in group) or len({item.path for item in group}) > 1
    return not early, FIRST.index(folder) if folder in FIRST else len(FIRST)

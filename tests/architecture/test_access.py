"""Nothing is asked of a service but at a door: who asks is the first parameter of every route."""

import ast
import inspect
from collections.abc import Awaitable, Callable
from importlib import import_module
from types import ModuleType
from typing import Annotated, cast, get_args

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import RouteContext
from starlette.routing import Mount

from services import NAMES
from shared.hosting.ops import access as operating
from shared.web.access import OPEN_TO_ALL, Asker, Door, Policy, ReadDoor, Role, WriteDoor
from shared.web.writes import Framed
from tests.architecture.apps import deployment_in, is_ours, routes_of
from tests.architecture.tree import named, nodes, python_files

PAGES = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
"""What FastAPI serves about the API: the documents, and the pages that show them."""
OPEN = {"/", "/livez", "/readyz", *(f"/{name}{path}" for name in NAMES for path in ("/livez", "/readyz", "/metrics"))}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return deployment_in(tmp_path_factory.mktemp("data")).app()


def door_of(endpoint: Callable[..., object]) -> Door | None:
    """The door that the first parameter of a route comes through; None where it has none."""
    first = next(iter(inspect.signature(endpoint, eval_str=True).parameters.values()), None)
    parts = get_args(first.annotation) if first else ()
    if len(parts) != 2 or parts[0] is not Asker:
        return None
    door = getattr(parts[1], "dependency", None)
    return door if isinstance(door, Door) else None


def without_door(app: FastAPI) -> list[str]:
    return [path for path, route in routes_of(app) if is_ours(route) and door_of(endpoint_of(route)) is None]


def endpoint_of(route: RouteContext) -> Callable[..., object]:
    assert route.endpoint is not None
    return route.endpoint


def is_framed(route: RouteContext) -> bool:
    taken = inspect.signature(endpoint_of(route), eval_str=True).parameters.values() if is_ours(route) else ()
    return any(one.annotation == Framed for one in taken)


def doors_in(module: ModuleType) -> set[Door]:
    aliases = [get_args(value) for value in vars(module).values()]
    return {parts[1].dependency for parts in aliases if parts and parts[0] is Asker}


class TestEveryRoute:
    def test_has_who_asks_as_its_first_parameter(self, app: FastAPI) -> None:
        assert without_door(app) == []

    def test_is_one_that_was_looked_at(self, app: FastAPI) -> None:
        """An application that hides its routes from the walk would have none without a door."""
        seen = {path for path, route in routes_of(app) if is_ours(route)}
        applications = {mount.path: mount.app for mount in app.routes if isinstance(mount, Mount)}
        described = {
            f"{at}{path}" for at, one in applications.items() for path in cast("FastAPI", one).openapi()["paths"]
        }
        assert len(described) > 80
        assert seen == described | {"/", "/livez", "/readyz"}

    def test_has_its_policy_in_the_access_file_of_its_service(self, app: FastAPI) -> None:
        own = {name: doors_in(import_module(f"services.{name}.access")) for name in NAMES}
        shared = doors_in(operating)
        elsewhere = [
            path
            for path, route in routes_of(app)
            if is_ours(route) and door_of(endpoint_of(route)) not in own.get(path.split("/")[1], set()) | shared
        ]
        assert elsewhere == []

    def test_is_open_to_all_only_where_orchestrators_and_scrapers_ask(self, app: FastAPI) -> None:
        doors = [(path, door_of(endpoint_of(route))) for path, route in routes_of(app) if is_ours(route)]
        assert {path for path, door in doors if door is not None and door.policy == OPEN_TO_ALL} == OPEN

    def test_that_frames_a_write_has_the_door_that_reads_its_headers(self, app: FastAPI) -> None:
        doors = [(path, door_of(endpoint_of(route))) for path, route in routes_of(app) if is_framed(route)]
        assert len(doors) > 20
        assert [path for path, door in doors if not isinstance(door, WriteDoor)] == []

    def test_is_ours_or_a_page_about_the_api(self, app: FastAPI) -> None:
        foreign = {path for path, route in routes_of(app) if not is_ours(route)}
        assert foreign == {f"/{name}{page}" for name in NAMES for page in PAGES}

    def test_has_a_door_that_is_used(self, app: FastAPI) -> None:
        used = {door_of(endpoint_of(route)) for _, route in routes_of(app) if is_ours(route)}
        declared = doors_in(operating).union(*(doors_in(import_module(f"services.{name}.access")) for name in NAMES))
        assert declared - used == set()


Reading = Annotated[Asker, Depends(ReadDoor(OPEN_TO_ALL))]


async def with_a_door(_asker: Reading, _complaint: str) -> None:
    """As it has to be."""


async def without_one(_complaint: str) -> None:
    """Nobody knows who asks."""


async def with_one_too_late(_complaint: str, _asker: Reading) -> None:
    """Who asks comes second."""


async def with_a_word_for_it(_asker: Annotated[Asker, Depends(Asker)]) -> None:
    """Who asks, but past the door."""


async def with_nothing() -> None:
    """No parameter at all."""


class TestARouteWithoutADoor:
    @pytest.mark.parametrize("planted", [without_one, with_one_too_late, with_a_word_for_it, with_nothing])
    def test_is_noticed_wherever_it_is(self, planted: Callable[..., Awaitable[None]]) -> None:
        outer, inner = FastAPI(), FastAPI()
        outer.mount("/deep", inner)
        inner.add_api_route("/{_complaint}/fine", with_a_door)
        assert without_door(outer) == []
        inner.add_api_route("/{_complaint}/planted", planted)
        assert without_door(outer) == ["/deep/{_complaint}/planted"]


class TestAPolicy:
    def test_names_somebody_or_says_that_it_is_open(self) -> None:
        with pytest.raises(ValueError, match="open to all"):
            Policy()
        with pytest.raises(ValueError, match="open to all"):
            Policy(everything=(Role.OPS,), open_to_all=True)

    def test_says_of_each_role_once_how_far_it_reaches(self) -> None:
        with pytest.raises(ValueError, match="once"):
            Policy(everything=(Role.MANAGER,), own_departments=(Role.MANAGER,))


def test_the_role_header_is_declared_in_one_file() -> None:
    files = {
        named(path)
        for path in python_files("services", "shared")
        for node in nodes(path)
        if (isinstance(node, ast.arg) and node.arg == "throughline_role")
        or (isinstance(node, ast.Constant) and str(node.value).lower() == "throughline-role")
    }
    assert files == {"shared/web/headers.py"}


def test_only_the_door_looks_at_it() -> None:
    readers = {
        named(path)
        for path in python_files("services", "shared")
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and any(one.name == "RoleHeader" for one in node.names)
    }
    assert readers == {"shared/web/access.py"}

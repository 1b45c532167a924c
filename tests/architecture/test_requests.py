"""The route is request -> command -> execute: a body is called `…Request` and builds its command, everywhere alike."""

import inspect
from collections.abc import Iterator
from datetime import datetime
from typing import get_origin, get_type_hints

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.web.access import Asker
from tests.architecture.apps import deployment_in, routes_of

LISTS = {"/log/pull"}
"""The body is a list: there is nothing to give a name to."""
OPERATIONS = {"/replay", "/parked/retry", "/parked/skip"}
"""What is asked of the runtime is no command of an aggregate."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return deployment_in(tmp_path_factory.mktemp("data")).app()


def bodies(app: FastAPI) -> Iterator[tuple[str, type[BaseModel]]]:
    """The path under its service, and the class of the body it takes."""
    for path, context in routes_of(app):
        route = context.original_route
        field = route.body_field if isinstance(route, APIRoute) else None
        if field is None:
            continue
        within = "/" + path.split("/", 2)[2]
        kind = field.field_info.annotation
        if get_origin(kind) is list:
            assert within in LISTS, path
            continue
        assert isinstance(kind, type)
        assert issubclass(kind, BaseModel)
        yield within, kind


class TestTheBodyOfARequest:
    def test_is_called_a_request(self, app: FastAPI) -> None:
        names = {path: kind.__name__ for path, kind in bodies(app)}
        assert len(names) > 20
        assert {path: name for path, name in names.items() if not name.endswith("Request")} == {}

    def test_builds_its_command_from_who_asks_and_now(self, app: FastAPI) -> None:
        for path, kind in bodies(app):
            if path in OPERATIONS:
                continue
            command = getattr(kind, "command", None)
            assert command is not None, kind
            _, asker, now, *further = inspect.signature(command).parameters.values()
            hints = get_type_hints(command)
            assert [(one.name, hints[one.name]) for one in (asker, now)] == [("asker", Asker), ("now", datetime)], kind
            assert [one.name for one in further if one.kind is not one.KEYWORD_ONLY] == [], kind

"""The real web applications, built as they run and never started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from deploy.local.deployment import Deployment
from services import NAMES, main_of

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shared.messaging.embedded import EmbeddedBroker
    from shared.runtime.service import Service


def deployment_in(folder: Path) -> Deployment:
    """All services in one process, as `throughline up` serves them; their stores would be in this folder."""
    nobody = cast("EmbeddedBroker", None)  # the routes do not ask the broker anything
    return Deployment(nobody, {name: _service(name, folder) for name in NAMES}, "http://127.0.0.1:1")


def _service(name: str, folder: Path) -> Service:
    module: Any = main_of(name)
    settings = module.Settings(
        broker="127.0.0.1:1",
        store=f"sqlite:///{folder / name}.sqlite3",
        organisation="parcel-retailer",
        partitions=1,
        embedded=True,
        sources={},
    )
    service: Service = module.create(settings)
    return service


def routes_of(app: FastAPI) -> Iterator[tuple[str, BaseRoute]]:
    """Every route with the path under which it is reached, those of mounted applications too."""
    for route in app.routes:
        if isinstance(route, Mount):
            for path, inner in routes_of(cast("FastAPI", route.app)):
                yield route.path + path, inner
        else:
            yield str(getattr(route, "path", route)), route


def api_routes(app: FastAPI) -> dict[str, APIRoute]:
    """Method and path of every route that is ours."""
    return {
        f"{method} {path}": route
        for path, route in routes_of(app)
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    }

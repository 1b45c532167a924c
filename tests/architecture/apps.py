"""The real web applications, built as they run and never started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount

from services import NAMES, main_of
from throughline.app.deployment import Deployment

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shared.hosting.service import Service
    from shared.messaging.kafka.embedded import EmbeddedBroker


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


def routes_of(app: FastAPI) -> Iterator[tuple[str, RouteContext]]:
    """Every route under the path at which it is reached, those of mounted applications too."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.route, Mount):
            for path, inner in routes_of(cast("FastAPI", context.route.app)):
                yield context.route.path + path, inner
        else:
            yield str(context.path_format or context.path), context


def is_ours(context: RouteContext) -> bool:
    """FastAPI's pages about the API are no routes of the API, and are no `APIRoute`."""
    return isinstance(context.original_route, APIRoute)

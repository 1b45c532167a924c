"""Request bodies: what they share, and the names by which OpenAPI lists them.

The body of a command is called ``…Request`` and builds it: ``command(asker, now, *, …)``. What the path, the ids and
the stores add is passed by keyword.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

M = TypeVar("M", bound=BaseModel)


class Body(BaseModel):
    """A body or a part of one: frozen; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def published_as(name: str) -> Callable[[type[M]], type[M]]:
    """Return a decorator that keeps the published name of a body whose class has another name."""

    def named(body: type[M]) -> type[M]:
        # The key among OpenAPI's schemas comes from the qualified name, the schema's title from the configuration.
        body.__qualname__ = name
        body.model_config["title"] = name
        body.model_rebuild(force=True)
        return body

    return named

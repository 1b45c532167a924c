"""What the URL of a MongoDB says, and the URL of one of its databases."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit, urlunsplit

_USUAL_PORT: Final = 27_017


def database_url(server: str, name: str, *, through: int | None = None) -> str:
    """Return the URL of a database on a server; `through` the proxy on this port instead of directly."""
    parts = urlsplit(server)._replace(path=f"/{name}")
    if through is None:
        return urlunsplit(parts)
    user, at, _ = parts.netloc.rpartition("@")
    # A driver that knows a replica set would go to its members instead of the proxy.
    others = ("replicaSet=", "directConnection=")
    options = [option for option in parts.query.split("&") if option and not option.startswith(others)]
    query = "&".join([*options, "directConnection=true"])
    return urlunsplit(parts._replace(netloc=f"{user}{at}127.0.0.1:{through}", query=query))


def address(server: str) -> tuple[str, int]:
    """Return host and port of a server, for a proxy before it."""
    host, _, port = urlsplit(server).netloc.rpartition("@")[2].partition(",")[0].partition(":")
    return host, int(port or _USUAL_PORT)

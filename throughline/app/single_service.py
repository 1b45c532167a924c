"""One service in this process, configured by its environment."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import os
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, cast

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from services import definition_of, main_of
from shared.hosting.service import Service
from shared.hosting.settings import ServiceSettings
from throughline.app.serving import calm_collector, listen, serving, url_of

_LOOK_SECONDS: Final = 0.2
_REFUSAL_SECONDS: Final = 5.0
"""Not every broker may know a topic that has just been created."""
_RIGHT: Final = {
    "broker": "kafka:9092",
    "store": "sqlite:////data/NAME.sqlite3, or mongodb://HOST:27017/DATABASE",
    "organisation": "parcel-retailer, or the path of a YAML file",
    "partitions": "12",
    "embedded": "false",
    "sources": '{"intake": "http://intake:8080"}',
}


class SettingsInvalid(Exception):
    """The environment does not configure a service; the message names each variable and what would be right."""


class TopicsRefused(Exception):
    """The broker's topics are not as configured; the message says which and what to do."""


def settings_of(name: str) -> tuple[ServiceSettings, list[str]]:
    """Return a service's settings from the environment, and warnings.

    Raises:
        SettingsInvalid: a variable is missing or wrong.
    """
    kind: type[BaseSettings] = main_of(name).Settings
    prefix = str(kind.model_config["env_prefix"])
    try:
        settings = cast("ServiceSettings", kind())
    except ValidationError as error:
        raise SettingsInvalid("; ".join(_wrong(prefix, one) for one in error.errors())) from error
    except SettingsError as error:
        # The message names the field, but not what is wrong with it.
        field = next((one for one in kind.model_fields if f'"{one}"' in str(error)), "sources")
        raise SettingsInvalid(
            f"{prefix}{field.upper()} is not valid JSON; right would be {_RIGHT.get(field, '')}"
        ) from error
    return settings, [*_unknown(kind, prefix), *_without_sources(name, prefix, settings)]


def _wrong(prefix: str, error: Any) -> str:  # noqa: ANN401 - pydantic's own details
    field = str(error["loc"][0])
    right = f"; right would be {_RIGHT[field]}" if field in _RIGHT else ""
    if error["type"] == "missing":
        return f"{prefix}{field.upper()} is not set{right}"
    given = "" if field == "pseudonym_key" else f"={error['input']}"
    return f"{prefix}{field.upper()}{given}: {error['msg']}{right}"


def _unknown(kind: type[BaseSettings], prefix: str) -> list[str]:
    known = {f"{prefix}{field}".upper() for field in kind.model_fields}
    unknown = sorted(name for name in os.environ if name.upper().startswith(prefix) and name.upper() not in known)
    warnings: list[str] = []
    for name in unknown:
        near = difflib.get_close_matches(name.upper(), known, n=1)
        warnings.append(f"{name} is not a setting and has no effect" + (f"; did you mean {near[0]}?" if near else ""))
    return warnings


def _without_sources(name: str, prefix: str, settings: ServiceSettings) -> list[str]:
    missing = sorted(set(definition_of(name).sources.values()) - settings.sources.keys() - {name})
    if not missing:
        return []
    lacks = " and ".join(missing)
    return [f"{prefix}SOURCES has no address for {lacks}: events of theirs that the broker loses cannot be fetched"]


@contextlib.asynccontextmanager
async def running_service(
    name: str, settings: ServiceSettings, host: str, port: int, welcome: Callable[[str], None]
) -> AsyncIterator[Service]:
    """Run one service while the context lasts.

    Args:
        welcome: called with the address as soon as it answers; the service becomes ready later.

    Raises:
        DataFileInvalid, ValueError: the organisation file, the store's URL or another setting cannot be used.
        SchemaMismatch: the data are of another release.
        OSError: the port is taken.
    """
    calm_collector()
    service: Service = main_of(name).create(settings)
    with listen(host, port) as listening:
        listening.listen()
        welcome(url_of(host, listening))
        async with serving(service.app, (service,), listening):
            yield service


async def fail_on_refused_topics(service: Service) -> None:
    """Never return.

    Raises:
        TopicsRefused: for some seconds, the broker has not had the topics that the settings promise.
    """
    time = asyncio.get_running_loop().time
    since = time()
    while True:
        if not service.connector.refused:
            since = time()
        elif time() - since > _REFUSAL_SECONDS:
            name = service.definition.name.upper()
            right = f"run `throughline topics apply`, or correct THROUGHLINE_{name}_PARTITIONS"
            raise TopicsRefused(f"{service.connector.refused}; {right}")
        await asyncio.sleep(_LOOK_SECONDS)

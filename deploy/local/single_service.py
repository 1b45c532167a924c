"""One service as one process, from its environment: what a company runs several of."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import os
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, cast

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from deploy.local.serving import calm_collector, listen, serving, url_of
from services import definition_of, main_of
from shared.runtime.service import Service
from shared.runtime.settings import ServiceSettings

_LOOK_SECONDS: Final = 0.2
_REFUSAL_SECONDS: Final = 5.0
"""A topic that was created this moment may not be known to every broker yet."""
_RIGHT: Final = {
    "broker": "kafka:9092",
    "store": "sqlite:////data/NAME.sqlite3, or mongodb://HOST:27017/DATABASE",
    "organisation": "parcel-retailer, or the path of a YAML file",
    "partitions": "12",
    "embedded": "false",
    "sources": '{"intake": "http://intake:8080"}',
}


class SettingsInvalid(Exception):
    """The environment does not make a service; the message names each variable, what is wrong, what would be right."""


class TopicsRefused(Exception):
    """The broker's topics are not what the settings say; the message says which and what to do."""


def settings_of(name: str) -> tuple[ServiceSettings, list[str]]:
    """Return a service's settings from the environment, and what in it is strange but no mistake.

    Raises:
        SettingsInvalid: see there.
    """
    kind: type[BaseSettings] = main_of(name).Settings
    prefix = str(kind.model_config["env_prefix"])
    try:
        settings = cast("ServiceSettings", kind())
    except ValidationError as error:
        raise SettingsInvalid("; ".join(_wrong(prefix, one) for one in error.errors())) from error
    except SettingsError as error:
        # Its message names the field and nothing of what was wrong with it.
        field = next((one for one in kind.model_fields if f'"{one}"' in str(error)), "sources")
        raise SettingsInvalid(f"{prefix}{field.upper()} is no JSON; right would be {_RIGHT.get(field, '')}") from error
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
    strange = sorted(name for name in os.environ if name.upper().startswith(prefix) and name.upper() not in known)
    said: list[str] = []
    for name in strange:
        near = difflib.get_close_matches(name.upper(), known, n=1)
        said.append(f"{name} is no setting and changes nothing" + (f"; is {near[0]} meant?" if near else ""))
    return said


def _without_sources(name: str, prefix: str, settings: ServiceSettings) -> list[str]:
    missing = sorted(set(definition_of(name).sources.values()) - settings.sources.keys() - {name})
    if not missing:
        return []
    lacks = " and ".join(missing)
    return [f"{prefix}SOURCES has no address of {lacks}: what the broker loses of theirs cannot be asked for"]


@contextlib.asynccontextmanager
async def alone(
    name: str, settings: ServiceSettings, host: str, port: int, welcome: Callable[[str], None]
) -> AsyncIterator[Service]:
    """Run one service while the context lasts.

    Args:
        welcome: gets the address as soon as it answers; ready is the service only when it says so.

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


async def lasts(service: Service) -> None:
    """Return never; ends in an error where the service can do nothing by itself any more.

    Raises:
        TopicsRefused: the broker has not the topics that the settings promise.
    """
    time = asyncio.get_running_loop().time
    since = time()
    while True:
        if not service.link.refused:
            since = time()
        elif time() - since > _REFUSAL_SECONDS:
            name = service.definition.name.upper()
            right = (
                f"apply deploy/kafka/topics.yaml by `throughline topics apply`, or mend THROUGHLINE_{name}_PARTITIONS"
            )
            raise TopicsRefused(f"{service.link.refused}; {right}")
        await asyncio.sleep(_LOOK_SECONDS)

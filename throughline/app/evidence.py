"""Where the evidence about a deployment is: its stores and the topics of its broker."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from services import ALL, NAMES, main_of
from shared.eventsourcing.definition import Definition
from shared.hosting.settings import ServiceSettings
from shared.organisation import from_path
from shared.store.opening import store_at
from shared.store.port import Store
from throughline.app.folder import DataFolder


class NothingThere(Exception):
    """There is nothing to check; the message says where, and what to do."""


@dataclass(frozen=True, slots=True)
class ServiceStore:
    """One service's store, as the checker reads it (`shared.verification.collect.HasStore`)."""

    definition: Definition
    store: Store


@dataclass(frozen=True, slots=True)
class EvidenceSources:
    """All stores of a deployment. `broker` is empty unless its topics hold every record."""

    stores: Sequence[ServiceStore]
    broker: str = ""

    @property
    def topics(self) -> list[str]:
        """Every topic that a service publishes on."""
        return sorted({topic for one in self.stores for topic in one.definition.topics})


def in_folder(folder: DataFolder) -> EvidenceSources:
    """Return the stores of a data folder, whose embedded broker keeps nothing.

    Raises:
        NothingThere: the folder has never been used.
        OrganisationInvalid: the folder's organisation file can no longer be read.
    """
    organisation = folder.organisation()
    if organisation is None:
        raise NothingThere(
            f"there are no complaints in {folder.path}; start with `throughline up` or `throughline import`"
        )
    company = from_path(organisation)
    stores = [ServiceStore(one.given(company), store_at(folder.store_url(one.name))) for one in ALL]
    return EvidenceSources(stores)


def by_environment() -> EvidenceSources | None:
    """Return the stores and the broker that the services' own variables name, None if none is set.

    Raises:
        NothingThere: some of the variables are missing or wrong; the message names them.
        OrganisationInvalid: an organisation file cannot be used.
    """
    found: dict[str, ServiceSettings] = {}
    wrong: list[str] = []
    for name in NAMES:
        try:
            found[name] = main_of(name).Settings()
        except ValidationError as error:
            fields = ", ".join(str(part["loc"][0]) for part in error.errors(include_input=False))
            wrong.append(f"THROUGHLINE_{name.upper()}_…: {fields}")
    prefixes = tuple(f"THROUGHLINE_{name.upper()}_" for name in NAMES)
    if not any(name.upper().startswith(prefixes) for name in os.environ):
        return None
    if wrong:
        raise NothingThere(f"these variables are missing or wrong: {'; '.join(wrong)}")
    stores = [ServiceStore(one.given(from_path(found[one.name].organisation)), _store(found[one.name])) for one in ALL]
    brokers = {settings.broker for settings in found.values() if not settings.embedded}
    if len(brokers) > 1:
        raise NothingThere(f"the services name several brokers, {', '.join(sorted(brokers))}; they must share one")
    return EvidenceSources(stores, next(iter(brokers), ""))


def _store(settings: ServiceSettings) -> Store:
    try:
        return store_at(settings.store, settings.store_driver)
    except ValueError as error:
        raise NothingThere(str(error)) from None


@contextlib.asynccontextmanager
async def opened(sources: EvidenceSources) -> AsyncIterator[Sequence[ServiceStore]]:
    """Open all stores while the context lasts. Raises StoreUnavailable, SchemaMismatch."""
    async with contextlib.AsyncExitStack() as cleanup:
        for one in sources.stores:
            await one.store.open()
            cleanup.push_async_callback(one.store.close)
        yield sources.stores

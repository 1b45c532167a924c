"""Where the evidence of a deployment lies: its stores, its broker's topics."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from deploy.local.folder import DataFolder
from services import ALL, NAMES, main_of
from shared.core.organisation import from_path
from shared.runtime.definition import Definition
from shared.runtime.settings import ServiceSettings
from shared.store.opening import store_at
from shared.store.port import Store


class NothingThere(Exception):
    """There is nothing to look at; the message says where, and what to do."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One service's store, as a checker looks at it (`shared.testing.checker.collect.HasStore`)."""

    definition: Definition
    store: Store


@dataclass(frozen=True, slots=True)
class Places:
    """All stores of a deployment, and the broker whose topics hold every record; empty where it forgets."""

    stores: Sequence[Kept]
    broker: str = ""

    @property
    def topics(self) -> list[str]:
        """Every topic that a service publishes on."""
        return sorted({topic for kept in self.stores for topic in kept.definition.topics})


def in_folder(folder: DataFolder) -> Places:
    """Return the stores of a data folder; its broker keeps nothing.

    Raises:
        NothingThere: nobody ever used the folder.
        OrganisationInvalid: the folder's organisation file cannot be read any more.
    """
    organisation = folder.organisation()
    if organisation is None:
        raise NothingThere(f"there are no complaints in {folder.path}; begin with `throughline up` or `import`")
    company = from_path(organisation)
    stores = [Kept(one.given(company), store_at(folder.store_url(one.name))) for one in ALL]
    return Places(stores)


def by_environment() -> Places | None:
    """Return the stores and the broker that the services' own variables name, None where they name no stores.

    Raises:
        NothingThere: some of the variables are missing or wrong, or a store's URL is; the message names them.
        OrganisationInvalid: an organisation's file cannot be used.
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
    stores = [Kept(one.given(from_path(found[one.name].organisation)), _store(found[one.name])) for one in ALL]
    brokers = {settings.broker for settings in found.values() if not settings.embedded}
    if len(brokers) > 1:
        raise NothingThere(f"the services name several brokers, {', '.join(sorted(brokers))}; they share one")
    return Places(stores, next(iter(brokers), ""))


def _store(settings: ServiceSettings) -> Store:
    try:
        return store_at(settings.store, settings.store_driver)
    except ValueError as error:
        raise NothingThere(str(error)) from None


@contextlib.asynccontextmanager
async def opened(places: Places) -> AsyncIterator[Sequence[Kept]]:
    """Open all stores while the context lasts. Raises StoreUnavailable, SchemaMismatch."""
    async with contextlib.AsyncExitStack() as cleanup:
        for kept in places.stores:
            await kept.store.open()
            cleanup.push_async_callback(kept.store.close)
        yield places.stores

"""Settings -> wiring -> the service. The only file that constructs anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from services.intake import DEFINITION
from services.intake.api import router
from services.intake.api.registration import Registrar
from services.intake.settings import Settings
from services.intake.views import Views
from shared.eventsourcing.ports import Clock, Ids
from shared.hosting.service import Service
from shared.organisation import from_path
from shared.privacy.keyfile import kept_key
from shared.privacy.mongo_vault import MongoVault
from shared.privacy.sqlite_vault import SqliteVault
from shared.privacy.vault import Vault
from shared.store.mongo import SCHEMES, MongoItems
from shared.store.opening import store_at
from shared.store.port import Store

__all__ = ["Settings", "create"]


def create(
    settings: Settings,
    *,
    store: Store | None = None,
    clock: Clock | None = None,
    ids: Ids | None = None,
    vault: Vault | None = None,
) -> Service:
    """Return the service, not yet started.

    Raises:
        OrganisationInvalid, ValueError: the organisation file, the store's URL or the key's file cannot be used.
    """
    organisation = from_path(settings.organisation)
    # First, because it explains a wrong store URL better than the vault could.
    kept = store or store_at(settings.store, settings.store_driver)
    hidden = vault or _vault(settings)
    key = settings.pseudonym_key.get_secret_value().encode() or _kept_key(settings)

    def routes(service: Service) -> Sequence[APIRouter]:
        registrar = Registrar(organisation, key, service.clock, service.ids)
        return (router(service.execute, Views(service.store), service.clock, registrar, hidden),)

    return Service(
        DEFINITION.given(organisation),
        settings,
        kept,
        routes,
        clock=clock,
        ids=ids,
        beside=(hidden,),
    )


def _vault(settings: Settings) -> Vault:
    path = _vault_path(settings)
    return MongoVault(MongoItems(settings.store, settings.store_driver)) if path is None else SqliteVault(path)


def _kept_key(settings: Settings) -> bytes:
    path = _vault_path(settings)
    if path is None:
        msg = "a vault in MongoDB has no file beside it for the key: set THROUGHLINE_INTAKE_PSEUDONYM_KEY"
        raise ValueError(msg)
    return kept_key(path.with_suffix(".key"))


def _vault_path(settings: Settings) -> Path | None:
    """The vault's file; None where it is in MongoDB as the store is."""
    if settings.vault is not None:
        return settings.vault
    if settings.store.startswith(SCHEMES):
        return None
    scheme, _, path = settings.store.partition(":///")
    if scheme != "sqlite":
        msg = "the store is not a file for the vault to lie beside: set THROUGHLINE_INTAKE_VAULT to the vault's file"
        raise ValueError(msg)
    beside = Path("/" + path.lstrip("/"))
    return beside.with_name(f"{beside.stem}-vault.sqlite3")

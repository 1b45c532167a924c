"""Settings -> wiring -> the service. The only file that constructs anything."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.departments import DEFINITION
from services.departments.api import router
from services.departments.settings import Settings
from services.departments.views.reads import Views
from shared.eventsourcing.ports import Clock, Ids
from shared.hosting.service import Service
from shared.organisation import from_path
from shared.store.opening import store_at
from shared.store.port import Store

__all__ = ["Settings", "create"]


def create(
    settings: Settings, *, store: Store | None = None, clock: Clock | None = None, ids: Ids | None = None
) -> Service:
    """Return the service, not yet started.

    Raises:
        OrganisationInvalid, ValueError: the organisation file or the store's URL cannot be used.
    """
    organisation = from_path(settings.organisation)

    known = [department.id for department in organisation.departments]

    def routes(service: Service) -> Sequence[APIRouter]:
        return (router(service.execute, Views(service.store, known), service.clock, service.ids),)

    kept = store or store_at(settings.store, settings.store_driver)
    return Service(DEFINITION.given(organisation), settings, kept, routes, clock=clock, ids=ids)

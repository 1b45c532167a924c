"""Settings -> wiring -> the service. The only file that constructs anything."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.review import DEFINITION
from services.review.api import router
from services.review.settings import Settings
from services.review.views import Views
from services.review.views.figures import Figures
from services.review.views.reviews import Reviews
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

    def routes(service: Service) -> Sequence[APIRouter]:
        views = Views(Reviews(service.store), Figures(service.store, organisation))
        return (router(service.execute, views, service.clock, service.ids),)

    kept = store or store_at(settings.store, settings.store_driver)
    return Service(DEFINITION.given(organisation), settings, kept, routes, clock=clock, ids=ids)

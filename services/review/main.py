"""Settings -> wiring -> the service. The only file that constructs anything."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.review.api import router
from services.review.consumers import FAN_INS, LISTENS
from services.review.decide import period_decider, review_decider, theme_decider
from services.review.settings import Settings
from services.review.timers import on_due
from services.review.views import Figures, Reviews, Views
from shared.contracts import review, topics
from shared.core.organisation import Organisation, from_path
from shared.runtime.definition import Definition
from shared.runtime.ports import Clock, Ids
from shared.runtime.service import Service
from shared.store.opening import store_at
from shared.store.port import Store

__all__ = ["Settings", "create", "definition"]


def definition(organisation: Organisation) -> Definition:
    """Return what review is for this organisation."""
    return Definition(
        name="review",
        deciders=(review_decider(organisation), theme_decider(), period_decider()),
        events=review.EVENTS,
        listens=LISTENS,
        fan_ins=FAN_INS,
        on_due=on_due,
        topics=(topics.REVIEW, topics.SUMMARIES),
    )


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
    return Service(definition(organisation), settings, kept, routes, clock=clock, ids=ids)

"""Settings -> wiring -> the service. The only file that constructs anything."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.departments.api import router
from services.departments.consumers import LISTENS
from services.departments.decide import decider
from services.departments.settings import Settings
from services.departments.timers import on_due
from services.departments.views import Views
from shared.contracts import departments, topics
from shared.core.organisation import Organisation, from_path
from shared.runtime.definition import Definition
from shared.runtime.ports import Clock, Ids
from shared.runtime.service import Service
from shared.store.opening import store_at
from shared.store.port import Store

__all__ = ["Settings", "create", "definition"]


def definition(organisation: Organisation) -> Definition:
    """Return what departments is for this organisation; each department has a topic of its own."""
    own = [topics.department_topic(department.id) for department in organisation.departments]
    return Definition(
        name="departments",
        deciders=(decider(organisation),),
        events=departments.EVENTS,
        listens=LISTENS,
        on_due=on_due,
        topics=(topics.DEPARTMENTS, *own),
    )


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
    return Service(definition(organisation), settings, kept, routes, clock=clock, ids=ids)

"""Wiring: the one place that says what departments is made of."""

from __future__ import annotations

from services.departments.api import router
from services.departments.consumers import LISTENS
from services.departments.decide import decider
from services.departments.settings import Settings
from services.departments.timers import on_due
from services.departments.views import Views
from shared.contracts import topics
from shared.contracts.departments import EVENTS
from shared.core.organisation import Organisation
from shared.runtime.definition import Definition
from shared.runtime.ports import Clock, Ids
from shared.runtime.service import Service
from shared.store.port import Store


def definition(organisation: Organisation) -> Definition:
    """Return the service as data."""
    own = [topics.department_topic(department.id) for department in organisation.departments]
    return Definition(
        name="departments",
        deciders=(decider(organisation),),
        events=EVENTS,
        listens=LISTENS,
        on_due=on_due,
        topics=(topics.DEPARTMENTS, *own),
    )


def create(
    settings: Settings, organisation: Organisation, store: Store, *, clock: Clock | None = None, ids: Ids | None = None
) -> Service:
    """Return the service, not started; starting it is its app's lifespan."""
    return Service(
        definition(organisation),
        settings,
        store,
        lambda service: [router(service.execute, Views(store), service.clock, service.ids)],
        clock=clock,
        ids=ids,
    )

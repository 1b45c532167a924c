"""Every event type by its name on the wire."""

from __future__ import annotations

from typing import Final

from shared.contracts import departments, intake, review, routing
from shared.contracts.event import Event

EVENTS: Final[dict[str, type[Event]]] = {
    event.type_name(): event for module in (intake, routing, departments, review) for event in module.EVENTS
}

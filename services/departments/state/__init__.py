"""The states of a resolution, how they evolve, and what of them the store may search."""

from services.departments.state.clocks import RunningClock, clocks, next_due
from services.departments.state.evolve import evolve
from services.departments.state.models import (
    INITIAL,
    AgreedTable,
    Agreeing,
    Agreement,
    Closed,
    Completed,
    Delivering,
    Escalation,
    Objection,
    Refusal,
    Round,
    Seat,
    State,
    Statement,
    Table,
    Waiting,
    is_terminal,
    state_adapter,
    table_of,
)
from services.departments.state.next_action import next_action
from services.departments.state.search import audience, held_by_management, index

__all__ = [
    "INITIAL",
    "AgreedTable",
    "Agreeing",
    "Agreement",
    "Closed",
    "Completed",
    "Delivering",
    "Escalation",
    "Objection",
    "Refusal",
    "Round",
    "RunningClock",
    "Seat",
    "State",
    "Statement",
    "Table",
    "Waiting",
    "audience",
    "clocks",
    "evolve",
    "held_by_management",
    "index",
    "is_terminal",
    "next_action",
    "next_due",
    "state_adapter",
    "table_of",
]

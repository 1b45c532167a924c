"""The Theme: all complaints with one cause, counted and costed per month of receipt."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.event import Event
from shared.contracts.part import Part
from shared.contracts.review import ComplaintCounted

Index = dict[str, str | int | list[str]]


class Tally(Part):
    """One month of one theme.

    Attributes:
        count: complaints that have this cause.
        weight: sum of the shares this cause had in them.
        cost: sum of that share of their costs, in the organisation's currency.
    """

    count: int = 0
    weight: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)


class Theme(Part):
    """Counts and costs per period; its complaints are found among the reviews. `last`: the complaint counted last."""

    status: Literal["counting"] = "counting"
    periods: dict[str, Tally] = Field(default_factory=dict)
    last: str = ""


INITIAL: Final = Theme()
STATE: Final = TypeAdapter(Theme)


def evolve(state: Theme, event: Event) -> Theme:
    """Return the state after the event; unknown events leave it as it is."""
    match event:
        case ComplaintCounted():
            before = state.periods.get(event.period, Tally())
            after = Tally(
                count=before.count + 1,
                weight=before.weight + Decimal(str(event.share)),
                cost=before.cost + Decimal(event.cost),
            )
            return Theme(periods={**state.periods, event.period: after}, last=event.complaint)
        case _:
            return state


def is_terminal(_state: Theme) -> bool:
    """A theme never ends."""
    return False


def index(state: Theme) -> Index:
    """Themes are found by the periods they have complaints in."""
    return {"status": state.status, "period": sorted(state.periods)}


def next_due(_state: Theme) -> None:
    """A theme has no clock."""

"""Who sits at the table and who answers for the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from shared.organisation import Organisation

Standing = Literal["invited", "active", "managed", "declined"]
"""How a department stands at the table; `managed`: silent or bounced, so management holds its seat for it."""

DECLINES_UNTIL_MANAGEMENT: Final = 3
"""The third bounce goes to management."""

PROPOSALS_PER_DEPARTMENT: Final = 20
"""More than this nobody reads; alternatives to objections count too."""


def present(standings: Mapping[str, Standing]) -> tuple[str, ...]:
    """Return who sits at the table: everyone but those who declined."""
    return tuple(department for department, standing in standings.items() if standing != "declined")


def the_last_participant_cannot_decline_until_another_accepted(
    standings: Mapping[str, Standing], department: str
) -> bool:
    """Whether `department` is that last participant."""
    return present(standings) == (department,)


def waited_for(standings: Mapping[str, Standing]) -> tuple[str, ...]:
    """Return whose contributions and consent count: the active; where nobody is, the seats that management holds."""
    active = tuple(department for department, standing in standings.items() if standing == "active")
    return active or tuple(department for department, standing in standings.items() if standing == "managed")


def the_accountable_lead(organisation: Organisation, standings: Mapping[str, Standing], lead: str) -> str:
    """Return who answers for the whole: the lead while it sits at the table, else the participant nearest the customer.

    Those who joined come before those who are only invited, and both before a seat that management holds.
    """
    if standings.get(lead) in ("active", "invited"):
        return lead
    for rank in ("active", "invited"):
        candidates = [department for department, standing in standings.items() if standing == rank]
        if candidates:
            return organisation.nearest(candidates).id
    if standings.get(lead) == "managed":
        return lead
    return organisation.nearest(present(standings)).id


def the_lead_of_the_second_stage(organisation: Organisation, participants: Sequence[str], before: Sequence[str]) -> str:
    """Return a lead that has not led before: of the participants, else of the whole organisation.

    Only an organisation in which every department has led already keeps the nearest participant.
    """
    fresh = [department for department in participants if department not in before]
    others = [found.id for found in organisation.departments if found.id not in before]
    return organisation.nearest(fresh or others or participants).id

"""Who may: the policy of the routes that every service has, by role. Declared here, not enforced yet."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends

from shared.web.access import OPEN_TO_ALL, Asker, Policy, ReadDoor, Role, RoleDoor

OPERATOR: Final = "operator"

_WATCHING: Final = Policy(everything=(Role.OPS, Role.OPS_ADMIN, Role.AUDITOR))
_OPERATING: Final = Policy(everything=(Role.OPS, Role.OPS_ADMIN))

Probing = Annotated[Asker, Depends(ReadDoor(OPEN_TO_ALL))]
"""Liveness, readiness and metrics: orchestrators and scrapers have no role to show."""
Watching = Annotated[Asker, Depends(ReadDoor(_WATCHING))]
Operating = Annotated[Asker, Depends(ReadDoor(_OPERATING, OPERATOR))]
"""Trying records again and reading the sources again: neither loses anything."""
GivingUp = Annotated[Asker, Depends(RoleDoor(Policy(everything=(Role.OPS_ADMIN,)), OPERATOR))]
"""A record that is given up is lost to its service for good."""
Pulling = Annotated[Asker, Depends(ReadDoor(Policy(everything=(Role.SERVICE,))))]

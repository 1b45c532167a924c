"""Who may: the policy of each route of routing, by role and scope. Declared here, not enforced yet."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends

from shared.web.access import Asker, Policy, ReadDoor, Role, WriteDoor

TRIAGE: Final = "triage"

_TRIAGES: Final = Policy(everything=(Role.TRIAGE, Role.FRONT_DESK, Role.MANAGER, Role.OPS, Role.AUDITOR))

Deciding = Annotated[Asker, Depends(WriteDoor(Policy(everything=(Role.TRIAGE,)), TRIAGE))]
"""What a complaint is about, and which others it repeats."""
Reading = Annotated[Asker, Depends(ReadDoor(_TRIAGES))]

"""Who may: the policy of each route of departments, by role and scope. Declared here, not enforced yet."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends

from shared.web.access import Asker, Policy, ReadDoor, Role, WriteDoor

MANAGEMENT: Final = "management"

_DEPARTMENT: Final = (Role.DEPARTMENT_AGENT, Role.DEPARTMENT_LEAD)
_TABLE: Final = Policy(own_departments=_DEPARTMENT)
_ESCALATIONS: Final = Policy(everything=(Role.MANAGER, Role.AUDITOR))
_RESOLUTIONS: Final = Policy(everything=(Role.MANAGER, Role.OPS, Role.AUDITOR), own_departments=_DEPARTMENT)

AtTheTable = Annotated[Asker, Depends(WriteDoor(_TABLE))]
"""A caller that names no role acts as the department in the path."""
Managing = Annotated[Asker, Depends(WriteDoor(Policy(everything=(Role.MANAGER,)), MANAGEMENT))]
ReadingTable = Annotated[Asker, Depends(ReadDoor(_TABLE))]
ReadingEscalations = Annotated[Asker, Depends(ReadDoor(_ESCALATIONS))]
ReadingResolutions = Annotated[Asker, Depends(ReadDoor(_RESOLUTIONS))]

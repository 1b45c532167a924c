"""Who may: the policy of each route of intake, by role and scope. Declared here, not enforced yet."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends

from shared.web.access import Asker, Policy, ReadDoor, Role, RoleDoor, WriteDoor

CUSTOMER: Final = "customer"
STAFF: Final = "staff"
IMPORT: Final = "import"

_CUSTOMER: Final = Policy(everything=(Role.FRONT_DESK,), own_complaint=(Role.CUSTOMER,))
_ONE: Final = Policy(everything=(Role.FRONT_DESK, Role.MANAGER), own_complaint=(Role.CUSTOMER,))
_ALL: Final = Policy(everything=(Role.FRONT_DESK, Role.MANAGER, Role.OPS, Role.AUDITOR))

ForCustomer = Annotated[Asker, Depends(WriteDoor(_CUSTOMER, CUSTOMER))]
"""Registering, accepting, rejecting, escalating, withdrawing, giving feedback."""
Importing = Annotated[Asker, Depends(RoleDoor(Policy(everything=(Role.OPS_ADMIN,)), IMPORT))]
Handling = Annotated[Asker, Depends(WriteDoor(Policy(everything=(Role.FRONT_DESK,)), STAFF))]
"""Acknowledging, and what becomes of promises."""
ReadingOne = Annotated[Asker, Depends(ReadDoor(_ONE))]
ReadingAll = Annotated[Asker, Depends(ReadDoor(_ALL))]

"""Who may: the policy of each route of review, by role and scope. Declared here, not enforced yet."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends

from shared.web.access import Asker, Policy, ReadDoor, Role, WriteDoor

BOARD: Final = "review-board"

_DEPARTMENT: Final = (Role.DEPARTMENT_AGENT, Role.DEPARTMENT_LEAD)
_ACTIONS: Final = Policy(everything=(Role.BOARD,), own_departments=(Role.DEPARTMENT_LEAD,))
_REVIEWS: Final = Policy(everything=(Role.BOARD, Role.MANAGER, Role.AUDITOR), own_departments=_DEPARTMENT)
_FIGURES: Final = Policy(everything=(Role.BOARD, Role.MANAGER, Role.OPS, Role.AUDITOR))

Reviewing = Annotated[Asker, Depends(WriteDoor(Policy(everything=(Role.BOARD,)), BOARD))]
FinishingAction = Annotated[Asker, Depends(WriteDoor(_ACTIONS, BOARD))]
"""An action is done when the department that took it on reports it."""
Acknowledging = Annotated[Asker, Depends(WriteDoor(Policy(own_departments=_DEPARTMENT)))]
"""A caller that names no role acts as the department in the body."""
ReadingReviews = Annotated[Asker, Depends(ReadDoor(_REVIEWS))]
ReadingFigures = Annotated[Asker, Depends(ReadDoor(_FIGURES))]

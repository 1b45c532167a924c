"""The door of every route: who asks, and who may.

**There is no authentication yet.** The caller's word is taken, and everybody is let through: `Door.admit` is the
one place where that will change. Until then policies are declared, not enforced.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from fastapi import Request

from shared.web.headers import LEFT_BY_DOOR, KeyHeader, RoleHeader, TraceHeader, VersionHeader, WriteHeaders


class Role(StrEnum):
    """The roles that policies name. A caller may still give any other word as its role: see `Asker`."""

    CUSTOMER = "customer"
    FRONT_DESK = "front-desk"
    TRIAGE = "triage"
    DEPARTMENT_AGENT = "department-agent"
    DEPARTMENT_LEAD = "department-lead"
    MANAGER = "manager"
    BOARD = "board"
    OPS = "ops"
    OPS_ADMIN = "ops-admin"
    AUDITOR = "auditor"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Which roles may use a route, and what each of them reaches there.

    Attributes:
        everything: roles that reach whatever the route offers.
        own_departments: roles that reach the complaints of the departments that the asker acts for.
        own_complaint: roles that reach the complaint that the asker made.
        open_to_all: everybody may, even without a role; then no role is named.
    """

    everything: tuple[Role, ...] = ()
    own_departments: tuple[Role, ...] = ()
    own_complaint: tuple[Role, ...] = ()
    open_to_all: bool = False

    def __post_init__(self) -> None:
        named = (*self.everything, *self.own_departments, *self.own_complaint)
        if bool(named) == self.open_to_all:
            msg = "a policy either names the roles that may, or is open to all"
            raise ValueError(msg)
        if len(set(named)) < len(named):
            msg = "a policy names each role once: on one route a role has one reach"
            raise ValueError(msg)


OPEN_TO_ALL: Final = Policy(open_to_all=True)

Established = Literal["word", "assumed", "unknown"]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks.

    Attributes:
        roles: what it acts as, the one for events first; empty where none was given or assumed.
        departments: those it acts for.
        pseudonym: the person or machine; empty where it is not known.
        established: how the roles are known: by the caller's word, assumed from the route, or not at all.
    """

    roles: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    pseudonym: str = ""
    established: Established = "unknown"

    @property
    def by(self) -> str:
        """The role that events carry; empty where there is none."""
        return self.roles[0] if self.roles else ""


class Door:
    """Admits requests to one kind of route and says who asks. Use one of the classes below.

    Args:
        policy: who may.
        assumed: the role of a caller that names none; where it is empty, the department in the path stands for it.
    """

    def __init__(self, policy: Policy, assumed: str = "") -> None:
        self.policy = policy
        self._assumed = assumed

    def admit(self, request: Request, given: str) -> Asker:
        """Return who asks. Nobody is turned away yet, whatever the policy is.

        Args:
            given: the role that the caller gave as its own; empty where it gave none.
        """
        department = str(request.path_params.get("department", ""))
        role = given or self._assumed or department
        return Asker(
            roles=(role,) if role else (),
            departments=(department,) if department else (),
            established="word" if given else "assumed" if role else "unknown",
        )


class ReadDoor(Door):
    """The door of a route that reads: ``Annotated[Asker, Depends(ReadDoor(policy))]``."""

    async def __call__(self, request: Request) -> Asker:
        """Say who asks. A read ignores the role header for now."""
        return self.admit(request, "")


class WriteDoor(Door):
    """The door of a route that carries out a command. It reads all headers of the write and keeps them for its frame.

    They are read together because where several are wrong, the answer names them in this order.
    """

    async def __call__(
        self,
        request: Request,
        key: KeyHeader = "",
        version: VersionHeader = "",
        role: RoleHeader = "",
        traceparent: TraceHeader = "",
    ) -> Asker:
        """Say who asks."""
        request.scope[LEFT_BY_DOOR] = WriteHeaders(key, version, traceparent)
        return self.admit(request, role)


class RoleDoor(Door):
    """The door of a route that takes the role header but not the other headers of a write."""

    async def __call__(self, request: Request, role: RoleHeader = "") -> Asker:
        """Say who asks."""
        return self.admit(request, role)

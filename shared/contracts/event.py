"""What every published event has: who (a role), when, and its name and version."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

MAX_TEXT: Final = 20_000


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = "an instant needs a time zone, e.g. 2026-01-31T12:00:00Z"
        raise ValueError(msg)
    return value


Instant = Annotated[datetime, AfterValidator(_utc)]
"""A moment in UTC; a naive datetime is refused."""


class Part(BaseModel):
    """A piece of an event or of a state: frozen; unknown fields are ignored so that old readers meet new writers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Part):
    """Something that happened. Past tense; never renamed, only versioned.

    Attributes:
        at: when it happened.
        by: the role that did it (``customer``, ``customer-care``, ``system`` …), never a person.
    """

    version: ClassVar[int] = 1
    at: Instant
    by: str

    @classmethod
    def type_name(cls) -> str:
        """Return the CloudEvents type, e.g. ``ComplaintRegistered.v1``."""
        return f"{cls.__name__}.v{cls.version}"

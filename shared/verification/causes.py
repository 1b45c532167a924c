"""C-CAUSE: every cause exists; no event without an accepted root."""

from __future__ import annotations

from typing import Final

from shared.contracts.intake import ComplaintRegistered
from shared.verification.evidence import Evidence, Finding, Tally, Told

_ROOTS: Final = ("command:", "clock:")


def every_cause_exists(evidence: Evidence) -> Finding:
    """Check each event's cause and the complaint it belongs to."""
    tally = Tally()
    known = {told.record.id: told for told in evidence.told}
    registered = {told.key for told in evidence.told if isinstance(told.event, ComplaintRegistered)}
    mains = {one.definition.main.kind for one in evidence.services.values() if one.definition.main is not None}
    for told in evidence.told:
        tally.looked()
        name, cause = f"{type(told.event).__name__} {told.record.id}", told.record.cause
        if not cause:
            tally.found(f"{name} has no cause.")
        elif not cause.startswith(_ROOTS) and cause not in known:
            tally.found(f"{name} was caused by {cause}, which does not exist.")
        elif _goes_round(told, known):
            tally.found(f"{name} is its own cause.")
        complaint = getattr(told.event, "complaint", "")
        if not isinstance(complaint, str):
            complaint = ""
        complaint = told.key if told.kind in mains else complaint
        if complaint and complaint not in registered:
            tally.found(f"{name} is about complaint {complaint}, which nobody registered.")
    return tally.finding()


def _goes_round(told: Told, known: dict[str, Told]) -> bool:
    seen: set[str] = set()
    current: Told | None = told
    while current is not None and current.record.id not in seen:
        seen.add(current.record.id)
        current = known.get(current.record.cause)
    return current is not None

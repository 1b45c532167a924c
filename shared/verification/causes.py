"""C-CAUSE: every cause exists; no event without an accepted root."""

from __future__ import annotations

from typing import Final

from shared.contracts.intake import ComplaintRegistered
from shared.verification.evidence import Evidence, Finding, Logged, Tally

_ROOTS: Final = ("command:", "clock:")


def every_cause_exists(evidence: Evidence) -> Finding:
    """Check each event's cause and the complaint it belongs to."""
    tally = Tally()
    known = {logged.record.id: logged for logged in evidence.logged}
    registered = {logged.key for logged in evidence.logged if isinstance(logged.event, ComplaintRegistered)}
    mains = {one.definition.main.kind for one in evidence.services.values() if one.definition.main is not None}
    for logged in evidence.logged:
        tally.looked()
        name, cause = f"{type(logged.event).__name__} {logged.record.id}", logged.record.cause
        if not cause:
            tally.found(f"{name} has no cause.")
        elif not cause.startswith(_ROOTS) and cause not in known:
            tally.found(f"{name} was caused by {cause}, which does not exist.")
        elif _goes_round(logged, known):
            tally.found(f"{name} is its own cause.")
        complaint = getattr(logged.event, "complaint", "")
        if not isinstance(complaint, str):
            complaint = ""
        complaint = logged.key if logged.kind in mains else complaint
        if complaint and complaint not in registered:
            tally.found(f"{name} is about complaint {complaint}, which nobody registered.")
    return tally.finding()


def _goes_round(logged: Logged, known: dict[str, Logged]) -> bool:
    seen: set[str] = set()
    current: Logged | None = logged
    while current is not None and current.record.id not in seen:
        seen.add(current.record.id)
        current = known.get(current.record.cause)
    return current is not None

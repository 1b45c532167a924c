"""The ten invariants as pure functions over what a run left behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from shared.verification.acknowledged import accepted_is_one_complaint
from shared.verification.causes import every_cause_exists
from shared.verification.clocks import no_clock_early_or_twice
from shared.verification.conserved import no_complaint_vanishes
from shared.verification.dead import parked_is_what_was_broken
from shared.verification.dense import nothing_missing_or_overtaking
from shared.verification.evidence import Evidence, Finding, Fired, Request, Stored
from shared.verification.journal import JournalInvalid, read_journal
from shared.verification.live import everything_drained
from shared.verification.once import each_effect_once
from shared.verification.personal import nothing_personal_got_out
from shared.verification.states import folding_gives_the_stored_state

__all__ = ["CHECKS", "Evidence", "Finding", "Fired", "JournalInvalid", "Request", "Stored", "check", "read_journal"]

CHECKS: Final[Mapping[str, Callable[[Evidence], Finding]]] = {
    "C-ACK": accepted_is_one_complaint,
    "C-CONSERVE": no_complaint_vanishes,
    "C-ONCE": each_effect_once,
    "C-DENSE": nothing_missing_or_overtaking,
    "C-CAUSE": every_cause_exists,
    "C-STATE": folding_gives_the_stored_state,
    "C-DEAD": parked_is_what_was_broken,
    "C-LIVE": everything_drained,
    "C-TIME": no_clock_early_or_twice,
    "C-PII": nothing_personal_got_out,
}


def check(evidence: Evidence) -> dict[str, Finding]:
    """Return what each invariant came to, by id; `checked` 0 means that there was nothing to check it by."""
    return {name: invariant(evidence) for name, invariant in CHECKS.items()}

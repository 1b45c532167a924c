"""What the triage desk may not do, and the sentence that says so: one name, one sentence."""

from __future__ import annotations

from typing import Final

from shared.eventsourcing.decider import Rule

UNKNOWN_COMPLAINT: Final = Rule("unknown-complaint", "There is no complaint with this id.", absent=True)
TRIAGE_ENDED: Final = Rule("triage-ended", "The complaint is {why}: its triage stands as it is.")
HISTORIC: Final = Rule(
    "historic", "The complaint was imported from the past: it is counted, and nobody acts on it any more."
)
UNKNOWN_CATEGORY: Final = Rule("unknown-category", "There is no category '{category}'; {closest}.")
UNKNOWN_STEP: Final = Rule("unknown-step", "There is no step '{step}'; {closest}.")
NO_STEP: Final = Rule("no-step", "Category '{category}' touches no step by itself: name the steps it touches.")
OWN_REPEAT: Final = Rule("own-repeat", "A complaint cannot repeat itself: name another complaint.")

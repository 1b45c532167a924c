"""What the board may not do, and the sentence that says so: one name, one sentence."""

from __future__ import annotations

from typing import Final

from shared.eventsourcing.decider import Rule

REVIEW_NOT_OPEN: Final = Rule("review-not-open", "A review opens when the complaint is resolved; there is none yet.")
REVIEW_CONCLUDED: Final = Rule("review-concluded", "The causes of a concluded review are counted already; they stay.")
COMPLAINT_NOT_CLOSED: Final = Rule(
    "complaint-not-closed", "A review is concluded after the complaint is closed: its outcome is part of the summary."
)
NO_CAUSES: Final = Rule("no-causes", "Name at least one cause.")
UNKNOWN_STEP: Final = Rule("unknown-step", "There is no step '{step}'; {closest}.")
UNKNOWN_DEPARTMENT: Final = Rule("unknown-department", "There is no department '{department}'.")
WEIGHTS_ARE_POSITIVE: Final = Rule("weights-are-positive", "The weight of {step} must be more than 0.")
CAUSES_NEED_EVIDENCE: Final = Rule("causes-need-evidence", "Say what shows that {step} is a cause.")
CAUSES_ARE_DISTINCT: Final = Rule(
    "causes-are-distinct", "Name a step and factor together only once, with their weights added up."
)
ACTION_SAYS_NOTHING: Final = Rule("action-says-nothing", "Say what will be done.")
ACTION_NEEDS_CRITERION: Final = Rule(
    "action-needs-criterion", "Name the criterion by which later complaints will show that it worked."
)
ACTION_DUE_IN_FUTURE: Final = Rule("action-due-in-future", "An action is due after it is agreed, not on {due}.")
UNKNOWN_ACTION: Final = Rule("unknown-action", "This review has no action '{action}'.")
NO_SUMMARY_YET: Final = Rule("no-summary-yet", "The summary can be read when the review is concluded.")

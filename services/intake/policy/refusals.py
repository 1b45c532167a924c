"""What intake refuses, and the sentence that says so: one name, one sentence."""

from __future__ import annotations

from typing import Final

from shared.eventsourcing.decider import Rule

NO_SUCH_COMPLAINT: Final = Rule("no-such-complaint", "There is no complaint with this id.", absent=True)
COMPLAINT_OVER: Final = Rule("complaint-over", "The complaint is over: it was closed or withdrawn.")
HISTORIC: Final = Rule(
    "historic", "The complaint was imported from the past: it is counted, and nobody acts on it any more."
)
NO_ANSWER_YET: Final = Rule("no-answer-yet", "The customer can accept or reject only after the answer was sent.")
MANAGEMENT_HAS_IT: Final = Rule(
    "management-has-it",
    "Management has this complaint: it can be closed only after a manager has personally contacted the customer "
    "and handed it back.",
)
ACKNOWLEDGEMENT_FIRST: Final = Rule(
    "acknowledgement-first",
    "Management can be asked for from the acknowledgement on, or when the time to acknowledge has run out.",
)
UNKNOWN_LEARNING_CODE: Final = Rule(
    "unknown-learning-code", "The learning code must be one of the organisation's playbook."
)
NO_SUCH_PROMISE: Final = Rule("no-such-promise", "This complaint has no promise of that name.")
PROMISE_SETTLED: Final = Rule(
    "promise-settled", "The promise was already kept or broken; only an open promise can change."
)
PROMISE_WAS_DUE: Final = Rule(
    "promise-was-due", "A promise is kept, or given a new date, only up to the date it was due."
)
PROMISE_IN_THE_PAST: Final = Rule("promise-in-the-past", "The new date must lie ahead.")
KEPT_BY_THE_ANSWER: Final = Rule("kept-by-the-answer", "The promise of an answer is kept by the answer itself.")
FEEDBACK_NOT_ASKED: Final = Rule("feedback-not-asked", "Feedback was not asked for this complaint.")
FEEDBACK_GIVEN: Final = Rule("feedback-given", "Feedback was already given, with other scores.")
FEEDBACK_INCOMPLETE: Final = Rule("feedback-incomplete", "Give one score per question, in their order.")
ANSWER_BEFORE_COMPLETION: Final = Rule(
    "answer-before-completion", "A resolution is complete only after its answer was agreed; no answer is known."
)

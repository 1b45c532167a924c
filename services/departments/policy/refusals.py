"""What departments and management may not do, and the sentence that says so: one name, one sentence."""

from __future__ import annotations

from typing import Final

from shared.eventsourcing.decider import Rule

NO_SUCH_COMPLAINT: Final = Rule("no-such-complaint", "There is no complaint with this id.", absent=True)
NOT_AT_THIS_TABLE: Final = Rule("not-at-this-table", "{department} was not invited to this table.", absent=True)
TABLE_CLOSED: Final = Rule("table-closed", "The table is closed; what was agreed stays on record.")
JOIN_FIRST: Final = Rule("join-first", "Join the table first; then contribute.")
DECLINED: Final = Rule("declined", "The department declined; join the table again first.")
DECLINE_NEEDS_A_REASON: Final = Rule("decline-needs-a-reason", "Give one of these reasons: {reasons}.")
DECLINE_NEEDS_A_NOMINEE: Final = Rule("decline-needs-a-nominee", "Name another department that is concerned: {others}.")
THE_LAST_PARTICIPANT_STAYS: Final = Rule(
    "the-last-participant-stays",
    "This is the last department at the table: nominate another, and decline once it has joined.",
)
OWN_STEPS_ONLY: Final = Rule("own-steps-only", "A department reports its own steps: {steps}.")
ENDS_AFTER_IT_STARTS: Final = Rule("ends-after-it-starts", "Step '{step}' ends before it starts.")
WAITING_WITHIN_THE_STEP: Final = Rule(
    "waiting-within-the-step", "The waiting in '{step}' is no longer than the step itself."
)
MINUTES_ARE_COUNTED: Final = Rule("minutes-are-counted", "Staff minutes cannot be negative.")
ENOUGH_PROPOSALS: Final = Rule("enough-proposals", "A department makes at most {most} proposals.")
STEP_OF_THIS_TABLE: Final = Rule("step-of-this-table", "Tie the proposal to a step of this table: {steps}.")
REMEDY_OF_THE_PLAYBOOK: Final = Rule("remedy-of-the-playbook", "Choose a remedy of the playbook: {remedies}.")
REMEDY_WITHIN_THE_LIMIT: Final = Rule(
    "remedy-within-the-limit", "'{remedy}' goes from nothing to {most}, not {amount}."
)
REMEDY_NEEDS_THE_LEAD: Final = Rule("remedy-needs-the-lead", "Only the lead may propose '{remedy}'.")
PREVENTION_HAS_NO_REMEDY: Final = Rule(
    "prevention-has-no-remedy", "A prevention is for the next customer; leave `remedy` out."
)
BUDGET_IS_POSITIVE: Final = Rule("budget-is-positive", "The budget of '{step}' is at least one hour.")
NOT_REVEALED_YET: Final = Rule(
    "not-revealed-yet", "The blind round is not over; endorse, object and agree once everything is revealed."
)
NO_SUCH_PROPOSAL: Final = Rule("no-such-proposal", "There is no proposal '{proposal}' on this table.")
OWN_PROPOSAL: Final = Rule("own-proposal", "A department does not object to its own proposal; propose another one.")
ALREADY_OBJECTED: Final = Rule(
    "already-objected", "This objection is on the table; propose further alternatives as proposals."
)
ALTERNATIVE_OF_ITS_KIND: Final = Rule("alternative-of-its-kind", "The alternative to a {kind} is a {kind}.")
ALREADY_AGREED: Final = Rule(
    "already-agreed", "The table has agreed; what was agreed stands until the customer has answered."
)
ONLY_THE_LEAD_AGREES: Final = Rule("only-the-lead-agrees", "{lead} leads this table and writes down what was agreed.")
ONE_REMEDY: Final = Rule("one-remedy", "'{proposal}' is a prevention; agree on one remedy.")
PREVENTIONS_ONCE_EACH: Final = Rule("preventions-once-each", "Name preventions only, each once: not {proposals}.")
BUDGET_OF_A_KNOWN_STEP: Final = Rule("budget-of-a-known-step", "There is no step '{step}'; the chain has {known}.")
BUDGETS_WITHIN_THE_PROMISE: Final = Rule("budgets-within-the-promise", "{broken}")
NOT_AGREED_YET: Final = Rule("not-agreed-yet", "Not everybody stands behind it: {missing}.{until}")
AGREE_FIRST: Final = Rule("agree-first", "The table has not agreed on a remedy yet.")
ALREADY_DELIVERED: Final = Rule("already-delivered", "{department} delivered the remedy already.")
COSTS_ARE_COUNTED: Final = Rule("costs-are-counted", "Cost and staff minutes cannot be negative.")
ONLY_THE_LEAD_ANSWERS: Final = Rule("only-the-lead-answers", "{lead} leads this table and gives the answer.")
ANSWER_COVERS_EVERY_POINT: Final = Rule("answer-covers-every-point", "The answer leaves out point {points}.")
POINTS_OF_THE_COMPLAINT: Final = Rule("points-of-the-complaint", "The complaint has {points} points; name each once.")
PROMISES_ARE_AHEAD: Final = Rule("promises-are-ahead", "Promise a date that is still ahead: {promises}.")
THE_CUSTOMERS_TURN: Final = Rule("the-customers-turn", "Remedy and answer are given; it is the customer's turn now.")
NOT_ESCALATED: Final = Rule("not-escalated", "Management does not have this complaint; nothing is open.")
CONTACT_THE_CUSTOMER_FIRST: Final = Rule(
    "contact-the-customer-first", "A manager speaks to the customer in person before handing back."
)
FINDINGS_MISSING: Final = Rule("findings-missing", "Each failed instance needs a fix or a reason: {missing}.")
UNKNOWN_INSTANCE: Final = Rule("unknown-instance", "{unknown} is not among the instances that failed: {known}.")

"""The table's rules, numbers and tables, named as sentences. Pure."""

from services.departments.policy.budgets import what_the_budgets_would_break
from services.departments.policy.deadlines import Due, due
from services.departments.policy.seats import (
    DECLINES_UNTIL_MANAGEMENT,
    PROPOSALS_PER_DEPARTMENT,
    Standing,
    the_accountable_lead,
    the_last_participant_cannot_decline_until_another_accepted,
    the_lead_of_the_second_stage,
    waited_for,
)
from services.departments.policy.wording import (
    EXCERPT,
    contradictions,
    effect_on_the_customer,
    failed_instances,
    failed_instances_without_a_table,
    first_action,
)

__all__ = [
    "DECLINES_UNTIL_MANAGEMENT",
    "EXCERPT",
    "PROPOSALS_PER_DEPARTMENT",
    "Due",
    "Standing",
    "contradictions",
    "due",
    "effect_on_the_customer",
    "failed_instances",
    "failed_instances_without_a_table",
    "first_action",
    "the_accountable_lead",
    "the_last_participant_cannot_decline_until_another_accepted",
    "the_lead_of_the_second_stage",
    "waited_for",
    "what_the_budgets_would_break",
]

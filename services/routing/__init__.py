"""routing: where a complaint belongs, and why.

Owns: the Triage (key: complaint id): category, severity, language, the steps touched with their whys, the queue for
people where the confidence is too low, links between complaints, what departments confirmed and refuted.
Listens to: intake (registered, closed, withdrawn), departments (joined, declined).
Says: `complaints.routing.v1`.
"""

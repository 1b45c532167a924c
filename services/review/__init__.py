"""Review: what went wrong in the chain, what it cost, and what is done about it.

Owns: the Review of a complaint, the Theme of all complaints with one cause, the Period of all complaints of a month.
Listens to: intake, routing, departments; and to its own reviews, which themes and periods count.
Says: `complaints.review.v1`, and each summary also on `complaints.summaries.v1`.
"""

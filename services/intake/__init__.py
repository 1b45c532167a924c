"""Intake: the customer's side of a complaint.

Owns: the Complaint (registration, acknowledgement, promises, answer, outcome, closing, feedback) and the vault with
the customer's identity and original words.
Listens to: departments (the table, the agreed answer, completion, management).
Says: `complaints.intake.v1`.
"""

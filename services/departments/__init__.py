"""Departments: all owners of touched steps at one table, from the invitation to remedy and answer.

Owns: the Resolution (stream ``resolution/<complaint id>``).
Listens to: intake (the complaint, its outcome, its end) and routing (which steps it touches).
Says: ``complaints.departments.v1``, and to each department on ``complaints.department.<id>.v1``.
"""

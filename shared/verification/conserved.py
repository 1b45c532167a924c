"""C-CONSERVE: no complaint vanishes, in total and per department."""

from __future__ import annotations

from collections import Counter

from shared.contracts import departments, intake
from shared.contracts.topics import department_topic
from shared.verification.evidence import Evidence, Finding, Tally


def no_complaint_vanishes(evidence: Evidence) -> Finding:
    """Check that registered = open + closed + withdrawn + parked or given up, in total, per service and department."""
    tally = Tally()
    registered = {logged.key for logged in evidence.logged if isinstance(logged.event, intake.ComplaintRegistered)}
    closed = {logged.key for logged in evidence.logged if isinstance(logged.event, intake.ComplaintClosed)}
    withdrawn = {logged.key for logged in evidence.logged if isinstance(logged.event, intake.ComplaintWithdrawn)}
    known = {request.complaint for request in evidence.journal if request.status == "accepted"}
    everywhere = registered | known
    tally.looked(len(everywhere))
    opened = registered - closed - withdrawn
    total = len(opened) + len(closed) + len(withdrawn)
    if total != len(everywhere):
        tally.found(
            f"{len(everywhere)} complaints were accepted, but {len(opened)} open + {len(closed)} closed + "
            f"{len(withdrawn)} withdrawn are {total}."
        )
    for name, stored in evidence.services.items():
        if any(listen.event.stream is intake.COMPLAINTS for listen in stored.definition.listens):
            main = stored.definition.main
            own = (*(commit.stream for commit in stored.commits), *stored.passed)
            there = {name.partition("/")[2] for name in own if main and name.startswith(f"{main.kind}/")}
            missing = sorted(key for key in registered - there if (name, key) not in evidence.differing)
            tally.looked(len(registered))
            if missing:
                tally.found(
                    f"{name} knows {len(registered) - len(missing)} of {len(registered)} complaints, parked ones "
                    f"included; missing: {', '.join(missing[:5])}."
                )
    _per_department(evidence, tally, opened)
    return tally.finding()


def _per_department(evidence: Evidence, tally: Tally, opened: set[str]) -> None:
    """Per department: invited = open + closed, by the table and by the complaint; its own topic says the same."""
    ended = {logged.key for logged in evidence.logged if isinstance(logged.event, departments.TableClosed)}
    invited: dict[str, set[str]] = {}
    # Of a complaint from the past nobody is told: nothing is left to do.
    past = {one.key for one in evidence.logged if isinstance(one.event, departments.TableOpened) and one.event.historic}
    for logged in evidence.logged:
        if isinstance(logged.event, departments.DepartmentInvited) and logged.key not in past:
            invited.setdefault(logged.event.department, set()).add(logged.key)
    briefed: dict[str, set[str]] = {}
    for stored in evidence.services.values():
        for commit in stored.commits:
            for record in commit.records:
                briefed.setdefault(record.topic, set()).add(commit.stream.partition("/")[2])
    # The customer's side and the table's differ where one of the two has not heard of the other.
    stuck = {key for name, key in evidence.differing if name in ("intake", "departments")}
    for department, complaints in sorted(invited.items()):
        tally.looked(len(complaints))
        unbriefed = complaints - briefed.get(department_topic(department), set())
        if unbriefed:
            tally.found(f"{department} was invited to {min(unbriefed)}, but its own topic does not say so.")
        by_table, by_complaint = Counter[str](), Counter[str]()
        for key in complaints - stuck:
            by_table["closed" if key in ended else "open"] += 1
            by_complaint["open" if key in opened else "closed"] += 1
        if by_table != by_complaint:
            tally.found(
                f"{department}: {by_table['open']} tables are open and {by_table['closed']} closed, of complaints that "
                f"are {by_complaint['open']} open and {by_complaint['closed']} closed."
            )

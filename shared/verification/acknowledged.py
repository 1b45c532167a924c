"""C-ACK: what was accepted exists once; what was not accepted exists at most once."""

from __future__ import annotations

from collections import Counter

from shared.contracts.intake import ComplaintRegistered
from shared.verification.evidence import Evidence, Finding, Tally


def accepted_is_one_complaint(evidence: Evidence) -> Finding:
    """Check the client's journal against the registrations."""
    tally = Tally()
    registered = Counter(logged.key for logged in evidence.logged if isinstance(logged.event, ComplaintRegistered))
    carried_out = _carried_out(evidence)
    answers: dict[str, set[str]] = {}
    for request in evidence.journal:
        known = answers.setdefault(request.key, set())
        if request.status == "accepted":
            known.add(request.complaint)
    for key, complaints in answers.items():
        tally.looked()
        if len(complaints) > 1:
            tally.found(f"Request {key} was accepted as {len(complaints)} complaints: {', '.join(sorted(complaints))}.")
        for complaint in sorted(complaints):
            if registered[complaint] != 1:
                name, times = complaint or "(no id)", registered[complaint]
                tally.found(f"Request {key} was accepted as complaint {name}, which is registered {times} times.")
        streams = carried_out.get(key, set())
        if len(streams) > 1:
            tally.found(f"Request {key} was carried out {len(streams)} times: {', '.join(sorted(streams))}.")
    for complaint, times in registered.items():
        if times > 1 and answers:
            tally.found(f"Complaint {complaint} is registered {times} times.")
    return tally.finding()


def _carried_out(evidence: Evidence) -> dict[str, set[str]]:
    """Per command id the streams in which it was carried out."""
    found: dict[str, set[str]] = {}
    for stored in evidence.services.values():
        for commit in stored.commits:
            for done in commit.commands:
                found.setdefault(done.command_id, set()).add(done.stream)
    return found

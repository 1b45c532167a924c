"""C-DEAD: what waits for a person is exactly what was broken on purpose."""

from __future__ import annotations

from shared.testing.checker.evidence import Evidence, Finding, Tally

Place = tuple[str, str, int, int]


def parked_is_what_was_broken(evidence: Evidence) -> Finding:
    """Check the injected poison against the permanently parked records, both ways; what waits behind one may wait."""
    tally = Tally()
    if evidence.poison is None:
        return tally.finding()
    dead: set[Place] = set()
    closed: set[tuple[str, str]] = set()
    for name, stored in evidence.services.items():
        for record in sorted(stored.parked, key=lambda one: (one.key, one.position)):
            tally.looked()
            place = (name, record.topic, record.partition, record.offset)
            if place in evidence.poison:
                if place in dead:
                    tally.found(f"{name} parked {record.topic} [{record.partition}] at {record.offset} twice.")
                dead.add(place)
                closed.add((name, record.key))
            elif record.permanent:
                closed.add((name, record.key))
                tally.found(f"{name} gave up {record.id} of {record.key}, which was sound: {record.reason}.")
            elif (name, record.key) not in closed:
                tally.found(f"{name} still has {record.id} of {record.key} parked: {record.reason}.")
    for name, topic, partition, offset in sorted(evidence.poison - evidence.given_up - dead):
        tally.looked()
        if name in evidence.services:
            tally.found(f"{name} swallowed the broken record in {topic} [{partition}] at {offset}.")
    return tally.finding()

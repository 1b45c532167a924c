"""C-DEAD: what waits for a person is exactly what was broken on purpose."""

from __future__ import annotations

from shared.verification.evidence import Evidence, Finding, Position, Tally


def parked_is_what_was_broken(evidence: Evidence) -> Finding:
    """Check the injected poison against the permanently parked records, both ways; what waits behind one may wait.

    Where nobody kept count of the poison, nobody knows what was sound: then only that each parked record waits for
    something, its time, a person or its line, and that what was given up has a reason and a name.
    """
    tally = Tally()
    _given_up(evidence, tally)
    if evidence.poison is None:
        _waits(evidence, tally)
        return tally.finding()
    dead: set[Position] = set()
    closed: set[tuple[str, str]] = set()
    for name, stored in evidence.services.items():
        for record in sorted(stored.parked, key=lambda one: (one.key, one.position)):
            tally.looked()
            position = (name, record.topic, record.partition, record.offset)
            if position in evidence.poison:
                if position in dead:
                    tally.found(f"{name} parked {record.topic} [{record.partition}] at {record.offset} twice.")
                dead.add(position)
                closed.add((name, record.key))
            elif record.permanent:
                closed.add((name, record.key))
                tally.found(f"{name} gave up {record.id} of {record.key}, which was sound: {record.reason}.")
            elif (name, record.key) not in closed:
                tally.found(f"{name} still has {record.id} of {record.key} parked: {record.reason}.")
    _elsewhere(evidence, evidence.poison - dead, evidence.poison, tally)
    return tally.finding()


def _elsewhere(evidence: Evidence, missing: frozenset[Position], poison: frozenset[Position], tally: Tally) -> None:
    """What a person gave up has to have been broken; what was broken and is not parked has to have been given up."""
    for name, topic, partition, offset in sorted(evidence.skipped - poison):
        tally.found(f"{name} was told to skip a sound record in {topic} [{partition}] at {offset}.")
    for name, topic, partition, offset in sorted(missing - evidence.skipped):
        tally.looked()
        if name in evidence.services:
            tally.found(f"{name} swallowed the broken record in {topic} [{partition}] at {offset}.")


def _waits(evidence: Evidence, tally: Tally) -> None:
    for name, stored in evidence.services.items():
        for record in stored.parked:
            tally.looked()
            if not record.permanent and record.due is None:
                tally.found(
                    f"{name} has {record.id} of {record.key} parked, neither due nor permanent: nobody tries it."
                )


def _given_up(evidence: Evidence, tally: Tally) -> None:
    for name, stored in evidence.services.items():
        parked = {record.id for record in stored.parked}
        for one in stored.skipped:
            tally.looked()
            what = f"{one.record.id} of {one.record.key}"
            if not one.why.strip() or not one.by.strip():
                tally.found(f"{name} gave up {what}, and nobody says why and who.")
            if one.record.id in parked:
                tally.found(f"{name} gave up {what}, and has it parked again.")

"""C-STATE for projections: each row is folded from the events that are its own, each once, and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from shared.contracts.event import Event
from shared.eventsourcing.catalogue import Catalogue
from shared.eventsourcing.projector import Projector
from shared.verification.evidence import Evidence, Logged, Stored, Tally


def check_rows(evidence: Evidence, tally: Tally) -> None:
    """Check the rows of every projection of every service against what their events' owners keep."""
    for name, stored in evidence.services.items():
        catalogue = stored.definition.catalogue
        for projector in stored.definition.projectors:
            wanted = _wanted(projector, evidence)
            taken = _taken(projector, stored, catalogue)
            for stream in {**wanted, **taken}:
                tally.looked()
                excused = {logged.record.id for logged in wanted.get(stream, ()) if evidence.excuses(name, logged)}
                for sentence in _differences(wanted.get(stream, []), taken.get(stream, []), excused):
                    tally.found(f"{name}: the row {stream} {sentence}")


def _wanted(projector: Projector[object], evidence: Evidence) -> dict[str, list[Logged]]:
    """Per row the events that belong into it."""
    found: dict[str, list[Logged]] = {}
    for logged in evidence.logged:
        if type(logged.event) in projector.received:
            found.setdefault(projector.rows.name(projector.key(logged.event, logged.key)), []).append(logged)
    return found


def _taken(projector: Projector[object], stored: Stored, catalogue: Catalogue) -> dict[str, list[tuple[str, Event]]]:
    """Per row what it was folded from: the id of the event, and the event as it was taken down."""
    found: dict[str, list[tuple[str, Event]]] = {}
    owns = projector.decider().owns
    for commit in stored.commits:
        if commit.stream.startswith(f"{projector.rows.kind}/"):
            row = found.setdefault(commit.stream, [])
            row += [(one.cause, catalogue.read(one.type, one.data)) for one in commit.records if owns(one.topic)]
    return found


def _differences(wanted: list[Logged], taken: list[tuple[str, Event]], excused: set[str]) -> Iterator[str]:
    known = {logged.record.id: logged.event for logged in wanted}
    for cause, times in Counter(cause for cause, _ in taken).items():
        if times > 1:
            yield f"was folded from {cause} {times} times."
    for cause, event in taken:
        if cause not in known:
            yield f"was folded from {cause}, which does not belong into it."
        elif type(event) is type(known[cause]) and event != known[cause]:
            # What an earlier release counted by an event of its own has the same cause and another type.
            yield f"was folded from {cause} as it never was."
    for missing in known.keys() - {cause for cause, _ in taken} - excused:
        yield f"was not folded from {missing}."

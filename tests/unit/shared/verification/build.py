"""The evidence of a run in which all went well, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from shared.messaging.parse import Raw
from shared.store.port import Commit, Parked, Record, Skipped
from shared.testing.simulator import World, undisturbed
from shared.verification import Evidence, Finding, Stored, check


@cache
def sound() -> Evidence:
    """All three services, two complaints, both clocks ran out, nothing broken."""
    with undisturbed():
        for seed in range(1_000):
            world = World(seed)
            plan = world.plan
            if len(plan.services) == 3 and plan.complaints == 2 and not plan.skewed:
                world.loop.run(world.live())
                evidence = world.final
                kinds = [type(logged.event).__name__ for logged in evidence.logged] if evidence else []
                complete = kinds.count("ComplaintClosed") == 2 and "AcknowledgementMissed" in kinds
                if evidence and complete and not world.poison:
                    return evidence
    raise AssertionError("no such seed")


def findings(evidence: Evidence, invariant: str) -> tuple[str, ...]:
    """Return what one invariant says; it must have looked at something."""
    finding: Finding = check(evidence)[invariant]
    assert finding.checked
    assert finding.ok is not bool(finding.findings)
    return finding.findings


def with_store(evidence: Evidence, service: str, change: Callable[[Stored], Stored]) -> Evidence:
    """One service's store, changed."""
    return replace(evidence, services={**evidence.services, service: change(evidence.services[service])})


def with_commits(evidence: Evidence, service: str, change: Callable[[Commit], list[Commit]]) -> Evidence:
    """Each commit of a service becomes what `change` makes of it."""
    return with_store(
        evidence,
        service,
        lambda stored: replace(stored, commits=[new for old in stored.commits for new in change(old)]),
    )


def with_records(evidence: Evidence, service: str, change: Callable[[Record], list[Record]]) -> Evidence:
    """Each record in a service's log becomes what `change` makes of it."""
    return with_commits(
        evidence,
        service,
        lambda commit: [replace(commit, records=tuple(new for old in commit.records for new in change(old)))],
    )


def without_event(evidence: Evidence, service: str, name: str) -> Evidence:
    """A service's log without its events of one type."""
    return with_records(evidence, service, lambda record: [] if record.type == f"{name}.v1" else [record])


def twice(evidence: Evidence, service: str, name: str) -> Evidence:
    """A service's log with its events of one type doubled."""
    return with_records(evidence, service, lambda record: [record] * (2 if record.type == f"{name}.v1" else 1))


def parked(stored: Stored, record: Parked) -> Stored:
    """A store with one more parked record."""
    return replace(stored, parked=[*stored.parked, record])


def skipped(stored: Stored, record: Parked, why: str = "a test", by: str = "operator") -> Stored:
    """A store in which a person gave a record up."""
    return replace(stored, skipped=[*stored.skipped, Skipped(record, why, by, record.at)])


def a_parked(raw: Raw, *, permanent: bool, position: int = 1) -> Parked:
    """A parked record."""
    commit_at = sound().services["intake"].commits[0].at
    return Parked(
        id=f"{raw.topic}/{raw.partition}/{raw.offset}",
        key=raw.key.decode(),
        position=position,
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        headers=raw.headers,
        value=raw.value,
        reason="broken",
        permanent=permanent,
        attempts=1,
        due=None if permanent else commit_at,
        at=commit_at,
    )

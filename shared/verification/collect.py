"""Takes the evidence from running services through their stores' port."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from shared.eventsourcing.definition import Definition
from shared.messaging.parse import Raw
from shared.store.port import MAX_PAGE, Commit, Parked, Skipped, Snapshot, Store
from shared.verification.evidence import Evidence, Request, Stored


class HasStore(Protocol):
    """What is needed of a service; `shared.hosting.service.Service` is one."""

    @property
    def definition(self) -> Definition:
        """What the service is."""
        ...

    @property
    def store(self) -> Store:
        """Its open store."""
        ...


async def evidence_of(  # noqa: PLR0913 - the parts of an evidence, given by name
    services: Iterable[HasStore],
    journal: Sequence[Request],
    observed: Sequence[Raw],
    *,
    now: datetime | None = None,
    from_start: bool | None = None,
    cut: Iterable[str] = (),
    poison: Iterable[tuple[str, str, int, int]] | None = (),
    planted: Sequence[str] = (),
    outputs: Mapping[str, str] | None = None,
    skew: timedelta = timedelta(0),
) -> Evidence:
    """Return the evidence; nothing should move while it is taken.

    `from_start`: the broker keeps every record and `observed` is all of them; by default where anything was observed.
    Where the broker forgets and nobody watched, C-DENSE looks at the stores alone. Raises StoreUnavailable.
    """
    stored = {service.definition.name: await stored_of(service) for service in services}
    return Evidence(
        journal=journal,
        observed=observed,
        from_start=bool(observed) if from_start is None else from_start,
        cut=frozenset(cut),
        services=stored,
        poison=None if poison is None else frozenset(poison),
        planted=planted,
        outputs=outputs or {},
        now=now,
        skew=skew,
    )


async def stored_of(service: HasStore) -> Stored:
    """Return everything that one service keeps. Raises StoreUnavailable."""
    store = service.store
    commits: list[Commit] = []
    at = 0
    while page := await store.log(after=at, limit=MAX_PAGE):
        commits += [commit for _, commit in page]
        at = page[-1][0]
    streams = list(dict.fromkeys(commit.stream for commit in commits))
    snapshots: dict[str, Snapshot] = {}
    for start in range(0, len(streams), MAX_PAGE):
        loaded = await store.load(streams[start : start + MAX_PAGE])
        snapshots |= {stream: found for stream, found in loaded.snapshots.items() if found.number}
    return Stored(
        definition=service.definition,
        commits=commits,
        snapshots=snapshots,
        parked=await _parked(store),
        unpublished=frozenset(await _unpublished(store, len(commits))),
        skipped=await _skipped(store),
        passed=await _passed(store),
    )


async def _parked(store: Store) -> list[Parked]:
    parked: list[Parked] = []
    while page := await store.parked_list(after=parked[-1].id if parked else ""):
        parked += page
    return parked


async def _passed(store: Store) -> dict[str, dict[str, int]]:
    passed: dict[str, dict[str, int]] = {}
    while page := await store.passed(after=next(reversed(passed), "")):
        passed |= page
    return passed


async def _skipped(store: Store) -> list[Skipped]:
    skipped: list[Skipped] = []
    while page := await store.skipped(after=skipped[-1].record.id if skipped else ""):
        skipped += page
    return skipped


async def _unpublished(store: Store, most: int) -> list[str]:
    return [commit.id for commit in await store.unpublished(limit=max(most, 1)) if commit.records]

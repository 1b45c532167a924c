"""Selecting parked records over HTTP: paging through a list, and acting on a selection until none is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

from services import NAMES
from throughline.cli.client import Api

AT_ONCE: Final = 20
"""Few enough for a request to end within seconds even if each record is tried several times."""
_PAGE: Final = 100

Act = Callable[[Api, str, list[str]], dict[str, str]]
"""Acts on records of a service by their ids; returns by id the reason why not, or an empty string."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters for parked records, as the services have them; empty or None does not filter."""

    complaint: str = ""
    topic: str = ""
    reason: str = ""
    cause: str = ""
    permanent: bool | None = None

    def query(self) -> dict[str, Any]:
        """Return the query parameters."""
        words = {"complaint": self.complaint, "topic": self.topic, "reason": self.reason, "cause": self.cause}
        flag = {} if self.permanent is None else {"permanent": str(self.permanent).lower()}
        return {name: value for name, value in words.items() if value} | flag


def services_of(service: str) -> Sequence[str]:
    """Return the named service, or all."""
    return (service,) if service else NAMES


def page_of(
    api: Api, services: Sequence[str], chosen: Selection, limit: int, *, listing: str = "parked"
) -> Iterator[dict[str, Any]]:
    """Yield at most `limit` records (0: all) of these services, each with the name of its service."""
    records = (
        {"service": name, **record}
        for name in services
        for page in _pages(api, f"{name}/{listing}", chosen.query())
        for record in page
    )
    return islice(records, limit or None)


def _pages(api: Api, path: str, query: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    after = ""
    while page := api.get(path, after=after, limit=_PAGE, **query):
        yield page
        after = page[-1]["id"]
        if len(page) < _PAGE:
            return


def found_as(api: Api, services: Sequence[str], record_id: str) -> Iterator[dict[str, Any]]:
    """Yield the record with this id from each service that has parked it."""
    for name in services:
        found = api.find(f"{name}/parked/{quote(record_id)}")
        if found is not None:
            yield {"service": name, **found}


def outcomes(
    api: Api, ids: Sequence[str], services: Sequence[str], chosen: Selection, limit: int, act: Act
) -> Iterator[tuple[str, str, str]]:
    """Act on records and yield (service, id, reason why not) for each.

    Args:
        ids: these records; without any, the first record of each line that `chosen` selects. Records that become
            the first of their line are acted on too, until none is left.
        limit: at most this many of those chosen; 0: all.
    """
    left = limit or None
    for name in services:
        if ids:
            here = [one for one in ids if list(found_as(api, [name], one))]
            yield from _batch(api, name, here, act)
            continue
        for outcome in islice(_chosen(api, name, chosen, act, left), left):
            yield outcome
            left = None if left is None else left - 1


def _chosen(api: Api, name: str, chosen: Selection, act: Act, left: int | None) -> Iterator[tuple[str, str, str]]:
    tried: set[str] = set()
    went = True
    while went and left != 0:
        went = False
        after = ""
        while page := api.get(f"{name}/parked", after=after, limit=_PAGE, heads="true", **chosen.query()):
            fresh = [one["id"] for one in page if one["id"] not in tried]
            if left is not None:
                fresh = fresh[: left - len(tried)]
            done: set[str] = set()
            for outcome in _batch(api, name, fresh, act):
                tried.add(outcome[1])
                done |= set() if outcome[2] else {outcome[1]}
                yield outcome
            went = went or bool(done)
            # The next page has to start after a record that is still there.
            stays = [one["id"] for one in page if one["id"] not in done]
            after = stays[-1] if stays else after
            if (len(page) < _PAGE and not done) or (left is not None and len(tried) >= left):
                break


def _batch(api: Api, name: str, ids: Sequence[str], act: Act) -> Iterator[tuple[str, str, str]]:
    for at in range(0, len(ids), AT_ONCE):
        for one, why in act(api, name, list(ids[at : at + AT_ONCE])).items():
            yield name, one, why

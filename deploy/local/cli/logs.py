"""Reading what services have said, from their logs, a page at a time: all complaints without holding them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

import orjson

from deploy.local.cli.client import Api
from services import catalogue
from shared.contracts import departments, intake, topics

T = TypeVar("T")
Said = Mapping[str, Any]
"""An event as it is read today: its JSON, with its type under ``type``."""

PAGE: Final = 1_000
STREAMS: Final = 500
"""Streams asked for at once; the request stays under the cap on bodies."""
REGISTERED: Final = intake.ComplaintRegistered.type_name()
INVITED: Final = departments.DepartmentInvited.type_name()


def registrations(api: Api) -> Iterator[tuple[str, Said]]:
    """Yield each complaint's id and registration, in the order of the log."""
    for keys in chunks(_first(api, "intake", topics.INTAKE, intake.KIND, REGISTERED), STREAMS):
        said = pull(api, "intake", topics.INTAKE, intake.KIND, keys)
        for key in keys:
            yield key, next(event for event in said[key] if event["type"] == REGISTERED)


def invitations(api: Api) -> Iterator[tuple[str, Said, list[Said]]]:
    """Yield each complaint's id, registration, and invitations; none for one that waits for a person's triage."""
    for complaints in chunks(registrations(api), STREAMS):
        said = pull(api, "departments", topics.DEPARTMENTS, departments.KIND, [key for key, _ in complaints])
        for key, registered in complaints:
            yield key, registered, [event for event in said[key] if event["type"] == INVITED]


def pull(api: Api, service: str, topic: str, kind: str, keys: Sequence[str]) -> dict[str, list[Said]]:
    """Return what a service has said on its topic about each of the complaints, in order."""
    wants = [{"topic": topic, "stream": f"{kind}/{key}", "after": 0} for key in keys]
    said: dict[str, list[Said]] = {key: [] for key in keys}
    known = catalogue()
    for copy in api.post(f"{service}/log/pull", wants):
        headers = dict(copy["headers"])
        name, told = known.upcast(headers["ce_type"], orjson.loads(copy["value"]))
        said[copy["key"]].append({**told, "type": name})
    return said


def _first(api: Api, service: str, topic: str, kind: str, event: str) -> Iterator[str]:
    """Yield the keys of a kind whose log has such an event, each once, in the order of their first one."""
    after, known = 0, catalogue()
    seen: set[str] = set()
    while heads := api.get(f"{service}/log/heads", after=after, limit=PAGE):
        for head in heads:
            after = max(after, head["position"])
            if head["topic"] == topic and event in map(known.current, head["types"]):
                found, _, key = head["stream"].partition("/")
                if found == kind and key not in seen:
                    # An id costs a hundred bytes here: what a million complaints take is bearable.
                    seen.add(key)
                    yield key


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut into lists of at most so many."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk

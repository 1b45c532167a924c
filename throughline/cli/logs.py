"""Reading the event logs of the services page by page, so that not all complaints are in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, Final, TypeVar

import orjson

from services import catalogue
from shared.contracts import departments, intake, topics
from shared.eventsourcing.decider import UNPUBLISHED
from throughline.cli.client import Api

T = TypeVar("T")
EventBody = Mapping[str, Any]
"""The JSON of an event in its current version, with its type under ``type``."""

PAGE: Final = 1_000
STREAMS: Final = 500
"""Streams per request; this keeps its body under the size limit."""
REGISTERED: Final = intake.ComplaintRegistered.type_name()
INVITED: Final = departments.DepartmentInvited.type_name()


def registrations(api: Api) -> Iterator[tuple[str, EventBody]]:
    """Yield the id and registration of each complaint, in the order of the log."""
    for keys in chunks(_first(api, "intake", topics.INTAKE, intake.KIND, REGISTERED), STREAMS):
        events = pull(api, "intake", topics.INTAKE, intake.KIND, keys)
        for key in keys:
            yield key, next(event for event in events[key] if event["type"] == REGISTERED)


def invitations(api: Api) -> Iterator[tuple[str, EventBody, list[EventBody]]]:
    """Yield the id, registration and invitations of each complaint; one that awaits triage has no invitations."""
    for complaints in chunks(registrations(api), STREAMS):
        events = pull(api, "departments", topics.DEPARTMENTS, departments.KIND, [key for key, _ in complaints])
        for key, registered in complaints:
            yield key, registered, [event for event in events[key] if event["type"] == INVITED]


def pull(api: Api, service: str, topic: str, kind: str, keys: Sequence[str]) -> dict[str, list[EventBody]]:
    """Return the events that a service has about each of the complaints, on its topic or only in its log, in order."""
    wants = [{"topic": of, "stream": f"{kind}/{key}", "after": 0} for key in keys for of in (topic, UNPUBLISHED)]
    found: dict[str, list[tuple[int, EventBody]]] = {key: [] for key in keys}
    known = catalogue()
    for record in api.post(f"{service}/log/pull", wants):
        headers = dict(record["headers"])
        name, payload = known.upcast(headers["ce_type"], orjson.loads(record["value"]))
        # An event's id ends with its place among all events of its stream.
        place = int(headers["ce_id"].rpartition(":")[2])
        found[record["key"]].append((place, {**payload, "type": name}))
    return {key: [event for _, event in sorted(events, key=itemgetter(0))] for key, events in found.items()}


def _first(api: Api, service: str, topic: str, kind: str, event: str) -> Iterator[str]:
    """Yield the keys of a kind that have such an event, each once, in the order of the first one."""
    after, known = 0, catalogue()
    seen: set[str] = set()
    while heads := api.get(f"{service}/log/heads", after=after, limit=PAGE):
        for head in heads:
            after = max(after, head["position"])
            if head["topic"] == topic and event in map(known.current, head["types"]):
                found, _, key = head["stream"].partition("/")
                if found == kind and key not in seen:
                    # An id takes a hundred bytes here: a million complaints are affordable.
                    seen.add(key)
                    yield key


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of at most `size` items."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk

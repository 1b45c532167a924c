"""The events that were passed over: a document per stream and topic, beside the cursors of the commits."""

from __future__ import annotations

from collections.abc import Sequence

from shared.store.batch import Passed
from shared.store.mongo.documents import from_name, to_name
from shared.store.mongo.driver import Database, Document
from shared.store.mongo.schema import PASSED
from shared.store.mongo.states import replace_lower
from shared.store.port import MAX_PAGE


async def save_passed(database: Database, passed: Passed) -> None:
    """Replace lower numbers and add new ones."""
    documents: list[Document] = [
        # The topic's name holds no blank, so that no two of these are the same.
        {"_id": f"{topic} {to_name(stream)}", "stream": to_name(stream), "topic": topic, "seq": seq}
        for stream, topics in passed.items()
        for topic, seq in topics.items()
    ]
    await replace_lower(database[PASSED], "seq", documents)


async def passed_of(database: Database, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return what is kept of some streams, given by their names in the database."""
    if not names:
        return {}
    return _by_stream(await database[PASSED].find({"stream": {"$in": list(names)}}).to_list(None))


async def passed(database: Database, *, after: str = "", limit: int = MAX_PAGE) -> dict[str, dict[str, int]]:
    """See the port. Two calls: the names of the page, then all that is kept of them."""
    later = database[PASSED].find({"stream": {"$gt": to_name(after)}}, {"stream": 1}).sort([("stream", 1)])
    # A stream has a document per topic that it consumes, of which there are few.
    found = await later.limit(limit * 8).to_list(None)
    names = list(dict.fromkeys(document["stream"] for document in found))[:limit]
    kept = await passed_of(database, names)
    return {stream: kept[stream] for stream in map(from_name, names)}


def _by_stream(documents: Sequence[Document]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for document in documents:
        found.setdefault(from_name(document["stream"]), {})[document["topic"]] = document["seq"]
    return found

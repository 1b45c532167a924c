"""What a decision starts from.

There is no transaction that holds several reads together, so their order does it: first the states, then what they
are compared with. Whatever a state contains was saved before it: its commits, and the commands they carried out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from shared.store.batch import further
from shared.store.mongo.documents import commit_from, executed_of, from_name, state_from, to_name
from shared.store.mongo.driver import Database, Document
from shared.store.mongo.passed import passed_of
from shared.store.mongo.schema import COMMITS, STATES
from shared.store.port import Commit, Executed, Loaded, Snapshot


async def load(database: Database, streams: Sequence[str], command_ids: Sequence[str] = ()) -> Loaded:
    """See the port. Two round trips; a third one where a state lags behind its commits."""
    names = list(dict.fromkeys(map(to_name, streams)))
    states = await _states(database, names)
    open_commits, executed, beyond = await asyncio.gather(
        _unpublished_and_next(database, names, states),
        _executed(database, command_ids),
        passed_of(database, names),
    )
    folded = [d for d in open_commits if d["number"] <= _number(states, d["stream"])]
    lagging = {d["stream"] for d in open_commits if d["number"] > _number(states, d["stream"])}
    newer = await _newer(database, {name: _number(states, name) for name in lagging})
    # These may have been saved after the commands were asked for: whoever folds them must know what they carried out.
    executed = _first_of(newer, command_ids) | executed
    snapshots = {stream: states.get(to_name(stream)) or Snapshot(stream) for stream in streams}
    return Loaded(further(snapshots, beyond), _by_stream([*folded, *newer]), executed)


def _number(states: Mapping[str, Snapshot], name: str) -> int:
    return states[name].number if name in states else 0


async def _states(database: Database, names: Sequence[str]) -> dict[str, Snapshot]:
    if not names:
        return {}
    found = await database[STATES].find({"_id": {"$in": names}}).to_list(None)
    return {document["_id"]: state_from(document) for document in found}


async def _unpublished_and_next(
    database: Database, names: Sequence[str], states: Mapping[str, Snapshot]
) -> list[Document]:
    """The commits not marked published, and the one after each state, marked or not: numbers are dense."""
    if not names:
        return []
    next_ids = [f"{name}/{_number(states, name) + 1}" for name in names]
    commits = database[COMMITS]
    groups = await asyncio.gather(
        commits.find({"stream": {"$in": names}, "published": False}).to_list(None),
        commits.find({"_id": {"$in": next_ids}}).to_list(None),
    )
    return list({document["_id"]: document for group in groups for document in group}.values())


async def _executed(database: Database, command_ids: Sequence[str]) -> dict[str, Executed]:
    if not command_ids:
        return {}
    where = {"commands.id": {"$in": list(dict.fromkeys(command_ids))}}
    return _first_of(await database[COMMITS].find(where, {"commands": 1, "position": 1}).to_list(None), command_ids)


def _first_of(documents: Iterable[Document], command_ids: Iterable[str]) -> dict[str, Executed]:
    """Where each of the commands was carried out first."""
    wanted = set(command_ids)
    executed: dict[str, Executed] = {}
    for document in sorted(documents, key=lambda d: int(d["position"])):
        for command in executed_of(document):
            if command.command_id in wanted:
                executed.setdefault(command.command_id, command)
    return executed


async def _newer(database: Database, lagging: Mapping[str, int]) -> list[Document]:
    """Per lagging stream everything after its state, without a hole: what lies behind one is not there yet."""
    if not lagging:
        return []
    where = [{"stream": name, "number": {"$gt": number}} for name, number in lagging.items()]
    found = await database[COMMITS].find({"$or": where}).to_list(None)
    expected = dict(lagging)
    dense: list[Document] = []
    for document in sorted(found, key=lambda d: int(d["number"])):
        if document["number"] == expected[document["stream"]] + 1:
            expected[document["stream"]] += 1
            dense.append(document)
    return dense


def _by_stream(documents: Iterable[Document]) -> dict[str, list[Commit]]:
    streams: dict[str, list[Commit]] = {}
    for document in sorted(documents, key=lambda d: (d["stream"], d["number"])):
        streams.setdefault(from_name(document["stream"]), []).append(commit_from(document))
    return streams

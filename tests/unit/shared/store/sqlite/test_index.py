"""After any course of changes the index table says what the states say."""

import json
import random
import sqlite3

import pytest

from shared.store.memory import MemoryStore
from shared.store.port import Value
from shared.store.sqlite import SqliteStore, states
from shared.testing.commits import Entry, entry

WORDS = ["open", "closed", "ö", ""]


def any_index(chance: random.Random) -> dict[str, Value]:
    index: dict[str, Value] = {}
    if chance.random() < 0.8:
        index["state"] = chance.choice(WORDS)
    if chance.random() < 0.8:
        index["level"] = chance.choice([1, 2, 3, "1"])
    if chance.random() < 0.8:
        index["tags"] = chance.choices(WORDS, k=chance.randrange(4))
    return index


def any_where(chance: random.Random) -> dict[str, list[str | int]]:
    fields = chance.sample(["state", "level", "tags"], k=chance.randrange(4))
    return {field: chance.choices([*WORDS, 1, 2, 3, "1"], k=chance.randrange(1, 4)) for field in fields}


def index_table(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT kind, field, value, stream FROM fields").fetchall()


def saved_fields(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT stream, fields FROM states").fetchall()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("few", [1, 4, 1_000])
async def test_it_finds_and_counts_what_a_walk_over_all_states_does(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, seed: int, few: int
) -> None:
    monkeypatch.setattr(states, "FEW", few)
    chance = random.Random(seed)
    plain = MemoryStore()
    await plain.open()
    numbers: dict[str, int] = {}
    for _ in range(30):
        batch: list[Entry] = []
        for stream in chance.sample([f"{kind}/{n}" for kind in "ab" for n in range(20)], k=8):
            numbers[stream] = numbers.get(stream, 0) + 1
            batch.append(entry(stream, numbers[stream], index=any_index(chance)))
        assert await store.append(batch) == await plain.append(batch)
        where, page = any_where(chance), {"after": f"a/{chance.randrange(20)}", "limit": chance.randrange(1, 9)}
        assert await store.find("a", where, **page) == await plain.find("a", where, **page)
        for by in ("state", "level", "tags"):
            assert await store.count("a", by, where) == await plain.count("a", by, where)
    expected = {
        (stream[0], field, word, stream)
        for stream, fields in await store._reader.run(saved_fields)
        for field, value in json.loads(fields).items()
        for word in (value if isinstance(value, list) else [value])
    }
    assert set(await store._reader.run(index_table)) == expected

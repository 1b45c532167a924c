"""Processes that decide at the same time on what they loaded never carry a command out twice, nor lose one."""

import asyncio
from collections.abc import Awaitable, Callable

from shared.store.port import Loaded, Store
from shared.testing.commits import entry

STREAMS = 3
COMMANDS = [f"key-{n}" for n in range(30)]


def version_of(loaded: Loaded, stream: str) -> int:
    """What the next decision starts from: the state with its newer commits folded on top, without a hole."""
    number = loaded.snapshots[stream].number
    newer = [commit.number for commit in loaded.unpublished.get(stream, ()) if commit.number > number]
    assert newer == list(range(number + 1, number + 1 + len(newer)))
    return number + len(newer)


async def carry_out(store: Store) -> None:
    for command in COMMANDS:
        stream = f"a/{COMMANDS.index(command) % STREAMS}"
        saved = False
        while not saved:
            loaded = await store.load([stream], [command])
            if command in loaded.executed:
                break
            commit, state = entry(stream, version_of(loaded, stream) + 1, commands=[command])
            (saved,) = await store.append([(commit, state)])
            if saved:
                await store.mark_published([commit.id])


async def test_each_command_is_carried_out_once(
    open_store: Callable[[], Awaitable[Store]],
) -> None:
    stores = [await open_store() for _ in range(4)]
    await asyncio.gather(*map(carry_out, stores))
    log = [commit for _, commit in await stores[0].log()]
    assert sorted(executed.command_id for commit in log for executed in commit.commands) == sorted(COMMANDS)
    loaded = await stores[0].load([f"a/{n}" for n in range(STREAMS)])
    assert sum(snapshot.number for snapshot in loaded.snapshots.values()) == len(COMMANDS)
    assert await stores[0].unpublished() == []

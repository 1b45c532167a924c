"""Several processes on one file, and processes that die."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from shared.store.sqlite import SqliteStore
from shared.testing.commits import entry

APPENDING = """
import asyncio, sys
from pathlib import Path
from shared.store.sqlite import SqliteStore
from shared.testing.commits import entry

async def main(path, name, batches):
    store = SqliteStore(Path(path))
    await store.open()
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(batches)):
        streams = [f"{name}/{number}-{item}" for item in range(20)]
        batch = [entry(s, index={"batch": number}, commands=[f"key {s}"], state=b"x" * 2000) for s in streams]
        if name == "both":
            batch = [entry(f"both/{number}", state=sys.argv[4].encode())]
        print(number, *await store.append(batch), flush=True)
    await store.close()

asyncio.run(main(*sys.argv[1:4]))
"""


def started(path: Path, name: str, batches: int, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", APPENDING, str(path), name, str(batches), *more]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    assert lines_of(process).readline() == "ready\n"
    return process


def go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def lines_of(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


class TestWhenAProcessIsKilledWhileAppending:
    @pytest.mark.parametrize("acknowledged", [1, 7, 40])
    async def test_everything_it_acknowledged_is_there_and_nothing_in_halves(
        self, path: Path, acknowledged: int
    ) -> None:
        with started(path, "a", 100_000) as process:
            go(process)
            for line, _ in zip(lines_of(process), range(acknowledged), strict=False):
                last = int(line.split()[0])
            process.kill()
            rest = lines_of(process).read().splitlines()
        last = max([last, *(int(line.split()[0]) for line in rest if line.endswith("True"))])
        assert last >= acknowledged - 1

        store = SqliteStore(path)
        await store.open()
        streams = {f"a/{number}-{item}" for number in range(last + 1) for item in range(20)}
        saved = {commit.stream for commit in await store.unpublished(limit=1_000_000)}
        assert streams <= saved
        assert len(saved) % 20 == 0
        loaded = await store.load(sorted(saved), [f"key {stream}" for stream in saved])
        assert all(loaded.snapshots[stream].number == 1 for stream in saved)
        assert len(loaded.executed) == len(saved)
        assert sum((await store.count("a", "batch")).values()) == len(saved)
        assert await store.append([entry("a/next")]) == [True]
        await store.close()


FAILING = """
import asyncio, resource, sys
from pathlib import Path
from shared.store.port import StoreUnavailable
from shared.store.sqlite import SqliteStore
from shared.testing.commits import entry

async def main(path):
    store = SqliteStore(Path(path))
    await store.open()
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    saved = 0
    try:
        for number in range(1000):
            await store.append([entry(f"a/{number}", state=b"x" * 4000)])
            saved = number + 1
    except StoreUnavailable as error:
        print(saved, error, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    print(*await store.append([entry("a/next")]), flush=True)
    await store.close()

asyncio.run(main(sys.argv[1]))
"""


class TestWhenTheDiskRefusesAWrite:
    async def test_the_call_says_so_what_was_saved_stays_and_the_store_goes_on(self, path: Path) -> None:
        run = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", FAILING, str(path)], capture_output=True, text=True, check=True
        )
        refusal, after = run.stdout.splitlines()
        assert f"{path}: append: " in refusal
        assert "SQLITE_" in refusal
        assert after == "True"
        store = SqliteStore(path)
        await store.open()
        saved = int(refusal.split()[0])
        assert saved > 0
        streams = [commit.stream for _, commit in await store.log()]
        assert streams == [*(f"a/{number}" for number in range(saved)), "a/next"]
        await store.close()


class TestWhenTwoProcessesWrite:
    async def test_each_commit_has_one_winner_and_its_state_stands(self, path: Path) -> None:
        with started(path, "both", 150, "one") as one, started(path, "both", 150, "two") as two:
            go(one, two)
            said_by_one = (await asyncio.to_thread(lines_of(one).read)).split("\n")
            said_by_two = (await asyncio.to_thread(lines_of(two).read)).split("\n")
        store = SqliteStore(path)
        await store.open()
        loaded = await store.load([f"both/{number}" for number in range(150)])
        for number, (first, second) in enumerate(zip(said_by_one[:150], said_by_two[:150], strict=True)):
            assert {first, second} == {f"{number} True", f"{number} False"}
            winner = b"one" if first.endswith("True") else b"two"
            assert loaded.snapshots[f"both/{number}"].state == winner
        assert await store.position() == 150
        await store.close()

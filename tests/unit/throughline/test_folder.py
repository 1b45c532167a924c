import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from throughline.app.folder import DataFolder, FolderInUse, FolderMismatch, Running

_SERVE = """
import sys
from pathlib import Path
from throughline.app.folder import DataFolder
folder = DataFolder(Path(sys.argv[1]))
folder.acquire()
if sys.argv[2]:
    folder.announce(sys.argv[2])
print("taken", flush=True)
sys.stdin.read()
"""


class Other:
    """Another process that has the folder until the context ends."""

    def __init__(self, path: Path, url: str) -> None:
        command = [sys.executable, "-c", _SERVE, str(path), url]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own

    def __enter__(self) -> Self:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "taken\n"
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    found = DataFolder(tmp_path / "data")
    yield found
    found.release()


class TestWhenNobodyHasIt:
    def test_it_can_be_taken_and_given_back(self, folder: DataFolder) -> None:
        folder.acquire()
        folder.announce("http://here")
        folder.release()
        folder.release()
        folder.acquire()
        assert folder.running() is None or not folder.file("server.json").exists()

    def test_it_is_the_owners_alone(self, folder: DataFolder) -> None:
        folder.acquire()
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700

    def test_nobody_runs(self, folder: DataFolder) -> None:
        assert folder.running() is None
        assert folder.organisation() is None


class TestWhenAnotherProcessHasIt:
    def test_it_says_which_and_what_to_do(self, folder: DataFolder) -> None:
        with Other(folder.path, "http://there") as other:
            assert folder.running() == Running(other.process.pid, "http://there")
            with pytest.raises(FolderInUse, match=r"in use by process \d+ at http://there; stop it, or use another"):
                folder.acquire()

    def test_what_a_killed_one_announced_counts_for_nothing(self, folder: DataFolder) -> None:
        with Other(folder.path, "http://there") as other:
            other.process.kill()
            other.process.wait()
            assert folder.file("server.json").exists()
            assert folder.running() is None
            folder.acquire()
            assert not folder.file("server.json").exists()

    def test_one_that_still_starts_is_waited_for(self, folder: DataFolder) -> None:
        with Other(folder.path, "") as other:
            assert folder.running() is None
            late = threading.Timer(0.2, lambda: DataFolder(folder.path).announce("http://late"))
            late.start()
            found = folder.running(patience=10.0)
            late.join()
            assert found is not None
            assert found.url == "http://late"
            assert other.process.poll() is None

    def test_those_who_only_look_do_not_keep_others_out(self, folder: DataFolder) -> None:
        folder.acquire()
        folder.release()
        stop = time.monotonic() + 0.5

        def look() -> None:
            while time.monotonic() < stop:
                DataFolder(folder.path).running()

        lookers = [threading.Thread(target=look) for _ in range(2)]
        for looker in lookers:
            looker.start()
        for _ in range(5):
            folder.acquire()
            folder.release()
        for looker in lookers:
            looker.join()


class TestItsOrganisation:
    def test_it_is_remembered_with_where_it_stands(self, folder: DataFolder) -> None:
        folder.acquire()
        folder.begin_with("parcel-retailer", "parcel-retailer")
        folder.begin_with("/elsewhere/retailer.yaml", "parcel-retailer")
        assert folder.organisation() == "/elsewhere/retailer.yaml"

    def test_another_one_is_refused(self, folder: DataFolder) -> None:
        folder.acquire()
        folder.begin_with("city", "city")
        with pytest.raises(FolderMismatch, match="holds complaints of organisation 'city', not 'marketplace'"):
            folder.begin_with("marketplace", "marketplace")
        assert folder.organisation() == "city"

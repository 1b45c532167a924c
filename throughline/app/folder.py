"""The data folder: one database per service, one process at a time, and where that process listens."""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROBE_SECONDS: Final = 0.5
"""A command that checks whether the folder is free locks it for an instant; acquiring it waits this long."""


class FolderInUse(Exception):
    """Another process uses this data folder; the message says which and what to do."""


class FolderMismatch(Exception):
    """The folder's data belong to another organisation than the one given."""


def default_folder() -> Path:
    """Return the folder under the user's state directory (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "throughline"


@dataclass(frozen=True, slots=True)
class Running:
    """The process that serves a data folder."""

    pid: int
    url: str


class DataFolder:
    """A data folder on disk; created with access for its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._lock: int | None = None

    @classmethod
    def default(cls) -> DataFolder:
        """Return the folder that is used if none is named."""
        return cls(default_folder())

    def store_url(self, service: str) -> str:
        """Return the store URL of a service."""
        return f"sqlite:///{self.path / service}.sqlite3"

    def file(self, name: str) -> Path:
        """Return the path of a file in the folder."""
        return self.path / name

    def acquire(self) -> None:
        """Lock the folder for this process, until it ends in whatever way.

        Raises:
            FolderInUse: another process has it.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        until = time.monotonic() + _PROBE_SECONDS
        while not _locked(handle, fcntl.LOCK_EX):
            if time.monotonic() > until:
                os.close(handle)
                other = self._announced()
                who = f"process {other.pid} at {other.url}" if other else "another process"
                msg = f"{self.path} is in use by {who}; stop it, or use another --data-dir"
                raise FolderInUse(msg)
            time.sleep(0.02)
        # The address of a killed process must not be taken for this one's while it starts.
        (self.path / "server.json").unlink(missing_ok=True)
        self._lock = handle

    def release(self) -> None:
        """Unlock the folder; idempotent."""
        if self._lock is not None:
            (self.path / "server.json").unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def announce(self, url: str) -> None:
        """Announce where this process listens."""
        self._write("server.json", {"pid": os.getpid(), "url": url})

    def running(self, *, patience: float = 0.0) -> Running | None:
        """Return the process that has the folder, or None; what a dead process left is ignored.

        Args:
            patience: seconds to wait for a process that has taken the folder but does not serve it yet.
        """
        until = time.monotonic() + patience
        while self._taken():
            found = self._announced()
            if found is not None or time.monotonic() >= until:
                return found
            time.sleep(0.05)
        return None

    def organisation(self) -> str | None:
        """Return the organisation (packaged name or path) of the folder, None if it is new."""
        return self._begun().get("organisation")

    def begin_with(self, organisation: str, identity: str) -> None:
        """Remember the organisation of a new folder.

        Args:
            organisation: packaged name or path; may change as long as it is the same organisation.
            identity: the id inside that file.

        Raises:
            FolderMismatch: the folder has another one.
        """
        begun = self._begun()
        if begun and begun["id"] != identity:
            whose = f"organisation '{begun['id']}', not '{identity}'"
            msg = f"{self.path} holds complaints of {whose}; use another --data-dir"
            raise FolderMismatch(msg)
        self._write("folder.json", {"organisation": organisation, "id": identity})

    def _begun(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads((self.path / "folder.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return found

    def _taken(self) -> bool:
        try:
            handle = os.open(self.path / "lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            # Shared, so that two that only check do not block each other.
            return not _locked(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)

    def _announced(self) -> Running | None:
        try:
            found = json.loads((self.path / "server.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return Running(int(found["pid"]), str(found["url"]))

    def _write(self, name: str, content: dict[str, object]) -> None:
        target, draft = self.path / name, self.path / f"{name}.draft"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(content, file)
        draft.replace(target)


def _locked(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

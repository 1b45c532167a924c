"""The jars of the local engine, fetched once per version of pom.xml into a cache beside it."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
CACHE = HERE / ".cache"
_FETCH_SECONDS = 600


class EngineMissing(Exception):
    """The local engine cannot be had on this machine; the message says what is missing."""


def class_path() -> str:
    """Return the Java class path of both servers.

    Raises:
        EngineMissing: no Java, no Maven, or Maven could not fetch.
    """
    if shutil.which("java") is None:
        msg = "there is no java on the PATH"
        raise EngineMissing(msg)
    folder = CACHE / f"jars-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers of one test run come here at the same time
        if not folder.exists():
            _fetch(folder)
    return f"{folder}/*"


def _fetch(folder: Path) -> None:
    if shutil.which("mvn") is None:
        msg = "the jars are not there yet and there is no mvn on the PATH to fetch them"
        raise EngineMissing(msg)
    draft = folder.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={draft}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False)  # noqa: S603
    if done.returncode or not any(draft.glob("*.jar")):
        msg = f"mvn could not fetch the jars: {(done.stdout + done.stderr).strip()[-500:]}"
        raise EngineMissing(msg)
    draft.rename(folder)

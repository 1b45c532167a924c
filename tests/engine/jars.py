"""The jars of the local engine, fetched once per version of pom.xml into a cache beside it, and its own class."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
SOURCE = HERE / "DocumentStore.java"
CACHE = HERE / ".cache"
_FETCH_SECONDS = 600
_COMPILE_SECONDS = 60


class EngineMissing(Exception):
    """The local engine cannot be had on this machine; the message says what is missing."""


def class_path() -> str:
    """Return the Java class path of both servers.

    Raises:
        EngineMissing: no JDK, no Maven, or Maven could not fetch.
    """
    for command in ("java", "javac"):
        if shutil.which(command) is None:
            msg = f"there is no {command} on the PATH"
            raise EngineMissing(msg)
    jars = CACHE / f"jars-{_digest(POM)}"
    # Compiled once: Java would compile the source again at each of a dozen starts.
    classes = CACHE / f"classes-{_digest(POM, SOURCE)}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers of one test run come here at the same time
        if not jars.exists():
            _fetch(jars)
        if not classes.exists():
            _compile(classes, f"{jars}/*")
    return f"{classes}:{jars}/*"


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


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


def _compile(folder: Path, jars: str) -> None:
    draft = folder.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    command = ["javac", "-cp", jars, "-d", str(draft), str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_COMPILE_SECONDS, check=False)  # noqa: S603
    if done.returncode:
        msg = f"{SOURCE.name} could not be compiled: {(done.stdout + done.stderr).strip()[-500:]}"
        raise EngineMissing(msg)
    draft.rename(folder)

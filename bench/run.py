"""`make bench`: ratios measured in one run on one machine, medians of interleaved runs.

Every path runs in a process of its own against a broker in another one, so that only its own processor time counts.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.load import broker, filled
from tests.engine.jars import EngineMissing, class_path

RUNS = int(os.environ.get("RUNS", "3"))
EVENTS = {"consume": 20_000, "raw": 20_000, "full": 20_000, "tutorial": 2_000}
COMPLAINTS = 1_000
RESULTS = Path(__file__).parent / "results" / "latest.json"


def measured(module: str, *arguments: str) -> dict[str, float]:
    """Run one path in a process of its own and return what it measured."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    result: dict[str, float] = json.loads(done.stdout)
    return result


def path(name: str) -> float:
    """Return events per processor second of one path."""
    count = EVENTS[name]
    with broker() as servers:
        filled(servers, count)
        return count / measured("bench.paths", name, servers, str(count))["cpu"]


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")), ""
    )
    return {"cpu": model or platform.processor(), "cores": os.cpu_count(), "python": platform.python_version()}


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def figure(unit: str, against: str, runs: list[tuple[float, float]], aim: float | None) -> dict[str, Any]:
    """Return one figure: medians of both sides and of the ratio run by run."""
    ratio = statistics.median(value / other for value, other in runs)
    value = statistics.median(value for value, _ in runs)
    rounded = [[round(a, 1), round(b, 1)] for a, b in runs]
    return {
        "value": round(value, 1),
        "unit": unit,
        "against": against,
        "ratio": round(ratio, 3),
        "aim": aim,
        "runs": rounded,
    }


def instances() -> tuple[float, float] | None:
    """Return complaints per second of two instances and of one; None, and why, without a local engine."""
    try:
        class_path()
    except EngineMissing as missing:
        print(f"two_instances_vs_one was left out: {missing}", file=sys.stderr, flush=True)
        return None
    found = measured("bench.instances", str(COMPLAINTS))
    return found["two"], found["one"]


def main() -> None:
    """Measure, print, write."""
    rounds: list[dict[str, float]] = []
    through: list[tuple[float, float]] = []
    scaled: list[tuple[float, float]] = []
    for number in range(1, RUNS + 1):
        print(f"run {number} of {RUNS} …", file=sys.stderr, flush=True)
        rounds.append({name: path(name) for name in EVENTS})
        all_services = measured("bench.through", str(COMPLAINTS))
        through.append((COMPLAINTS / all_services["settled_seconds"], COMPLAINTS / all_services["accepted_seconds"]))
        if (both := instances()) is not None:
            scaled.append(both)

    def pairs(other: str) -> list[tuple[float, float]]:
        return [(round_["full"], round_[other]) for round_ in rounds]

    unit = "events per core second"
    figures = {
        "full_path_vs_raw": figure(unit, "aiokafka loop: fetch a batch, send each on, commit", pairs("raw"), 0.30),
        "full_path_vs_tutorial": figure(
            unit, "FastStream, one message, insert, awaited publish", pairs("tutorial"), 8.0
        ),
        "full_path_vs_consuming_only": figure(unit, "aiokafka loop: fetch a batch, commit", pairs("consume"), None),
        "complaints_through_all_services": figure(
            "complaints per second", "the same complaints accepted durably by intake", through, None
        ),
    }
    if scaled:
        figures["two_instances_vs_one"] = figure(
            "complaints per second", "one instance of routing, as one process on the same store", scaled, None
        )
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    result = {"machine": machine(), "commit": commit.stdout.strip(), "figures": figures}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for name, found in figures.items():
        aim = f"aim {found['aim']}" if found["aim"] is not None else "no aim"
        value = f"{found['value']:>10} {found['unit']}"
        print(f"{name:34}{value:36} ratio {found['ratio']:>7} ({aim}) against: {found['against']}")
    print(f"written to {RESULTS}")


if __name__ == "__main__":
    main()

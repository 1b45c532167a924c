"""What a command loads is what its user waits for: one that only asks the running services loads none of them."""

import json
import subprocess
import sys

from services import NAMES
from tests.architecture.tree import ROOT

HEAVY = {
    *("aiokafka", "asyncio", "confluent_kafka", "cramjam", "fastapi", "faststream", "holidays", "httpx", "motor"),
    *("opentelemetry", "prometheus_client", "pydantic", "starlette", "uvicorn", "yaml"),
    *(f"services.{name}" for name in NAMES),
    *("shared.contracts", "shared.eventsourcing", "shared.hosting", "shared.messaging", "shared.store", "shared.web"),
    "throughline.app.deployment",
}
NEEDED_TO_ASK = {"asyncio", "httpx"}
ASKING = """
from throughline.cli.client import Api
Api("http://127.0.0.1:1").__exit__()
"""


def loaded_by(code: str) -> set[str]:
    """The heavy modules that a fresh interpreter has after running some code."""
    telling = f"{code}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    found = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", telling], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return HEAVY & set(json.loads(found.stdout))


class TestTheCommand:
    def test_loads_nothing_heavy_before_it_knows_what_to_do(self) -> None:
        assert loaded_by("import throughline.cli.main") == set()

    def test_loads_nothing_but_the_client_to_ask_running_services(self) -> None:
        assert loaded_by(f"import throughline.cli.main\n{ASKING}") <= NEEDED_TO_ASK

    def test_is_seen_to_load_what_it_serves_with(self) -> None:
        assert loaded_by("import throughline.app.deployment, services; services.ALL") >= {
            *("fastapi", "faststream", "aiokafka"),
            *(f"services.{name}" for name in NAMES),
        }

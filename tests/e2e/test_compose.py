"""`docker compose up` with everything in it, where there is a Docker engine; its own project, its own volumes."""

import os
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from tests.architecture.test_compose import FULL, compose
from tests.e2e.processes import until
from tests.engine.containers import need_docker
from tests.engine.jars import EngineMissing

PROJECT = "throughline-test"


def run_compose(*words: str) -> None:
    command = [*compose(), "--project-name", PROJECT, "-f", str(FULL), *words]
    environment = {**os.environ, "THROUGHLINE_INTAKE_PSEUDONYM_KEY": "of-the-test"}
    subprocess.run(command, env=environment, check=True, timeout=1_200)  # noqa: S603 - our own command


@pytest.fixture(scope="module")
def running() -> Iterator[None]:
    try:
        need_docker()
    except EngineMissing as error:
        pytest.skip(reason=f"docker-compose.yml was NOT brought up: {error}")
    if not compose():
        pytest.skip(reason="docker-compose.yml was NOT brought up: there is a Docker engine and no compose command")
    try:
        run_compose("up", "--build", "--detach", "--wait")
        yield
    finally:
        run_compose("down", "--volumes")


def test_a_complaint_goes_from_intake_to_review_through_kafka_and_mongodb(running: None) -> None:  # noqa: ARG001
    body = {"channel": "web", "text": "The parcel came two weeks late", "language": "en", "historic": True}
    answer = httpx.post("http://127.0.0.1:8081/complaints", json=body, headers={"Idempotency-Key": "1"})
    assert answer.status_code == 201, answer.text
    for port in (8082, 8083, 8084):
        until(lambda port=port: sum(httpx.get(f"http://127.0.0.1:{port}/counts").json().values()) == 1)  # type: ignore[misc]
    run_compose("restart", "kafka", "mongodb")
    until(lambda: httpx.get("http://127.0.0.1:8084/readyz").status_code == 200)

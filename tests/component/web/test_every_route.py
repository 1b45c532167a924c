"""No route of any service answers rubbish with anything but a problem document, and none of it is stored."""

import json
import re
from typing import Any

import httpx
import pytest

from services import NAMES
from tests.component.web.conftest import Running, problem_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEEP = json.loads("[" * 20 + "]" * 20)
RUBBISH: tuple[Any, ...] = ("x", [None], {"no_such_field": 1}, {"text": {"deep": DEEP}})
NO_JSON = (b"{", b"NaN", b'"\\ud800"', b"[" + b"9" * 5_000 + b"]")
NONSENSE = ("0", "..%2f..", "%00", "é" * 50 + "%F0%9F%98%A1%22", "x" * 300, "a:b")


async def routes(running: Running, service: str, *methods: str) -> list[tuple[str, str]]:
    paths = (await running.edge.get(f"/{service}/openapi.json")).json()["paths"]
    found = [(method, path) for path, known in paths.items() for method in known if method in methods]
    assert found
    return found


def answered_one_by_one(path: str, body: object, answer: httpx.Response) -> bool:
    """A list that is asked for item by item is answered so: nothing for nothing, a refusal for rubbish."""
    if answer.status_code != 200 or not isinstance(body, list) or not path.endswith(("/log/pull", "/bulk")):
        return False
    return all(item["status"] == "rejected" and item["problem"] for item in answer.json())


def filled(path: str, value: str) -> str:
    return re.sub(r"\{\w+\}", value, path)


@pytest.mark.parametrize("service", NAMES)
class TestEveryWrite:
    async def test_of_a_complaint_that_is_not_there_is_refused_whatever_it_carries(
        self, running: Running, service: str
    ) -> None:
        before = await running.stored()
        for method, path in await routes(running, service, "post", "put", "patch", "delete"):
            for body in ({}, [], None, *RUBBISH[:2]):
                answer = await running.edge.request(method, f"/{service}{filled(path, 'no-such-thing')}", json=body)
                if answered_one_by_one(path, body, answer):
                    continue
                assert 400 <= answer.status_code < 500, f"{method} {path} {body}: {answer.text}"
                problem_in(answer)
        assert await running.stored() == before

    async def test_of_a_complaint_that_is_there_is_refused_where_the_body_is_rubbish(
        self, running: Running, service: str
    ) -> None:
        complaint = await running.register()
        before = await running.stored()
        for method, path in await routes(running, service, "post", "put", "patch"):
            for body in RUBBISH:
                at = path.replace("{complaint}", complaint).replace("{department}", "warehouse")
                answer = await running.edge.request(method, f"/{service}{filled(at, complaint)}", json=body)
                if answered_one_by_one(path, body, answer):
                    continue
                assert 400 <= answer.status_code < 500, f"{method} {path} {body}: {answer.status_code} {answer.text}"
                problem_in(answer)
        assert await running.stored() == before

    async def test_that_is_no_json_is_refused(self, running: Running, service: str) -> None:
        before = await running.stored()
        for method, path in await routes(running, service, "post", "put", "patch"):
            for body in NO_JSON:
                answer = await running.edge.request(
                    method,
                    f"/{service}{filled(path, 'no-such-thing')}",
                    content=body,
                    headers={"Content-Type": "application/json"},
                )
                assert 400 <= answer.status_code < 500, f"{method} {path} {body!r}: {answer.status_code} {answer.text}"
                problem_in(answer)
        assert await running.stored() == before

    async def test_with_headers_that_make_no_sense_is_refused(self, running: Running, service: str) -> None:
        for method, path in await routes(running, service, "post", "put", "patch", "delete"):
            for name, value in (
                ("If-Match", "yesterday"),
                ("If-Match", "9" * 5_000),
                ("Idempotency-Key", "k" * 300),
                ("Throughline-Role", "Some Body"),
            ):
                answer = await running.edge.request(
                    method, f"/{service}{filled(path, 'no-such-thing')}", json={}, headers={name: value}
                )
                assert 400 <= answer.status_code < 500, f"{method} {path} {name}: {answer.status_code} {answer.text}"
                problem_in(answer)


@pytest.mark.parametrize("service", NAMES)
class TestEveryRead:
    async def test_answers_nonsense_in_its_path_with_a_problem_or_an_empty_list(
        self, running: Running, service: str
    ) -> None:
        for method, path in await routes(running, service, "get"):
            for value in NONSENSE if "{" in path else ("",):
                answer = await running.edge.request(method, f"/{service}{filled(path, value)}")
                assert answer.status_code < 500, f"{path} {value}: {answer.status_code} {answer.text}"
                if answer.status_code >= 400:
                    problem_in(answer)

    async def test_answers_nonsense_in_its_query_with_a_problem_or_what_it_can(
        self, running: Running, service: str
    ) -> None:
        paths = (await running.edge.get(f"/{service}/openapi.json")).json()["paths"]
        called = 0
        for path, known in paths.items():
            for parameter in known.get("get", {}).get("parameters", ()):
                if parameter["in"] != "query":
                    continue
                for value in ("-1", "9" * 30, "é\x00" + "x" * 2_000, "'; --"):
                    called += 1
                    at = f"/{service}{filled(path, 'no-such-thing')}"
                    answer = await running.edge.get(at, params={parameter["name"]: value})
                    assert answer.status_code < 500, f"{path} {parameter['name']}={value!r}: {answer.text}"
                    if answer.status_code >= 400:
                        problem_in(answer)
        assert called

    async def test_of_a_route_that_is_not_there_is_a_problem(self, running: Running, service: str) -> None:
        for answer in (await running.edge.get(f"/{service}/nowhere"), await running.edge.put(f"/{service}/readyz")):
            assert answer.status_code in {404, 405}
            problem_in(answer)

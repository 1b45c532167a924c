from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI

from shared.web import problems
from shared.web.access import Asker, Policy, ReadDoor, Role, RoleDoor, WriteDoor
from shared.web.writes import Framed

POLICY = Policy(everything=(Role.BOARD,), own_departments=(Role.DEPARTMENT_AGENT,))
Writing = Annotated[Asker, Depends(WriteDoor(POLICY))]
Boarding = Annotated[Asker, Depends(WriteDoor(POLICY, "review-board"))]
Saying = Annotated[Asker, Depends(RoleDoor(POLICY, "operator"))]
Reading = Annotated[Asker, Depends(ReadDoor(POLICY))]


def application() -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.post("/departments/{department}/table")
    async def table(asker: Writing, department: str, write: Framed) -> dict[str, Any]:
        return {"asker": asker, "department": department, "key": write.key, "expected": write.expected}

    @app.post("/board")
    async def board(asker: Boarding, _write: Framed) -> Asker:
        return asker

    @app.post("/nobody")
    async def nobody(asker: Writing, _write: Framed) -> Asker:
        return asker

    @app.post("/parked")
    async def parked(asker: Saying) -> Asker:
        return asker

    @app.get("/departments/{department}/table")
    async def read(asker: Reading, department: str) -> dict[str, Any]:
        return {"asker": asker, "department": department}

    return app


APP = application()


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://door") as client:
        yield client


class TestWhoAsks:
    @pytest.mark.parametrize("path", ["/board", "/parked", "/nobody"])
    async def test_is_who_the_caller_says(self, web: httpx.AsyncClient, path: str) -> None:
        found = (await web.post(path, headers={"Throughline-Role": "care"})).json()
        assert found == {"roles": ["care"], "departments": [], "pseudonym": "", "established": "word"}

    @pytest.mark.parametrize(("path", "assumed"), [("/board", "review-board"), ("/parked", "operator")])
    async def test_is_whom_the_route_assumes_where_the_caller_says_nothing(
        self, web: httpx.AsyncClient, path: str, assumed: str
    ) -> None:
        found = (await web.post(path)).json()
        assert (found["roles"], found["established"]) == ([assumed], "assumed")

    async def test_is_nobody_where_nothing_is_assumed(self, web: httpx.AsyncClient) -> None:
        assert (await web.post("/nobody")).json()["established"] == "unknown"
        assert Asker().by == ""

    async def test_is_the_department_in_the_path_where_the_caller_says_nothing(self, web: httpx.AsyncClient) -> None:
        found = (await web.post("/departments/carrier/table")).json()["asker"]
        assert (found["roles"], found["departments"]) == (["carrier"], ["carrier"])

    async def test_acts_for_the_department_in_the_path_whatever_it_calls_itself(self, web: httpx.AsyncClient) -> None:
        found = await web.post("/departments/carrier/table", headers={"Throughline-Role": "care"})
        assert (found.json()["asker"]["roles"], found.json()["asker"]["departments"]) == (["care"], ["carrier"])

    async def test_does_not_depend_on_the_role_header_of_a_read(self, web: httpx.AsyncClient) -> None:
        answers = [
            await web.get("/departments/carrier/table", headers=headers)
            for headers in ({}, {"Throughline-Role": "care"}, {"Throughline-Role": "Some Body"})
        ]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1


class TestTheHeadersOfAWrite:
    async def test_are_read_by_the_door_and_by_the_frame(self, web: httpx.AsyncClient) -> None:
        headers = {"Throughline-Role": "care", "Idempotency-Key": "k", "If-Match": '"3"'}
        found = (await web.post("/departments/carrier/table", headers=headers)).json()
        assert (found["asker"]["roles"], found["key"], found["expected"]) == (["care"], "k", 3)

    async def test_are_each_named_once_where_they_are_wrong(self, web: httpx.AsyncClient) -> None:
        headers = {
            "traceparent": "t" * 61,
            "Throughline-Role": "Some Body",
            "If-Match": "9" * 41,
            "Idempotency-Key": "k" * 201,
        }
        answer = await web.post("/departments/carrier/table", headers=headers)
        assert answer.status_code == 422
        wrong = [error["field"] for error in answer.json()["errors"]]
        names = ["idempotency-key", "if-match", "throughline-role", "traceparent"]
        assert wrong == [f"header.{name}" for name in names]

    async def test_are_wrong_before_the_body_is(self, web: httpx.AsyncClient) -> None:
        answer = await web.post("/board", headers={"Throughline-Role": "Some Body"}, content=b"{")
        assert [error["field"] for error in answer.json()["errors"]] == ["header.throughline-role"]

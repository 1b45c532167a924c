"""What a caller gets for bad input: a problem document that names each field, and nothing is stored."""

import json

import pytest

from tests.component.web.conftest import TORN, Running, problem

pytestmark = pytest.mark.asyncio(loop_scope="session")

JSON = {"Content-Type": "application/json"}


class TestWhenTheBodyDoesNotFit:
    async def test_unknown_missing_and_mistyped_fields_are_all_named(self, running: Running) -> None:
        before = await running.stored()
        body = {"channel": 7, "colour": "red", "points": "one", "steps": [{"step": "packing", "started": "yesterday"}]}
        found = problem(await running.web.post("/intake/complaints", json=body), 422)
        named = {error["field"] for error in found["errors"]}
        assert {"channel", "colour", "text", "points", "steps[0].started"} <= named
        assert all(error["problem"] for error in found["errors"])
        assert await running.stored() == before

    async def test_nothing_of_what_was_sent_comes_back(self, running: Running) -> None:
        body = {"channel": {"secret": "maria@mail.example"}, "text": 5, "maria@mail": 1}
        answer = await running.web.post("/intake/complaints", json=body)
        problem(answer, 422)
        assert "maria@mail.example" not in answer.text

    async def test_an_instant_without_a_time_zone_is_refused(self, running: Running) -> None:
        body = TORN | {"promised_by": "2026-03-01T12:00:00"}
        found = problem(await running.web.post("/intake/complaints", json=body), 422)
        assert [error["field"] for error in found["errors"]] == ["promised_by"]
        assert "time zone" in found["errors"][0]["problem"] or "timezone" in found["errors"][0]["problem"]

    async def test_a_text_of_white_space_is_no_complaint(self, running: Running) -> None:
        problem(await running.web.post("/intake/complaints", json=TORN | {"text": " \n\t "}), 422)

    async def test_too_large_a_body_is_refused_before_it_is_parsed(self, running: Running) -> None:
        before = await running.stored()
        body = json.dumps(TORN | {"text": "x" * 300 * 1024})
        found = problem(await running.web.post("/intake/complaints", content=body, headers=JSON), 413)
        assert str(256 * 1024) in found["detail"]
        assert await running.stored() == before

    async def test_too_large_a_body_is_refused_also_where_its_length_is_not_said(self, running: Running) -> None:
        async def pieces():  # type: ignore[no-untyped-def]  # noqa: ANN202 - bytes, as httpx wants them
            for _ in range(40):
                yield b" " * 8 * 1024

        problem(await running.web.post("/intake/complaints", content=pieces(), headers=JSON), 413)

    async def test_too_deep_a_body_is_refused(self, running: Running) -> None:
        before = await running.stored()
        deep = "[" * 50 + "]" * 50
        body = '{"channel":"web","text":"late","facts":{"a":' + deep + "}}"
        found = problem(await running.web.post("/intake/complaints", content=body, headers=JSON), 400)
        assert "deeper" in found["detail"]
        assert await running.stored() == before

    async def test_brackets_in_the_text_are_just_text(self, running: Running) -> None:
        text = "[" * 500 + ' she said \\"{{{\\" ' + "}" * 500
        answer = await running.web.post("/intake/complaints", json=TORN | {"text": text})
        assert answer.status_code == 201

    async def test_bytes_that_are_not_utf_8_are_refused(self, running: Running) -> None:
        before = await running.stored()
        body = b'{"channel":"web","text":"caf\xe9"}'
        found = problem(await running.web.post("/intake/complaints", content=body, headers=JSON), 400)
        assert "0xe9" in found["detail"]
        assert await running.stored() == before

    async def test_half_a_surrogate_is_refused(self, running: Running) -> None:
        body = b'{"channel":"web","text":"\\ud83d"}'
        answer = await running.web.post("/intake/complaints", content=body, headers=JSON)
        problem(answer, 422)

    async def test_a_body_where_none_is_taken_is_refused(self, running: Running) -> None:
        found = problem(await running.web.post("/departments/departments/last-mile/table/x/join", json={"a": 1}), 422)
        assert found["errors"] == [{"field": "body", "problem": "this request takes none"}]


class TestWhenARowOfABulkIsBad:
    async def test_it_is_refused_by_itself(self, running: Running, key: str) -> None:
        items = [
            {"idempotency_key": f"{key}-1", "complaint": TORN},
            {"idempotency_key": f"{key}-2", "complaint": {"channel": "web"}},
            {"idempotency_key": f"{key}-1", "complaint": TORN | {"text": "Something else."}},
        ]
        answer = await running.web.post("/intake/complaints/bulk", json=items)
        assert answer.status_code == 200
        first, second, third = answer.json()
        assert first["status"] == "registered"
        assert second["status"] == "rejected"
        assert "text" in second["problem"]
        assert third["status"] == "rejected"
        assert first["id"] in third["problem"]

    async def test_too_many_at_once_are_refused(self, running: Running) -> None:
        items = [{"idempotency_key": str(number), "complaint": TORN} for number in range(501)]
        problem(await running.web.post("/intake/complaints/bulk", json=items), 422)


class TestWhenARequestComesTwice:
    async def test_the_same_key_with_the_same_body_gives_the_same_answer(self, running: Running, key: str) -> None:
        headers = {"Idempotency-Key": key}
        first = (await running.web.post("/intake/complaints", json=TORN, headers=headers)).json()
        again = (
            await running.web.post("/intake/complaints", json=dict(reversed(TORN.items())), headers=headers)
        ).json()
        assert again["id"] == first["id"]
        assert (first["repeated"], again["repeated"]) == (False, True)

    async def test_the_same_key_with_another_body_is_refused_with_the_first_complaint(
        self, running: Running, key: str
    ) -> None:
        headers = {"Idempotency-Key": key}
        first = (await running.web.post("/intake/complaints", json=TORN, headers=headers)).json()
        other = await running.web.post("/intake/complaints", json=TORN | {"text": "Another."}, headers=headers)
        found = problem(other, 422)
        assert found["first"] == first["id"]
        assert first["id"] in found["detail"]


class TestWhenTheCallerSawSomethingElse:
    async def test_a_stale_version_is_refused_with_the_current_one(self, running: Running) -> None:
        complaint = await running.register()
        current = (await running.web.get(f"/intake/complaints/{complaint}")).json()["version"]
        before = await running.stored()
        body = {"reason": "It was mine after all."}
        for stale in ("0", '"999"', f'W/"{current + 1}"'):
            answer = await running.web.post(
                f"/intake/complaints/{complaint}/withdraw", json=body, headers={"If-Match": stale}
            )
            assert problem(answer, 412)["current"] == current
        assert await running.stored() == before
        fresh = {"If-Match": f'"{current}"'}
        answer = await running.web.post(f"/intake/complaints/{complaint}/withdraw", json=body, headers=fresh)
        assert answer.status_code == 200

    async def test_a_version_that_is_no_number_is_refused(self, running: Running) -> None:
        complaint = await running.register()
        answer = await running.web.post(
            f"/intake/complaints/{complaint}/withdraw", json={"reason": "Mine."}, headers={"If-Match": "newest"}
        )
        assert problem(answer, 422)["errors"][0]["field"] == "If-Match"


class TestWhenTheStateDoesNotAllowIt:
    async def test_the_rule_comes_back_as_a_sentence(self, running: Running) -> None:
        complaint = await running.register()
        before = await running.stored()
        found = problem(await running.web.post(f"/intake/complaints/{complaint}/accept", json={}), 409)
        assert len(found["detail"].split()) > 3
        assert found["type"].rpartition(":")[2]
        assert await running.stored() == before

    async def test_a_department_learns_what_it_has_to_do_first(self, running: Running) -> None:
        complaint = await running.register()
        department = (await running.web.get(f"/departments/resolutions/{complaint}")).json()["lead"]
        at = f"/departments/departments/{department}/table/{complaint}"
        answer = await running.web.post(
            f"{at}/propose", json={"step": "delivery", "kind": "prevention", "text": "Check the label twice."}
        )
        assert len(problem(answer, 409)["detail"].split()) > 3

    async def test_a_complaint_that_is_not_there_is_not_found_anywhere(self, running: Running) -> None:
        unknown = "3f1c2b7e-0000-4000-8000-000000000000"
        for path in (
            f"/intake/complaints/{unknown}",
            f"/routing/triages/{unknown}",
            f"/departments/resolutions/{unknown}",
            f"/departments/departments/last-mile/table/{unknown}",
            f"/review/reviews/{unknown}",
        ):
            problem(await running.web.get(path), 404)

    async def test_another_departments_complaint_is_not_found(self, running: Running) -> None:
        complaint = await running.register()
        invited = {
            seat["department"]
            for seat in (await running.web.get(f"/departments/resolutions/{complaint}")).json()["seats"]
        }
        others = {"warehouse", "carrier", "last-mile", "finance", "customer-care"} - invited
        assert others
        for other in others:
            answer = await running.web.get(f"/departments/departments/{other}/table/{complaint}")
            problem(answer, 404)

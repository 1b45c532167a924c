import pytest

from services.intake.api.requests import BulkItem
from tests.unit.intake.web import MARIA, TORN, Intake


class TestMany:
    async def test_each_has_its_own_answer(self, intake: Intake) -> None:
        items = [
            {"idempotency_key": "a", "complaint": TORN},
            {"idempotency_key": "b", "complaint": TORN | {"steps": [{"step": "baking"}]}},
            {"idempotency_key": "a", "complaint": TORN},
            {"idempotency_key": "a", "complaint": TORN | {"text": "Other."}},
            {"idempotency_key": "c", "complaint": {"channel": "web", "text": " ", "steps": [{"step": 7}]}},
            {"complaint": TORN},
            "what",
            {"idempotency_key": "d", "complaint": TORN | {"historic": True}},
        ]
        response = await intake.post("/complaints/bulk", items)
        assert response.status_code == 200
        answers = response.json()
        statuses = ["registered", "rejected", "already", "rejected", "rejected", "rejected", "rejected", "registered"]
        assert [answer["status"] for answer in answers] == statuses
        assert answers[0]["id"] == answers[2]["id"]
        assert "steps[0].step: there is no step 'baking'" in answers[1]["problem"]
        assert answers[0]["id"] in answers[3]["problem"]
        assert "text: " in answers[4]["problem"]
        assert "steps[0].step: " in answers[4]["problem"]
        assert answers[5]["problem"].startswith("idempotency_key: ")
        assert (await intake.web.get("/counts")).json() == {"registered": 1, "closed": 1}

    async def test_again_adds_nothing(self, intake: Intake) -> None:
        items = [{"idempotency_key": str(n), "complaint": MARIA | {"historic": True}} for n in range(20)]
        await intake.post("/complaints/bulk", items)
        position, kept = await intake.store.position(), dict(intake.vault.items)
        answers = (await intake.post("/complaints/bulk", items)).json()
        assert {answer["status"] for answer in answers} == {"already"}
        assert (await intake.store.position(), intake.vault.items) == (position, kept)

    async def test_one_alone_and_one_of_many_are_the_same_complaint(self, intake: Intake) -> None:
        complaint = await intake.register(TORN, Idempotency_Key="k1")
        answers = (await intake.post("/complaints/bulk", [{"idempotency_key": "k1", "complaint": TORN}])).json()
        assert answers == [{"id": complaint, "status": "already", "problem": ""}]

    @pytest.mark.parametrize("body", ["[", "{}", "7", "[" + "{}," * 500 + "{}]"])
    async def test_what_is_no_list_of_at_most_500_is_refused(self, intake: Intake, body: str) -> None:
        response = await intake.web.post("/complaints/bulk", content=body)
        assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "body")

    async def test_a_problem_never_repeats_what_was_sent(self, intake: Intake) -> None:
        items = [{"idempotency_key": "a", "complaint": TORN | {"customer": {"email": ["maria@mail.example"]}}}]
        assert "maria" not in (await intake.post("/complaints/bulk", items)).text

    async def test_what_to_send_is_described(self, intake: Intake) -> None:
        described = (await intake.web.get("/openapi.json")).json()
        schema = described["paths"]["/complaints/bulk"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        properties = schema["items"]["properties"]
        assert set(properties) == set(BulkItem.model_fields)
        assert properties["complaint"]["$ref"].rpartition("/")[2] in described["components"]["schemas"]

# ruff: noqa: RUF001 - Russian texts are the point
from typing import Any

import pytest

from tests.unit.intake.build import DAY, NOW
from tests.unit.intake.web import MARIA, TORN, Intake


class TestRegistering:
    async def test_it_is_created_and_can_be_read_where_it_says(self, intake: Intake) -> None:
        response = await intake.post("/complaints", TORN)
        assert response.status_code == 201
        assert response.json()["events"] == ["ComplaintRegistered.v1"]
        read = await intake.web.get(response.headers["Location"])
        assert read.headers["ETag"] == '"1"'
        assert (read.json()["status"], read.json()["text"]) == ("registered", "The box was torn.")

    async def test_the_same_key_is_the_same_complaint(self, intake: Intake) -> None:
        first = await intake.post("/complaints", TORN, Idempotency_Key="k1")
        again = await intake.post("/complaints", dict(reversed(TORN.items())), Idempotency_Key="k1")
        assert again.status_code == 201
        assert again.json()["id"] == first.json()["id"]
        assert (again.json()["repeated"], again.json()["events"]) == (True, [])

    async def test_the_same_key_with_another_body_names_the_first_complaint(self, intake: Intake) -> None:
        first = await intake.register(TORN, Idempotency_Key="k1")
        other = await intake.post("/complaints", TORN | {"text": "Another."}, Idempotency_Key="k1")
        assert other.status_code == 422
        assert other.json()["first"] == first

    async def test_without_a_key_each_is_its_own(self, intake: Intake) -> None:
        assert await intake.register() != await intake.register()

    async def test_facts_alone_are_a_complaint_too(self, intake: Intake) -> None:
        scored = await intake.post("/complaints", TORN | {"text": "", "facts": {"review_score": "1"}})
        assert scored.status_code == 201
        assert (await intake.web.get(scored.headers["Location"])).json()["text"] == ""

    async def test_what_the_organisation_does_not_know_is_named(self, intake: Intake) -> None:
        body = TORN | {"steps": [{"step": "packing"}, {"step": "paking"}, {"step": "packing"}]}
        response = await intake.post("/complaints", body)
        assert response.status_code == 422
        assert [error["field"] for error in response.json()["errors"]] == ["steps[1].step", "steps[2].step"]
        assert "did you mean 'packing'?" in response.json()["errors"][0]["problem"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"text": " \n "}, "text"),
            ({"text": "a" * 20_001}, "text"),
            ({"text": 7}, "text"),
            ({"text": None}, "text"),
            ({"channel": ""}, "channel"),
            ({"colour": "red"}, "colour"),
            ({"received_at": "2026-03-02T09:00:00"}, "received_at"),
            ({"received_at": "0001-01-01T00:00:00+14:00"}, "received_at"),
            ({"value": -1}, "value"),
            ({"value": "NaN"}, "value"),
            ({"harm": "yes"}, "harm"),
            ({"facts": {str(n): "x" for n in range(51)}}, "facts"),
            ({"facts": {"a": {"b": 1}}}, "facts.a"),
            ({"points": ["ok", " "]}, "points[1]"),
            ({"steps": [{"step": "packing", "who": "x"}]}, "steps[0].who"),
            ({"customer": {"ref": "a", "age": 7}}, "customer.age"),
            ({"order_ref": "me@mail.example"}, "order_ref"),
            ({"repeat_of": "../x"}, "repeat_of"),
        ],
    )
    async def test_a_wrong_field_is_named_and_nothing_is_stored(
        self, intake: Intake, change: dict[str, Any], field: str
    ) -> None:
        response = await intake.post("/complaints", TORN | change)
        assert response.status_code == 422
        assert field in [error["field"] for error in response.json()["errors"]]
        assert (await intake.store.position(), intake.vault.items) == (0, {})

    async def test_every_wrong_field_is_named_at_once(self, intake: Intake) -> None:
        response = await intake.post("/complaints", {"text": "", "value": "x"})
        assert {error["field"] for error in response.json()["errors"]} == {"channel", "text", "value"}

    async def test_a_clock_that_goes_wrong_is_flagged_and_never_refused(self, intake: Intake) -> None:
        complaint = await intake.register(TORN | {"received_at": (NOW + DAY).isoformat()})
        assert (await intake.registered(complaint)).flags == ("received-in-future",)

    async def test_text_comes_out_as_it_went_in(self, intake: Intake) -> None:
        text = 'Atrasou! "Muito"\n\tтри дня 😡\u2028\x00конец'
        complaint = await intake.register(TORN | {"text": text})
        assert (await intake.web.get(f"/complaints/{complaint}")).json()["text"] == text

    async def test_a_stale_version_is_refused(self, intake: Intake) -> None:
        complaint = await intake.register()
        response = await intake.post(f"/complaints/{complaint}/withdraw", {"reason": "Found."}, If_Match='"7"')
        assert (response.status_code, response.json()["current"]) == (412, 1)


class TestWhatIsHidden:
    async def test_nothing_personal_is_published_and_the_vault_holds_it(self, intake: Intake) -> None:
        complaint = await intake.register(MARIA)
        registered = await intake.registered(complaint)
        assert registered.text == 'I am "[name] [name]",\ncall [phone] 😡'
        assert registered.points == ("[name] was not told",)
        assert registered.facts == {"note": "[e-mail] wrote", "tel [phone]": "rang"}
        published = await intake.everything_published()
        assert not [word for word in (b"Maria", b"Souza", b"901820", b"mail.example", b"CUST-917") if word in published]
        kept = await intake.vault.get(complaint)
        assert kept is not None
        assert b"Maria Souza" in kept
        assert b"901820" in kept

    async def test_the_pseudonym_is_the_same_for_the_same_customer(self, intake: Intake) -> None:
        refs = [(await intake.registered(await intake.register(body))).customer_ref for body in (MARIA, MARIA, TORN)]
        assert refs[0] == refs[1] != ""
        assert refs[2] == ""

    async def test_what_needs_no_hiding_is_not_in_the_vault(self, intake: Intake) -> None:
        await intake.register()
        assert intake.vault.items == {}

    async def test_what_the_customer_says_later_is_masked_too(self, intake: Intake) -> None:
        complaint = await intake.answered(MARIA)
        await intake.post(f"/complaints/{complaint}/acknowledge", {"next": "Dear Maria, we look."})
        await intake.post(f"/complaints/{complaint}/reject", {"reason": "souza is not happy"})
        await intake.post(f"/complaints/{complaint}/escalate", {"reason": "call maria@mail.example"})
        await intake.post(f"/complaints/{complaint}/withdraw", {"reason": "Maria found it"})
        published = (await intake.everything_published()).lower()
        assert published.count(b"[name]") == 6
        assert not [word for word in (b"maria", b"souza") if word in published]

    async def test_without_the_vault_nothing_is_accepted(self, intake: Intake) -> None:
        intake.vault.away = True
        assert (await intake.post("/complaints", MARIA)).status_code == 503
        items = [{"idempotency_key": "k1", "complaint": MARIA}]
        assert (await intake.post("/complaints/bulk", items)).status_code == 503
        assert await intake.store.position() == 0

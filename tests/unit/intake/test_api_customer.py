import pytest

from tests.unit.intake.build import ANSWER_BY, DAY, REFUND_BY
from tests.unit.intake.web import MARIA, Intake


class TestTheCustomersTurn:
    async def test_accepting_closes_it_and_asks_for_feedback_once_per_customer(self, intake: Intake) -> None:
        first, second = await intake.answered(MARIA), await intake.answered(MARIA)
        first_answer = await intake.post(f"/complaints/{first}/accept", {"learning_code": "process-changed"})
        intake.clock.instant += DAY
        second_answer = await intake.post(f"/complaints/{second}/accept", {})
        events = ["OutcomeAccepted.v1", "ComplaintClosed.v1", "FeedbackAsked.v1"]
        assert (first_answer.json()["events"], second_answer.json()["events"]) == (events, events[:2])
        given = await intake.post(f"/complaints/{first}/feedback", {"scores": [5, 4]})
        assert given.json()["events"] == ["FeedbackGiven.v1"]

    async def test_a_rule_is_a_sentence(self, intake: Intake) -> None:
        complaint = await intake.register()
        response = await intake.post(f"/complaints/{complaint}/accept", {})
        assert response.status_code == 409
        assert response.json()["detail"] == "The customer can accept or reject only after the answer was sent."

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("accept", {}),
            ("reject", {"reason": "No."}),
            ("acknowledge", {"next": "I look."}),
            ("promises/answer/keep", None),
            ("promises/answer/renegotiate", {"due": ANSWER_BY.isoformat()}),
            ("feedback", {"scores": [5]}),
        ],
    )
    async def test_what_is_not_there_is_not_found(self, intake: Intake, path: str, body: object) -> None:
        assert (await intake.post(f"/complaints/nowhere/{path}", body)).status_code == 404
        assert (await intake.web.get("/complaints/nowhere")).status_code == 404

    async def test_the_ledger_is_kept_and_counted(self, intake: Intake) -> None:
        complaint = await intake.answered(refund=REFUND_BY, callback=REFUND_BY)
        due = (REFUND_BY + DAY).isoformat()
        moved = await intake.post(f"/complaints/{complaint}/promises/refund/renegotiate", {"due": due})
        kept = await intake.post(f"/complaints/{complaint}/promises/callback/keep")
        assert (moved.json()["events"], kept.json()["events"]) == (["PromiseRenegotiated.v1"], ["PromiseKept.v1"])
        assert (await intake.web.get("/promises/summary")).json() == {"kept": 2, "broken": 0, "open": 1}
        view = (await intake.web.get(f"/complaints/{complaint}")).json()
        assert view["answers"] == ["We send a new lamp."]
        assert [entry["standing"] for entry in view["promises"]] == ["kept", "open", "kept"]

    async def test_the_same_write_twice_is_one(self, intake: Intake) -> None:
        complaint = await intake.answered()
        path, body = f"/complaints/{complaint}/reject", {"reason": "No."}
        first = await intake.post(path, body, Idempotency_Key="r1")
        again = await intake.post(path, body, Idempotency_Key="r1")
        assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
        assert first.json()["version"] == again.json()["version"]


class TestListing:
    async def test_pages_follow_each_other_and_filter_by_status(self, intake: Intake) -> None:
        known = {await intake.register() for _ in range(5)}
        withdrawn = await intake.register()
        await intake.post(f"/complaints/{withdrawn}/withdraw", {"reason": "Found."})
        seen: list[str] = []
        cursor = ""
        while True:
            query = {"status": "registered", "limit": "2", "cursor": cursor}
            page = (await intake.web.get("/complaints", params=query)).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if not cursor:
                break
        assert len(seen) == 5
        assert set(seen) == known
        assert (await intake.web.get("/counts")).json() == {"registered": 5, "withdrawn": 1}
        assert len((await intake.web.get("/complaints")).json()["items"]) == 6
        assert (await intake.web.get("/complaints?status=lost")).status_code == 422

from services.departments import commands
from tests.unit.departments.build import DAY, HOUR, NOW, note_complaint
from tests.unit.departments.edge import Table


class TestManagement:
    async def test_it_sees_what_it_has_contacts_the_customer_and_hands_it_back(self, table: Table) -> None:
        await table.open()
        await table.command("c1", commands.Escalate(now=NOW, by="customer", reason="Now."))
        (line,) = (await table.get("/management/queue"))["items"]
        assert (line["id"], line["escalation"]["failed"]) == ("c1", ["last-mile"])
        closing = {"findings": {"last-mile": "A call back within the hour."}}
        assert (await table.client.post("/management/c1/close", json=closing)).status_code == 409
        assert (await table.client.post("/management/c1/contact", json={"note": "Called."})).status_code == 200
        closed = await table.client.post("/management/c1/close", json=closing)
        assert closed.json()["events"] == ["EscalationClosed.v1"]
        assert (await table.get("/management/queue"))["items"] == []

    async def test_blame_in_its_words_is_refused_on_record_and_stands_only_by_an_override(self, table: Table) -> None:
        await table.open()
        await table.command("c1", commands.Escalate(now=NOW, by="customer", reason="Now."))
        seen = (await table.get("/resolutions/c1"))["version"]
        for what, body in (
            ("contact", {"note": "The packer is to blame."}),
            ("close", {"findings": {"last-mile": "The packer is to blame."}}),
        ):
            place = f"/management/c1/{what}"
            for _ in range(2):
                refused = await table.client.post(place, json=body, headers={"idempotency-key": what})
                assert (refused.status_code, refused.json()["type"][-13:]) == (409, "blames-people")
            assert (await table.get("/resolutions/c1"))["version"] == seen + 1
            stands = await table.client.post(place, json={**body, "override": "The customer's own words."})
            assert stands.status_code == 200
            seen = stands.json()["version"]

    async def test_a_complaint_without_a_table_shows_in_the_queue_too(self, table: Table) -> None:
        await table.command("c1", note_complaint(), commands.Escalate(now=NOW, by="customer", reason="Now."))
        (line,) = (await table.get("/management/queue"))["items"]
        assert (line["status"], line["lead"], line["severity"]) == ("waiting", "", None)

    async def test_a_silent_department_s_seat_is_management_s(self, table: Table) -> None:
        await table.open()
        table.clock.instant = NOW + DAY
        await table.command("c1", commands.RunClocks(now=NOW + 6 * HOUR))
        seen = await table.get("/resolutions/c1")
        assert {seat["department"]: seat["standing"] for seat in seen["seats"]} == {
            "warehouse": "invited",
            "last-mile": "managed",
        }
        assert seen["lead"] == "warehouse"

    async def test_it_hears_of_a_silent_department_until_that_comes_after_all(self, table: Table) -> None:
        await table.open()
        assert (await table.get("/management/queue"))["items"] == []
        await table.command("c1", commands.RunClocks(now=NOW + 6 * HOUR))
        (line,) = (await table.get("/management/queue"))["items"]
        assert (line["id"], line["escalation"]) == ("c1", None)
        assert line["seats"] == [{"department": "last-mile", "reason": "The department did not answer in time."}]
        await table.do("last-mile", "join")
        assert (await table.get("/management/queue"))["items"] == []

from services.departments import commands
from tests.unit.departments.build import NOW
from tests.unit.departments.edge import NEW_LAMP, Table

HERS = "ada@example.org or +49 170 1234567"


class TestPersonalData:
    async def test_a_department_s_words_are_masked_before_anything_is_kept(self, table: Table) -> None:
        await table.open()
        await table.do("warehouse", "join")
        made = await table.do("warehouse", "propose", {**NEW_LAMP, "text": f"A new lamp; ask {HERS}."})
        assert "ProposalMade.v1" in made["events"]
        seen = await table.get("/departments/warehouse/table/c1")
        assert seen["proposals"][0]["text"] == "A new lamp; ask [e-mail] or [phone]."
        kept = await table.kept()
        assert "A new lamp; ask [e-mail] or [phone]." in kept
        assert not any(own in kept for own in HERS.split(" or "))

    async def test_so_are_the_answer_and_the_names_of_what_it_promises(self, table: Table) -> None:
        await table.open()
        remedy, _ = await table.contribute()
        await table.do("last-mile", "endorse", {"proposal": remedy})
        await table.do("last-mile", "agree", {"remedy_proposal": remedy})
        promises = {"call to +49 170 1234567": "2026-03-06T18:00:00Z"}
        await table.do("last-mile", "answer", {"text": f"We wrote to {HERS}.", "covers": [1, 2], "promises": promises})
        answer = (await table.get("/resolutions/c1"))["answer"]
        assert answer["text"] == "We wrote to [e-mail] or [phone]."
        assert list(answer["promises"]) == ["call to [phone]"]

    async def test_so_are_a_manager_s_note_and_findings(self, table: Table) -> None:
        await table.open()
        await table.contribute()
        await table.command("c1", commands.Escalate(now=NOW, by="customer", reason="Now."))
        (line,) = (await table.get("/management/queue"))["items"]
        contact = await table.client.post("/management/c1/contact", json={"note": f"Called {HERS}."})
        assert contact.status_code == 200
        findings = dict.fromkeys(line["escalation"]["failed"], f"Write to {HERS}.")
        assert (await table.client.post("/management/c1/close", json={"findings": findings})).status_code == 200
        kept = await table.kept()
        assert "Called [e-mail] or [phone]." in kept
        assert "Write to [e-mail] or [phone]." in kept
        assert not any(own in kept for own in HERS.split(" or "))

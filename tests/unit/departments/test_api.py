import pytest

from services.departments import commands
from tests.unit.departments.build import NOW
from tests.unit.departments.edge import NEW_LAMP, Table

WRONG_STEP = {"step": "refund", "kind": "prevention", "text": "Scan it twice."}


class TestTheWholeWay:
    async def test_from_the_invitation_to_the_customer_s_turn(self, table: Table) -> None:
        await table.open()
        remedy, prevention = await table.contribute()
        await table.do("last-mile", "endorse", {"proposal": remedy})
        agreed = {"remedy_proposal": remedy, "preventions": [prevention], "budgets": {"packing": 8}}
        assert (await table.do("last-mile", "agree", agreed))["events"] == ["AgreementReached.v1"]
        await table.do("warehouse", "statement", {"dates": {"new lamp": "2026-03-06"}})
        await table.do("warehouse", "remedy", {"cost": "79.90", "staff_minutes": 5})
        answered = {
            "text": "A new lamp comes on Friday.",
            "covers": [1, 2],
            "promises": {"new lamp": "2026-03-06T18:00:00Z"},
            "dates": {"new lamp": "2026-03-06"},
        }
        done = await table.do("last-mile", "answer", answered)
        assert done["events"] == ["StatementMade.v1", "AnswerAgreed.v1", "ResolutionCompleted.v1"]
        seen = await table.get("/resolutions/c1")
        assert (seen["status"], seen["staff_minutes"], seen["compensation"]) == ("completed", 25, "79.90")
        assert seen["agreement"]["preventions"] == ["Scan at the door."]

    async def test_an_objection_brings_its_alternative(self, table: Table) -> None:
        await table.open()
        remedy, _ = await table.contribute()
        other = {**NEW_LAMP, "remedy": {"remedy": "partial-refund", "amount": 40}}
        made = await table.do("last-mile", "object", {"proposal": remedy, "reason": "Slow.", "alternative": other})
        assert made["events"] == ["ProposalMade.v1", "ProposalObjected.v1"]
        await table.do("warehouse", "endorse", {"proposal": made["proposal"]})
        await table.do("last-mile", "agree", {"remedy_proposal": made["proposal"]})
        assert (await table.get("/resolutions/c1"))["agreement"]["remedy"]["amount"] == "40"


class TestScope:
    async def test_another_department_s_complaint_is_not_found(self, table: Table) -> None:
        await table.open()
        for department in ("payment", "carrier"):
            assert (await table.client.get(f"/departments/{department}/table/c1")).status_code == 404
            assert (await table.try_(department, "join")).status_code == 404
            assert (await table.get(f"/departments/{department}/table"))["items"] == []

    async def test_an_unknown_complaint_is_not_found_and_not_made(self, table: Table) -> None:
        assert (await table.try_("warehouse", "join")).status_code == 404
        assert (await table.client.post("/management/c1/contact", json={"note": "Called."})).status_code == 404
        assert (await table.client.get("/resolutions/c1")).status_code == 404

    async def test_before_the_reveal_a_department_sees_its_own_proposals_only(self, table: Table) -> None:
        await table.open()
        await table.do("warehouse", "join")
        await table.do("last-mile", "join")
        await table.do("warehouse", "propose", NEW_LAMP)
        assert len((await table.get("/departments/warehouse/table/c1"))["proposals"]) == 1
        seen = await table.get("/departments/last-mile/table/c1")
        assert (seen["proposals"], seen["revealed"]) == ([], False)
        assert NEW_LAMP["text"] not in str(await table.get("/departments/last-mile/table"))

    async def test_before_the_reveal_the_resolution_says_only_how_many_have_contributed(self, table: Table) -> None:
        await table.open()
        ran = {"step": "packing", "started": "2026-02-27T09:00:00Z", "ended": "2026-02-28T09:00:00Z"}
        await table.do("warehouse", "join")
        assert (await table.get("/resolutions/c1"))["contributed"] == 0
        await table.do("warehouse", "times", {"steps": [ran], "staff_minutes": 10})
        await table.do("warehouse", "propose", NEW_LAMP)
        await table.do("warehouse", "statement", {"dates": {"new lamp": "2026-03-06"}})
        seen = await table.get("/resolutions/c1")
        assert (seen["status"], seen["contributed"]) == ("round", 1)
        assert (seen["proposals"], seen["statements"], seen["staff_minutes"]) == ([], [], 0)
        for hidden in (NEW_LAMP["text"], "2026-02-27", "2026-03-06", "'reported': True"):
            assert str(hidden) not in str(seen)

    async def test_after_the_reveal_the_resolution_shows_everything(self, table: Table) -> None:
        await table.open()
        await table.contribute()
        seen = await table.get("/resolutions/c1")
        assert (len(seen["proposals"]), seen["contributed"], seen["staff_minutes"]) == (2, 2, 20)
        assert all(seat["times"] for seat in seen["seats"])

    async def test_after_it_all_see_all(self, table: Table) -> None:
        await table.open()
        await table.contribute()
        seen = await table.get("/departments/last-mile/table/c1")
        assert (len(seen["proposals"]), seen["revealed"]) == (2, True)

    async def test_the_briefing_says_what_is_asked_why_and_by_when(self, table: Table) -> None:
        await table.open()
        seen = await table.get("/departments/warehouse/table/c1")
        assert seen["standing"] == "invited"
        assert seen["steps"][0]["why"][0]["sentence"] == "damaged goods touch it"
        assert seen["respond_by"] == "2026-03-02T15:30:00Z"
        assert seen["points"] == 2

    async def test_what_is_asked_follows_the_table(self, table: Table) -> None:
        async def next_action(department: str) -> str:
            found: str = (await table.get(f"/departments/{department}/table/c1"))["asked"]
            return found

        await table.open()
        assert (await next_action("warehouse")).startswith("Join, or decline")
        await table.do("warehouse", "join")
        assert await next_action("warehouse") == "Report the times of your steps and propose a solution."
        await table.do("warehouse", "propose", NEW_LAMP)
        assert await next_action("warehouse") == "Report the times of your steps."
        await table.contribute()
        assert (await next_action("warehouse")).startswith("Endorse the proposals you stand behind")
        lead = (await table.get("/resolutions/c1"))["lead"]
        assert "You lead: write down what was agreed." in await next_action(lead)

    async def test_a_department_that_is_not_there_is_told_apart_from_one_that_is_not_asked(self, table: Table) -> None:
        unknown = await table.client.get("/departments/ware-house/table")
        assert unknown.status_code == 404
        assert unknown.json()["detail"] == "there is no department 'ware-house'; did you mean 'warehouse'?"
        assert (await table.get("/departments/warehouse/table"))["items"] == []


class TestRefusals:
    async def test_blame_is_refused_with_the_phrase_and_the_refusal_is_on_record_once(self, table: Table) -> None:
        await table.open()
        await table.do("warehouse", "join")
        blaming = {**NEW_LAMP, "text": "The packer is to blame."}
        for _ in range(2):
            refused = await table.try_("warehouse", "propose", blaming, idempotency_key="k1")
            assert refused.status_code == 409
            assert refused.json()["type"].endswith("blames-people")
            assert "to blame" in refused.json()["detail"]
        again = await table.try_("warehouse", "propose", {**blaming, "text": "They are guilty."}, idempotency_key="k1")
        assert again.status_code == 409
        version = (await table.get("/resolutions/c1"))["version"]
        reworded = await table.do("warehouse", "propose", NEW_LAMP, idempotency_key="k1")
        assert reworded["version"] == version + 1
        # Noted, opened, two invited, the round, one joined, one refusal: seven events before the proposal.
        assert version == 7

    async def test_a_rule_is_a_sentence(self, table: Table) -> None:
        await table.open()
        await table.do("warehouse", "join")
        refused = await table.try_("warehouse", "propose", WRONG_STEP)
        assert refused.status_code == 409
        assert refused.json()["detail"] == "Tie the proposal to a step of this table: packing, delivery."

    @pytest.mark.parametrize(
        ("what", "body"),
        [
            ("decline", {"reason": "step-not-ours"}),
            ("decline", {"reason": "step-not-ours", "nominee": "carrier", "who": "Jonas"}),
            ("times", {"steps": [{"step": "packing", "started": "2026-02-27T09:00:00"}]}),
            ("times", {"steps": [], "staff_minutes": -1}),
            ("propose", {**NEW_LAMP, "kind": "punishment"}),
            ("propose", {**NEW_LAMP, "remedy": {"remedy": "replace", "amount": "NaN"}}),
            ("propose", {**NEW_LAMP, "text": "x" * 5_001}),
            ("agree", {"remedy_proposal": "p", "budgets": {"packing": 0}}),
            ("remedy", {"cost": -1}),
            ("answer", {"text": "", "covers": [1]}),
            ("answer", {"text": "Yes.", "covers": [0]}),
            ("answer", {"text": "Yes.", "promises": {"lamp": "soon"}}),
        ],
    )
    async def test_what_cannot_be_read_names_its_field(self, table: Table, what: str, body: object) -> None:
        await table.open()
        answer = await table.try_("warehouse", what, body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"]


class TestTwice:
    async def test_the_same_key_proposes_once_and_answers_with_the_same_id(self, table: Table) -> None:
        await table.open()
        await table.do("warehouse", "join")
        first = await table.do("warehouse", "propose", NEW_LAMP, idempotency_key="k1")
        second = await table.do("warehouse", "propose", NEW_LAMP, idempotency_key="k1")
        assert second["repeated"]
        assert second["proposal"] == first["proposal"]

    async def test_what_is_read_says_its_version_for_the_next_write(self, table: Table) -> None:
        await table.open()
        for place in ("/resolutions/c1", "/departments/warehouse/table/c1"):
            assert (await table.client.get(place)).headers["ETag"] == '"5"'
        assert (await table.try_("warehouse", "join", if_match='"5"')).status_code == 200

    async def test_a_stale_version_is_refused(self, table: Table) -> None:
        await table.open()
        answer = await table.try_("warehouse", "join", if_match="1")
        assert (answer.status_code, answer.json()["current"]) == (412, 5)


class TestLists:
    async def test_a_department_filters_by_its_standing_and_by_the_table_s_status(self, table: Table) -> None:
        for complaint in ("c1", "c2", "c3"):
            await table.open(complaint)
        await table.do("warehouse", "join")
        place = "/departments/warehouse/table"
        for status, found in (
            ("invited", ["c2", "c3"]),
            ("active", ["c1"]),
            ("open", ["c1", "c2", "c3"]),
            ("closed", []),
        ):
            items = (await table.get(f"{place}?status={status}"))["items"]
            assert [item["id"] for item in items] == found

    async def test_an_unknown_status_says_which_there_are(self, table: Table) -> None:
        answer = await table.client.get("/resolutions?status=lost")
        assert answer.status_code == 422
        assert "agreeing" in answer.text

    async def test_pages_follow_each_other(self, table: Table) -> None:
        for complaint in ("c1", "c2", "c3"):
            await table.open(complaint)
        first = await table.get("/resolutions?limit=2&department=warehouse")
        second = await table.get(f"/resolutions?limit=2&cursor={first['next']}")
        assert [item["id"] for item in first["items"] + second["items"]] == ["c1", "c2", "c3"]
        assert second["next"] == ""

    async def test_counts_add_up(self, table: Table) -> None:
        for complaint in ("c1", "c2"):
            await table.open(complaint)
        await table.command("c2", commands.CloseTable(now=NOW, why="withdrawn"))
        counts = await table.get("/counts")
        assert counts["status"] == {"closed": 1, "round": 1}
        assert counts["departments"] == {"last-mile": 2, "warehouse": 2}

    async def test_a_closed_table_can_still_be_read(self, table: Table) -> None:
        await table.open()
        await table.command("c1", commands.CloseTable(now=NOW, why="withdrawn"))
        seen = await table.get("/resolutions/c1")
        assert (seen["status"], seen["closed_why"], seen["departments"]) == (
            "closed",
            "withdrawn",
            ["warehouse", "last-mile"],
        )

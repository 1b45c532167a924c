import socket
from pathlib import Path

import httpx
import pytest

from tests.component.cli.running import Run, Served, ended, up


class TestUp:
    def test_it_is_ready_when_it_says_where_it_is(self, served: Served) -> None:
        assert httpx.get(f"{served.url}/readyz").json()["status"] == "ready"

    def test_a_second_one_on_the_same_folder_is_refused(self, run: Run, served: Served) -> None:
        ran = run("up", "--data-dir", served.folder, "--port", "0")
        assert ran.code == 2
        assert f"in use by process {served.process.pid} at {served.url}; stop it, or use another --data-dir" in ran.err

    def test_a_port_that_is_taken_is_refused(self, run: Run, tmp_path: Path) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            ran = run("up", "--data-dir", tmp_path / "data", "--port", port)
        assert ran.code == 2
        assert f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another --port" in ran.err

    def test_an_organisation_that_cannot_be_used_leaves_no_trace(self, run: Run, tmp_path: Path) -> None:
        broken = tmp_path / "broken.yaml"
        broken.write_text("id: broken\nsteps: 7\n", encoding="utf-8")
        ran = run("up", "--data-dir", tmp_path / "data", "--organisation", broken)
        assert ran.code == 2
        assert "steps: " in ran.err
        assert not (tmp_path / "data" / "folder.json").exists()

    def test_killed_and_started_again_it_goes_on(self, run: Run, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        first = up(folder)
        body = run("submit", "The parcel is late", "--key", "k1", "--data-dir", folder, "--json").json
        first.process.kill()
        assert ended(first) == -9
        second = up(folder)
        again = run("submit", "The parcel is late", "--key", "k1", "--data-dir", folder, "--json").json
        assert (again["id"], again["repeated"]) == (body["id"], True)
        assert run("show", body["id"], "--data-dir", folder, "--json").json["complaint"]["text"] == "The parcel is late"
        second.process.terminate()
        assert ended(second) == 0


class TestSubmit:
    def test_it_prints_the_id_and_nothing_else(self, run: Run, served: Served) -> None:
        ran = run("submit", "--channel", "phone", "--data-dir", served.folder, stdin="Где моя посылка?\n😡")
        assert ran.code == 0
        shown = run("show", ran.out.strip(), "--data-dir", served.folder, "--json").json
        assert (shown["complaint"]["text"], shown["complaint"]["channel"]) == ("Где моя посылка?\n😡", "phone")

    def test_the_same_key_is_the_same_complaint_and_another_text_is_refused(self, run: Run, served: Served) -> None:
        first = run("submit", "One", "--key", "k", "--data-dir", served.folder, "--json").json
        again = run("submit", "One", "--key", "k", "--data-dir", served.folder, "--json").json
        assert (again["id"], again["repeated"]) == (first["id"], True)
        other = run("submit", "Two", "--key", "k", "--data-dir", served.folder, "--json")
        assert (other.code, other.out) == (1, "")
        assert "used before with another body" in other.err

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            (("submit", " "), "there is no text"),
            (("submit", "x", "--step", "seller"), "is not of the form STEP=START/END"),
            (("submit", "x", "--fact", "a"), "is not of the form NAME=VALUE"),
            (("submit", "x", "--colour", "red"), "No such option"),
        ],
        ids=["blank", "step", "fact", "option"],
    )
    def test_what_cannot_be_read_ends_with_two(
        self, run: Run, served: Served, words: tuple[str, ...], why: str
    ) -> None:
        ran = run(*words, "--data-dir", served.folder)
        assert (ran.code, ran.out) == (2, "")
        assert why in ran.err

    def test_a_refusal_of_the_service_names_the_field(self, run: Run, served: Served) -> None:
        ran = run("submit", "x", "--value", "much", "--data-dir", served.folder)
        assert (ran.code, ran.out) == (1, "")
        assert "value: " in ran.err


class TestLookingAtWhatIsNotThere:
    def test_an_unknown_complaint_ends_with_one(self, run: Run, served: Served) -> None:
        ran = run("show", "nobody", "--data-dir", served.folder, "--json")
        assert (ran.code, ran.out) == (1, "")
        assert "there is no complaint nobody" in ran.err

    def test_a_folder_without_complaints_is_not_made_by_looking(self, run: Run, tmp_path: Path) -> None:
        for words in (
            ("show", "x"),
            ("summary",),
            ("watch", "--once"),
            ("export", "invitations"),
            ("analyse", "times"),
        ):
            ran = run(*words, "--data-dir", tmp_path / "data")
            assert ran.code == 2
            assert "start with `throughline up` or `throughline import`" in ran.err
        assert not (tmp_path / "data").exists()


class TestReading:
    @pytest.mark.parametrize(
        ("words", "keys"),
        [
            (("watch", "--once"), {"intake", "routing", "departments", "review"}),
            (("summary", "--period", "2018-03"), {"complaints", "promises_kept", "costs", "by_count", "by_cost"}),
            (("analyse", "causes"), {"by_count", "by_cost"}),
            (("analyse", "costs"), {"complaints", "costs", "total", "by_cost"}),
            (("analyse", "times"), {"orders", "step_hours", "late", "handling"}),
            (("triage", "queue"), {"items"}),
            (("management", "queue"), {"items"}),
            (("departments", "inbox", "carrier"), {"items"}),
        ],
    )
    def test_every_command_prints_one_object_or_something_for_people(
        self, run: Run, served: Served, words: tuple[str, ...], keys: set[str]
    ) -> None:
        assert keys <= set(run(*words, "--data-dir", served.folder, "--json").json)
        for_people = run(*words, "--data-dir", served.folder)
        assert for_people.code == 0
        assert for_people.out
        assert "\x1b" not in for_people.out + for_people.err


class TestActing:
    def test_a_complaint_goes_through_the_whole_table(self, run: Run, served: Served) -> None:
        here = ("--data-dir", served.folder)
        complaint = run(
            *("submit", "Não chegou", "--point", "onde está?", "--promised-by", "2026-02-01T00:00:00Z"),
            *("--step", "payment=2026-01-01T00:00:00Z/2026-01-03T12:00:00Z"),
            *here,
        ).out.strip()
        self._invited(run, served, complaint)
        assert run("departments", "join", "payment", complaint, *here).code == 0
        step = ("--step", "payment=2026-01-01T00:00:00Z/2026-01-03T12:00:00Z", "--waiting", "payment=60")
        assert run("departments", "times", "payment", complaint, *step, "--staff-minutes", "10", *here).code == 0
        draft = ("--step", "payment", "--kind", "remedy", "--text", "We explain", "--remedy", "apology")
        proposed = run("departments", "propose", "payment", complaint, *draft, *here, "--json").json
        for department in self._others(run, served, complaint):
            run("departments", "join", department, complaint, *here)
        agreed = run("departments", "agree", "payment", complaint, "--remedy", proposed["proposal"], *here)
        assert (agreed.code, "AgreementReached" in agreed.out) == (0, True), agreed.err
        assert run("departments", "remedy", "payment", complaint, "--cost", "0", *here).code == 0
        text = ("--text", "The payment took too long; here is why.", "--covers", "1")
        answered = run("departments", "answer", "payment", complaint, *text, *here)
        assert "ResolutionCompleted" in answered.out, answered.err
        self._answered(run, served, complaint)
        assert "ComplaintClosed" in run("customer", "accept", complaint, *here).out
        watched = run("watch", complaint, *here)
        assert (watched.code, "review: status concluded" in watched.out) == (0, True)

    def test_a_command_that_the_state_does_not_allow_ends_with_one(self, run: Run, served: Served) -> None:
        complaint = run("submit", "Não chegou", "--data-dir", served.folder).out.strip()
        ran = run("customer", "accept", complaint, "--data-dir", served.folder)
        assert ran.code == 1
        assert ran.err.startswith("error: ")

    @staticmethod
    def _invited(run: Run, served: Served, complaint: str) -> None:
        for _ in range(100):
            items = run("departments", "inbox", "payment", "--data-dir", served.folder, "--json").json["items"]
            if any(item["id"] == complaint for item in items):
                return
        pytest.fail("payment was not invited")

    @staticmethod
    def _others(run: Run, served: Served, complaint: str) -> list[str]:
        briefing = run("departments", "show", "payment", complaint, "--data-dir", served.folder, "--json").json
        return [department for department in briefing["participants"] if department != "payment"]

    @staticmethod
    def _answered(run: Run, served: Served, complaint: str) -> None:
        for _ in range(100):
            if run("show", complaint, "--data-dir", served.folder, "--json").json["complaint"]["status"] == "answered":
                return
        pytest.fail("the answer was not sent")

"""The options of every command: where they may stand, what counts more, and where help shows them."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from throughline.cli import invocation as shared
from throughline.cli.invocation import Invocation, Standalone, invocation
from throughline.cli.main import app as real

FOLDER = ("--data-dir", "/data")
URL = ("--url", "http://host:8080")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "DATA_DIR"):
        monkeypatch.delenv(f"THROUGHLINE_{name}", raising=False)


Seen = tuple[Invocation, str]
"""The options of every command as a command sees them, and the value of its own option."""


def seen_by(*words: str) -> Invocation:
    """What a command sees of the options of every command when it is called like this."""
    return both_seen_by(*words)[0]


def both_seen_by(*words: str) -> Seen:
    seen: list[Seen] = []
    ran = CliRunner().invoke(program(seen), words)
    assert ran.exit_code == 0, ran.output
    return seen[0]


def program(seen: list[Seen]) -> typer.Typer:
    app = typer.Typer(cls=shared.Commands, callback=shared.shared_options)
    group = typer.Typer()
    app.add_typer(group, name="group")

    @app.command()
    def plain(text: str = "") -> None:
        seen.append((invocation(), text))

    @group.command()
    def inner() -> None:
        seen.append((invocation(), ""))

    @app.command(cls=Standalone)
    def apart(own: str = typer.Option("", "--data-dir")) -> None:
        seen.append((invocation(), own))

    return app


class TestTheOptionsOfEveryCommand:
    @pytest.mark.parametrize(
        "words",
        [
            (*FOLDER, *URL, "--json", "plain"),
            ("plain", *FOLDER, *URL, "--json"),
            (*FOLDER, "plain", "--json", *URL),
            ("group", "inner", *URL, *FOLDER, "--json"),
            ("--json", "group", *FOLDER, "inner", *URL),
        ],
    )
    def test_may_stand_before_or_after_a_command(self, words: tuple[str, ...]) -> None:
        found = seen_by(*words)
        assert (found.url, found.data_dir, found.as_json) == ("http://host:8080", Path("/data"), True)

    def test_need_not_be_given(self) -> None:
        assert seen_by("plain") == Invocation()

    def test_count_more_after_the_command_than_before_it_or_in_the_environment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("THROUGHLINE_DATA_DIR", "/environment")
        assert seen_by("plain").data_dir == Path("/environment")
        assert seen_by("--data-dir", "/before", "plain").data_dir == Path("/before")
        assert seen_by("--data-dir", "/before", "plain", *FOLDER).data_dir == Path("/data")

    def test_do_not_last_until_the_next_call(self) -> None:
        seen_by("plain", "--json", *URL)
        assert seen_by("plain") == Invocation()

    def test_are_not_looked_for_in_the_values_of_others(self) -> None:
        assert both_seen_by("plain", "--text", "--json") == (Invocation(), "--json")

    @pytest.mark.parametrize("words", [("--url", "host", "plain"), ("plain", "--url", "host")])
    def test_are_checked_wherever_they_stand(self, words: tuple[str, ...]) -> None:
        ran = CliRunner().invoke(program([]), words)
        assert (ran.exit_code, "--url host is not an address" in ran.output) == (2, True)

    def test_are_shown_once_at_the_root(self) -> None:
        assert "THROUGHLINE_DATA_DIR" in CliRunner().invoke(real, ["--help"]).output
        for words in (["show"], ["departments"], ["departments", "inbox"]):
            shown = CliRunner().invoke(real, [*words, "--help"]).output
            assert "THROUGHLINE_DATA_DIR" not in shown
            assert "Also takes --data-dir, --json, --url; see `throughline --help`." in shown


class TestAStandaloneCommand:
    def test_takes_json_only(self) -> None:
        assert seen_by("apart", "--json").as_json
        for words in (["serve"], ["topics", "apply"]):
            assert "Also takes --json; see" in CliRunner().invoke(real, [*words, "--help"]).output
            for option in (FOLDER, URL):
                assert "No such option" in CliRunner().invoke(real, [*words, *option]).output

    def test_keeps_its_own_option_of_the_same_name(self) -> None:
        assert both_seen_by("apart", *FOLDER) == (Invocation(), "/data")

    def test_refuses_a_data_folder_that_it_would_not_use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ran = CliRunner().invoke(program([]), [*FOLDER, "apart"])
        assert (ran.exit_code, "'apart' does not take --data-dir before its name" in ran.output) == (2, True)
        monkeypatch.setenv("THROUGHLINE_DATA_DIR", "/environment")
        assert seen_by("apart").data_dir == Path("/environment")

import json

import pytest
import typer

from throughline.cli.output import Exit, emit, fail, progress, record, table


class TestStandardOutput:
    def test_json_is_one_line_with_every_letter_as_it_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        emit({"text": "Где 😡\n[red]"})
        shown = capsys.readouterr()
        assert shown.err == ""
        assert shown.out.count("\n") == 1
        assert json.loads(shown.out) == {"text": "Где 😡\n[red]"}
        assert "Где 😡" in shown.out

    def test_what_people_read_has_no_colour_off_a_terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        record("[bold]Title", {"field": "[red]text[/red]"})
        table("Rows", ("a",), [("[link=x]y",)])
        shown = capsys.readouterr().out
        assert "\x1b" not in shown
        assert "[bold]Title" in shown
        assert "[red]text[/red]" in shown
        assert "[link=x]y" in shown


class TestFailing:
    @pytest.mark.parametrize("code", [Exit.FAILED, Exit.USAGE])
    def test_it_says_why_on_stderr_and_ends_with_the_code(self, code: Exit, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(typer.Exit) as ended:
            fail("there is no [complaint] x", code)
        shown = capsys.readouterr()
        assert ended.value.exit_code == code
        assert shown.out == ""
        assert shown.err == "error: there is no [complaint] x\n"


class TestProgress:
    def test_a_short_task_says_nothing_off_a_terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        with progress("reading", 10) as bar:
            bar.at(10)
        shown = capsys.readouterr()
        assert (shown.out, shown.err) == ("", "")

    def test_a_long_one_says_how_far_it_is_on_stderr(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        instants = iter([0.0, 0.5, 1.5, 2.0, 4.0])
        monkeypatch.setattr("throughline.cli.output.time.monotonic", lambda: next(instants))
        with progress("reading", 200) as bar:
            for done in (10, 50, 60, 100):
                bar.at(done)
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.splitlines() == ["reading 25 %", "reading 50 %"]

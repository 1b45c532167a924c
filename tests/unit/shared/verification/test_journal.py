"""A client's journal as a file."""

import pytest

from shared.verification import JournalInvalid, Request, read_journal


def test_a_line_is_a_request_and_empty_lines_are_none() -> None:
    lines = [b'{"key": "k", "status": "accepted", "complaint": "c"}', "", '{"key": "l", "status": "unknown"}']
    assert read_journal(lines) == [Request("k", "accepted", "c"), Request("l", "unknown")]


@pytest.mark.parametrize(
    ("line", "names"), [("{", "line 2: the line"), ('{"key": "k", "status": "?"}', "line 2: status")]
)
def test_a_line_that_is_none_is_named(line: str, names: str) -> None:
    with pytest.raises(JournalInvalid, match=names):
        read_journal(['{"key": "k", "status": "failed"}', line])

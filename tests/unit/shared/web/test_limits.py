"""What a body may be, decided before anything parses it."""

from __future__ import annotations

import pytest

from shared.web.limits import MAX_BULK, MAX_NESTING, too_deep


class TestNesting:
    def test_as_deep_as_allowed_is_allowed(self) -> None:
        assert not too_deep(b"[" * MAX_NESTING + b"]" * MAX_NESTING)

    def test_one_level_more_is_too_deep(self) -> None:
        assert too_deep(b"[" * (MAX_NESTING + 1) + b"]" * (MAX_NESTING + 1))

    def test_what_never_closes_is_left_to_the_parser_unless_it_is_deep(self) -> None:
        assert not too_deep(b"[")
        assert too_deep(b"[" * (MAX_NESTING + 1))

    def test_objects_count_like_arrays(self) -> None:
        assert too_deep(b'{"a":' * 50 + b"1" + b"}" * 50)

    def test_brackets_in_strings_are_text(self) -> None:
        assert not too_deep(b'{"text": "' + b"[" * 100 + b'\\"' + b"{" * 100 + b'"}')

    def test_many_side_by_side_are_not_deep(self) -> None:
        assert not too_deep(b"[" + b"{}," * 10_000 + b"{}]")


class TestWhenABodyIsMadeToBeSlow:
    """These took minutes when strings were matched by a pattern that tries again at each quote."""

    @pytest.mark.parametrize("body", [b'"\\' * (MAX_BULK // 2), b'"' * MAX_BULK, b'"a\\"' * (MAX_BULK // 4)])
    def test_unclosed_strings_are_passed_over_once(self, body: bytes) -> None:
        assert not too_deep(body)

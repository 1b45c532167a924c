import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.organisation.phrases import find, is_phrase


class TestWhenAPhraseIsLookedFor:
    @pytest.mark.parametrize(
        ("phrase", "text", "found"),
        [
            ("late", "It came LATE.", "LATE"),
            ("опозда*", "Они Опоздали!", "Опоздали"),
            ("расчет", "Неверный расчёт", "расчёт"),
            ("still ... not arrived", "it still has really not arrived", "still has really not arrived"),
            ("still ... not arrived", "it still not arrived", "still not arrived"),
            ("never arrived", "never,\n arrived", "never,\n arrived"),
            ("didn't receive", "I didn\u2019t receive it", "didn\u2019t receive"),
            ("não chegou", "Ainda não chegou 😡", "não chegou"),
        ],
    )
    def test_it_is_found_as_written_in_the_text(self, phrase: str, text: str, found: str) -> None:
        (hit,) = find([phrase], text)
        assert hit.text == found
        assert text[hit.start : hit.end] == found

    @pytest.mark.parametrize(
        ("phrase", "text"),
        [
            ("late", "chocolate plates"),
            ("late", "later"),
            ("still ... not arrived", "still one two three four not arrived"),
            ("опозда*", "не опаздывают"),
        ],
    )
    def test_other_words_are_not_found(self, phrase: str, text: str) -> None:
        assert find([phrase], text) == ()

    def test_hits_come_in_order_of_position(self) -> None:
        assert [hit.phrase for hit in find(["broken", "late"], "late and broken")] == ["late", "broken"]

    def test_a_phrase_without_a_word_is_none(self) -> None:
        assert not is_phrase("* ...")

    @given(st.text())
    def test_positions_are_those_of_the_text_given(self, text: str) -> None:
        for hit in find(["a*", "ж*", "i*"], text):
            assert text[hit.start : hit.end] == hit.text

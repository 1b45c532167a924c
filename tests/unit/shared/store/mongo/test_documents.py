"""Names keep the order of their bytes, words of different fields and types are different."""

from hypothesis import given
from hypothesis import strategies as st

from shared.store.mongo.documents import field_prefix, from_name, to_name, word

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FIELDS = st.text("ab=\\es:5", max_size=4)
VALUES = st.one_of(st.text("ab=\\es:5", max_size=4), st.integers(0, 9))


def utf16(name: str) -> bytes:
    return name.encode("utf-16-be")


class TestNames:
    @given(TEXTS, TEXTS)
    def test_are_in_the_order_of_their_bytes_on_every_server(self, one: str, other: str) -> None:
        in_bytes = one.encode() < other.encode()
        assert (to_name(one).encode() < to_name(other).encode()) == in_bytes
        assert (utf16(to_name(one)) < utf16(to_name(other))) == in_bytes

    @given(TEXTS)
    def test_give_their_text_back(self, text: str) -> None:
        assert from_name(to_name(text)) == text


class TestWords:
    @given(FIELDS, VALUES, FIELDS, VALUES)
    def test_are_equal_only_for_the_same_field_and_value(
        self, field: str, value: str | int, other: str, another: str | int
    ) -> None:
        assert (word(field, value) == word(other, another)) == ((field, value) == (other, another))

    @given(FIELDS, VALUES, FIELDS)
    def test_lie_in_the_range_of_their_own_field_only(self, field: str, value: str | int, other: str) -> None:
        prefix = field_prefix(other)
        assert (prefix <= word(field, value) < f"{prefix[:-1]}>") == (field == other)

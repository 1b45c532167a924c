from hypothesis import given
from hypothesis import strategies as st

from services.routing.policy.lexicon import WordIndex, Words
from shared.organisation import phrases
from tests.unit.routing.build import ORGANISATION

PHRASES = [
    *(phrase for category in ORGANISATION.categories for listed in category.words.values() for phrase in listed),
    *(phrase for listed in ORGANISATION.lexicon.harm.values() for phrase in listed),
    "*box",
    "e-mail*",
    "un*ed",
    "no",
    "a* b",
    "не",
    "d'água",
]
INDEX = WordIndex([(phrase, phrase) for phrase in PHRASES])
PIECES = [piece for phrase in PHRASES for piece in phrase.replace("*", "").replace("...", "").split()]
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.sampled_from(PIECES).map(lambda piece: piece + "ed"),
        st.sampled_from(["x", "un", "Ё", "did", "n't", "e-mails", "\n", "!", "unopened", "mailbox", "к нам"]),
        st.text(max_size=4),
    ),
    max_size=12,
).map(" ".join)


def found(phrase: str, text: str) -> list[str]:
    return [hit.quote for hit in WordIndex([("it", phrase)]).find(Words.of(text)).get("it", ())]


class TestWhenAPhraseIsInAText:
    def test_it_is_found_as_whole_words_in_any_case(self) -> None:
        assert found("late", "It came LATE.") == ["late"]
        assert found("late", "chocolate") == []

    def test_a_stem_finds_its_forms(self) -> None:
        assert found("опозда*", "Заказ опоздал") == ["опоздал"]
        assert found("*box", "my mailbox is full") == ["mailbox"]

    def test_words_that_the_phrase_does_not_name_are_not_quoted(self) -> None:
        assert found("parcel ... lost", "My parcel for Ivan Petrov lost") == ["parcel ... lost"]

    def test_yo_is_ye_and_a_curly_apostrophe_is_a_straight_one(self) -> None:
        assert found("счёт", "счет не пришёл") == ["счет"]
        assert found("didn't ring", "They didn\u2019t ring") == ["didn't ring"]

    def test_the_same_words_count_once(self) -> None:
        index = WordIndex([("it", "not delivered"), ("it", "deliver*"), ("it", "courier")])
        hits = index.find(Words.of("Not delivered by the courier"))["it"]
        assert [hit.phrase for hit in hits] == ["not delivered", "courier"]


@given(TEXTS)
def test_the_index_finds_what_looking_for_each_phrase_finds(text: str) -> None:
    expected = {hit.phrase for hit in phrases.find(PHRASES, text)}
    assert set(INDEX.find(Words.of(text))) == expected

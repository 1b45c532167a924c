# ruff: noqa: RUF001 - Russian texts are the point
import pytest

from shared.eventsourcing.decider import Rejected
from shared.organisation.wording import BLAMES_PEOPLE, override_used, refuse_blame, what_blames_people
from tests.unit.departments.build import ORGANISATION

HARMLESS = ["Send a new lamp.", "", "Отправить новую лампу."]
PHRASE = "The packer is to blame."
NAME = "Jonas Feld packed it."


class TestWordsThatBlamePeople:
    def test_are_found_with_a_hint_in_the_language_of_the_text(self) -> None:
        (english,) = what_blames_people(ORGANISATION, [NAME])
        (russian,) = what_blames_people(ORGANISATION, ["Упаковала Светлана Мороз."])
        assert english.hint == "say which step and what happened in it, not who"
        assert russian.hint == "назовите шаг и то, что в нём произошло, а не человека"

    def test_are_refused_with_the_phrase_and_how_to_say_it_instead(self) -> None:
        with pytest.raises(Rejected, match=r"«(is )?to blame»") as refused:
            refuse_blame(ORGANISATION, [*HARMLESS, PHRASE])
        assert refused.value.rule == BLAMES_PEOPLE.id

    def test_may_stand_where_the_lexicon_allows_it_and_somebody_says_why(self) -> None:
        assert all(blame.override for blame in what_blames_people(ORGANISATION, [PHRASE]))
        refuse_blame(ORGANISATION, [PHRASE], "a quotation")
        assert override_used(ORGANISATION, [PHRASE], " a quotation ") == "a quotation"


class TestWordsThatBlameNobody:
    def test_are_not_found(self) -> None:
        assert what_blames_people(ORGANISATION, HARMLESS) == ()

    def test_need_no_override_and_none_is_kept(self) -> None:
        refuse_blame(ORGANISATION, HARMLESS)
        assert override_used(ORGANISATION, HARMLESS, "just in case") == ""

from shared.privacy.pseudonym import pseudonym


class TestAPseudonym:
    def test_the_same_person_has_the_same_one(self) -> None:
        assert pseudonym(b"key", " Maria@Mail.example ") == pseudonym(b"key", "maria@mail.example")

    def test_another_key_or_person_gives_another(self) -> None:
        found = {pseudonym(key, who) for key in (b"key", b"other") for who in ("maria", "olga")}
        assert len(found) == 4

    def test_it_says_nothing_of_the_person(self) -> None:
        found = pseudonym(b"key", "maria")
        assert len(found) == 24
        assert set(found) <= set("0123456789abcdef")

    def test_nobody_has_none(self) -> None:
        assert pseudonym(b"key", "  ") == ""

import pytest

from services.routing.policy.language import language_of
from services.routing.policy.lexicon import Words


def detected(text: str, declared: str = "", fallback: str = "en") -> str:
    return language_of(Words.of(text), declared, fallback)


class TestWhenNothingIsDeclared:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("My parcel never came and nobody answers the phone.", "en"),
            ("Посылка так и не пришла, верните деньги", "ru"),
            ("Ёлка разбита вдребезги", "ru"),
            ("O produto não chegou até agora e a loja não responde", "pt"),
            ("Comprei uma luminaria e nao recebi, quero meu dinheiro", "pt"),
            ("Заказ LL-204 от Lantern & Loom опоздал", "ru"),
        ],
    )
    def test_script_and_small_words_tell_it(self, text: str, language: str) -> None:
        assert detected(text) == language
        assert detected(text.upper()) == language

    def test_a_text_that_does_not_tell_is_in_the_organisations_language(self) -> None:
        assert detected("LL-204 !!!", fallback="pt") == "pt"
        assert detected("", fallback="ru") == "ru"

    def test_latin_letters_are_never_taken_for_a_language_in_cyrillic(self) -> None:
        assert detected("OK", fallback="ru") == "en"


class TestWhenALanguageIsDeclared:
    def test_it_stands(self) -> None:
        assert detected("Pacote não chegou", declared="pt-BR") == "pt"
        assert detected("Das Paket kam nie an", declared="de") == "de"
        assert detected("Пратката не пристигна", declared="bg") == "bg"
        assert detected("", declared="ru") == "ru"

    def test_unless_the_script_denies_it(self) -> None:
        assert detected("Посылка так и не пришла", declared="en") == "ru"
        assert detected("My parcel never came", declared="ru") == "en"

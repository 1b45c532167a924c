import pytest

from throughline.app.single_service import SettingsInvalid, settings_of

STORE = "sqlite:////data/routing.sqlite3"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STORE", "PARTITIONS", "SOURCES", "BROKER", "STROE"):
        monkeypatch.delenv(f"THROUGHLINE_ROUTING_{name}", raising=False)


class TestSettings:
    def test_come_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("THROUGHLINE_ROUTING_STORE", STORE)
        monkeypatch.setenv("THROUGHLINE_ROUTING_SOURCES", '{"intake": "http://a", "departments": "http://b"}')
        settings, warnings = settings_of("routing")
        assert (settings.store, settings.sources["intake"], warnings) == (STORE, "http://a", [])

    def test_that_are_missing_are_named_with_what_would_be_right(self) -> None:
        with pytest.raises(SettingsInvalid, match=r"^THROUGHLINE_ROUTING_STORE is not set; right would be sqlite:"):
            settings_of("routing")

    def test_that_are_wrong_are_all_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("THROUGHLINE_ROUTING_PARTITIONS", "none")
        with pytest.raises(
            SettingsInvalid, match=r"STORE is not set.*; THROUGHLINE_ROUTING_PARTITIONS=none: .*; right"
        ):
            settings_of("routing")

    def test_that_are_no_json_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("THROUGHLINE_ROUTING_STORE", STORE)
        monkeypatch.setenv("THROUGHLINE_ROUTING_SOURCES", "{intake")
        with pytest.raises(SettingsInvalid, match=r"^THROUGHLINE_ROUTING_SOURCES is not valid JSON; right would be \{"):
            settings_of("routing")

    def test_that_are_misspelt_or_incomplete_are_mentioned(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("THROUGHLINE_ROUTING_STORE", STORE)
        monkeypatch.setenv("THROUGHLINE_ROUTING_STROE", STORE)
        _, (misspelt, incomplete) = settings_of("routing")
        assert misspelt.endswith("has no effect; did you mean THROUGHLINE_ROUTING_STORE?")
        assert incomplete.startswith("THROUGHLINE_ROUTING_SOURCES has no address for departments and intake")


def test_a_secret_that_is_wrong_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_INTAKE_PSEUDONYM_KEY", "s3cret")
    monkeypatch.setenv("THROUGHLINE_INTAKE_PARTITIONS", "none")
    with pytest.raises(SettingsInvalid) as refused:
        settings_of("intake")
    assert "s3cret" not in str(refused.value)

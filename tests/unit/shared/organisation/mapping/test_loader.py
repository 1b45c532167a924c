from pathlib import Path

import pytest
import yaml

from shared.organisation import from_path as organisation_from_path
from shared.organisation.mapping import MappingInvalid, check_fits, from_path, load, missing_columns, packaged_names
from tests.unit.shared.organisation.build import put

SMALL = {
    "id": "orders",
    "version": 1,
    "organisation": "shop",
    "id_column": "number",
    "timezone": "UTC",
    "language": "en",
    "received_at": ["received"],
    "text": ["words"],
    "promised_by": "promised",
    "steps": [{"step": "pick", "started": "a", "ended": "b", "standard": "24h"}],
    "analysis": {"status": "state", "finished": ["done"], "score": "stars", "complaint": ["1"]},
}


def refusal(path: str, value: object) -> str:
    data = yaml.safe_load(yaml.safe_dump(SMALL))
    put(path, value)(data)
    with pytest.raises(MappingInvalid) as refused:
        load(yaml.safe_dump(data), "orders.yaml")
    return str(refused.value)


class TestWhenAMappingFileIsWrong:
    @pytest.mark.parametrize(
        ("path", "value", "sentence"),
        [
            ("id_colum", "number", "id_colum: no such field; did you mean 'id_column'?"),
            ("id_column", ..., "id_column: is missing"),
            (
                "timezone",
                "Europe/Berln",
                "timezone: there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'",
            ),
            ("steps.0.limit", "c", "steps[0]: give at most one of 'standard', 'limit' and 'standard_between'"),
            ("steps.0.standard", 24, "steps[0].standard: 24 is not a duration"),
            ("steps.0.strted", "c", "steps[0].strted: no such field; did you mean 'started'?"),
            ("steps.+", {"step": "pick", "started": "c", "ended": "d"}, "step 'pick' is mapped twice"),
            ("language", {}, "language: give either 'fixed' (such as 'pt') or 'column'"),
            ("language", "english", "language.fixed: 'english' is not valid"),
            ("received_at", [], "received_at: is empty; give at least one entry"),
            ("timestamp_formats", ["day-month"], "timestamp_formats: 'day-month' is not a format"),
            ("only", {"stars": {}}, "only.stars: give exactly one of"),
            ("expected_department", "words", "column 'words' is what routing is compared with; it cannot be its input"),
            ("promised_by", ..., "'analysis' needs 'steps' and 'promised_by'"),
        ],
    )
    def test_the_path_and_what_is_wrong_are_told(self, path: str, value: object, sentence: str) -> None:
        assert sentence in refusal(path, value)

    def test_broken_yaml_is_told_with_its_line(self) -> None:
        with pytest.raises(MappingInvalid, match=r"mapping file x\.yaml is invalid:\n  line 2"):
            load("id: [a\nb: c", "x.yaml")

    def test_an_unknown_name_is_answered_with_the_known_ones(self) -> None:
        with pytest.raises(MappingInvalid, match="city, marketplace"):
            from_path("no-such-mapping")


class TestWhenAMappingMeetsAnOrganisation:
    @pytest.mark.parametrize("name", packaged_names())
    def test_each_packaged_one_fits_its_own(self, name: str) -> None:
        mapping = from_path(name)
        check_fits(mapping, organisation_from_path(mapping.organisation), name)

    def test_another_organisation_is_refused(self) -> None:
        with pytest.raises(MappingInvalid, match="the mapping is for 'marketplace', the organisation is 'city'"):
            check_fits(from_path("marketplace"), organisation_from_path("city"), "marketplace")

    def test_an_unknown_step_is_refused_with_its_path(self) -> None:
        text = yaml.safe_dump(SMALL | {"organisation": "marketplace"}).replace("pick", "seler")
        with pytest.raises(MappingInvalid, match=r"steps\[0\]\.step: .* has no step 'seler'; did you mean 'seller'"):
            check_fits(load(text, "x"), organisation_from_path("marketplace"), "x")

    def test_a_mapping_in_a_file_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "orders.yaml").write_text(yaml.safe_dump(SMALL), encoding="utf-8")
        assert from_path(tmp_path / "orders.yaml").id == "orders"


class TestWhenAFileLacksColumns:
    def test_each_is_named_with_the_closest(self) -> None:
        mapping = load(yaml.safe_dump(SMALL), "orders.yaml")
        assert mapping.columns() == ("number", "received", "words", "promised", "a", "b", "state", "stars")
        header = ["numbr", "received", "words", "promised", "a", "b", "state", "stars"]
        assert missing_columns(mapping, header) == ("no column 'number'; did you mean 'numbr'?",)

from pathlib import Path
from typing import Any

import pytest

from shared.organisation import OrganisationInvalid, from_path, load
from shared.packaged import ORGANISATIONS
from tests.unit.shared.organisation.build import put, refusal, shop, small


class TestWhenTheFileIsRight:
    def test_it_is_read(self) -> None:
        assert shop().reference == "shop@3"

    def test_it_comes_back_equal_from_json(self) -> None:
        organisation = shop()
        assert type(organisation).model_validate_json(organisation.model_dump_json()) == organisation

    def test_a_word_that_yaml_once_took_for_a_boolean_stays_a_word(self) -> None:
        words = {"id": "asked", "name": "Asked", "words": {"en": ["no", "on", "yes"]}}
        text = small(put("categories.+", words)).replace("'no'", "no").replace("'on'", "on")
        assert load(text, "shop.yaml").category("asked").words["en"] == ("no", "on", "yes")


class TestWhenTheFileIsWrong:
    @pytest.mark.parametrize(
        ("path", "value", "sentence"),
        [
            ("steps.1.department", "carier", "steps[1].department: there is no department 'carier'"),
            ("steps.1.department", "carier", "did you mean 'carrier'?"),
            ("promises.0.steps.+", "brng", "promises[0].steps[2]: there is no step 'brng'; did you mean 'bring'?"),
            ("categories.0.steps", ["zzz"], "there is no step 'zzz'; use one of 'bring', 'pick', 'reply'"),
            ("rules.1.category", "lat", "rules[1].category: there is no category 'lat'; did you mean 'late'?"),
            ("departments.2.calendar", "allways", "departments[2].calendar: there is no calendar 'allways'"),
            ("customer_calendar", "never", "customer_calendar: there is no calendar 'never'"),
            ("steps.2.id", "pick", "steps[2].id: 'pick' is used twice; it is the id of steps[0]"),
            (
                "playbook.declines.+",
                {"id": "not-ours", "name": "X"},
                "playbook.declines[1].id: 'not-ours' is used twice",
            ),
            ("steps", [], "steps: is empty; give at least one entry"),
            ("costs", ..., "costs: is missing"),
            ("departments.0.manger", "x", "departments[0].manger: no such field; did you mean 'manager'?"),
            ("steps.0.standard", 24, "steps[0].standard: 24 is not a duration; write it with its unit, such as '24h'"),
            ("steps.0.standard", "0h", "steps[0].standard: a duration must be longer than nothing"),
            ("steps.0.typical_factor", "person", "steps[0].typical_factor: 'person' is not valid"),
            ("steps.0.id", "Pick Up", "steps[0].id: 'Pick Up' is not valid"),
            ("rules.0.when", {"kind": {"prefix": "a", "contains": "b"}}, "rules[0].when.kind: give exactly one of"),
            ("rules.0.steps", ..., "rules[0]: decides nothing"),
            ("categories.0.words", {"en": ["*"]}, "categories[0]: en: '*' holds no word to look for"),
            ("deadlines.high.respond.within", "-1h", "deadlines.high.respond.within: '-1h' is not a duration"),
            ("calendars.0.timezone", "Mars", "calendars[0].timezone: there is no time zone 'Mars'"),
            ("costs.churn.low", 2, "costs.churn.low: 2 is not valid"),
            ("name", {}, "name: is empty"),
        ],
    )
    def test_the_path_what_is_wrong_and_what_would_be_right_are_told(
        self, path: str, value: object, sentence: str
    ) -> None:
        assert sentence in refusal(put(path, value))

    def test_every_problem_is_told_at_once(self) -> None:
        def break_three_things(file: dict[str, Any]) -> None:
            put("currency", ...)(file)
            put("steps.0.department", "nobody")(file)
            put("steps.1.standard", "soon")(file)

        sentence = refusal(break_three_things)
        assert "currency: is missing" in sentence
        assert "steps[0].department: there is no department 'nobody'" in sentence
        assert "steps[1].standard: 'soon' is not a duration" in sentence

    def test_broken_yaml_is_told_with_line_and_column(self) -> None:
        with pytest.raises(OrganisationInvalid, match=r"broken\.yaml is invalid:\n  line 2, column"):
            load("id: [shop\nid : 3", "broken.yaml")

    def test_a_key_given_twice_is_told_with_its_line(self) -> None:
        with pytest.raises(OrganisationInvalid, match="line 3, column 1: 'id' is given twice"):
            load("id: shop\nversion: 1\nid: other", "twice.yaml")

    @pytest.mark.parametrize("text", ["", "- a\n- b", "just words"])
    def test_a_file_that_is_no_mapping_is_refused(self, text: str) -> None:
        with pytest.raises(OrganisationInvalid, match="a mapping of sections is expected"):
            load(text, "x.yaml")


class TestWhenDurationsContradictEachOther:
    def test_standards_longer_than_the_promise_are_refused(self) -> None:
        sentence = refusal(put("promises.0.within", "40h"))
        assert "promises[0].within: the standards of its steps add up to 48 h, more than the 40 h promised" in sentence

    def test_a_table_longer_than_the_answer_is_refused(self) -> None:
        sentence = refusal(put("deadlines.low.round.within", "100h"))
        assert (
            "deadlines.low.answer.within: respond, round and agree add up to 116 h, more than the 72 h of answer"
            in sentence
        )

    def test_an_acknowledgement_later_than_the_answer_is_refused(self) -> None:
        sentence = refusal(put("deadlines.low.acknowledge.within", "100h"))
        assert "deadlines.low.acknowledge.within: is later than the answer" in sentence

    def test_a_worse_severity_with_a_longer_answer_is_refused(self) -> None:
        sentence = refusal(put("deadlines.critical.answer.within", "90h"))
        assert "deadlines.critical.answer.within: 90 h is longer than the 72 h of severity high" in sentence


class TestWhenSectionsAreIncluded:
    SECTION = "lexicon: {harm: {en: [fire]}}"

    def test_an_included_section_stands_in_for_a_missing_one(self) -> None:
        def include(file: dict[str, Any]) -> None:
            file.pop("lexicon")
            file["include"] = ["words.yaml"]

        organisation = load(small(include), "shop.yaml", {"words.yaml": self.SECTION})
        assert organisation.lexicon.harm["en"] == ("fire",)

    def test_the_files_own_section_wins(self) -> None:
        text = small(put("include", ["words.yaml"]))
        assert load(text, "shop.yaml", {"words.yaml": self.SECTION}).lexicon.harm == {}

    def test_a_missing_one_is_told(self) -> None:
        assert "include[0]: there is no file 'words.yaml'" in refusal(put("include", ["words.yaml"]))

    def test_a_copy_of_a_packaged_file_finds_what_comes_with_throughline(self, tmp_path: Path) -> None:
        copied = tmp_path / "ours.yaml"
        copied.write_text((ORGANISATIONS / "city.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        assert from_path(copied).lexicon == from_path("city").lexicon

    def test_a_file_outside_the_folder_is_never_read(self, tmp_path: Path) -> None:
        (tmp_path / "secret.yaml").write_text("lexicon: {}")
        inside = tmp_path / "inside"
        inside.mkdir()
        (inside / "shop.yaml").write_text(small(put("include", ["../secret.yaml"])), encoding="utf-8")
        with pytest.raises(OrganisationInvalid, match=r"there is no file '\.\./secret\.yaml'"):
            from_path(inside / "shop.yaml")


class TestWhenReadFromAPath:
    def test_a_file_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "shop.yaml").write_text(small(), encoding="utf-8")
        assert from_path(tmp_path / "shop.yaml") == shop()

    def test_an_unknown_name_is_answered_with_the_known_ones(self) -> None:
        with pytest.raises(OrganisationInvalid, match="city, marketplace, parcel-retailer"):
            from_path("no-such-company")


class TestReadingAFileAgain:
    def test_the_same_words_are_read_once_and_others_anew(self, tmp_path: Path) -> None:
        file = tmp_path / "ours.yaml"
        file.write_text(small(), encoding="utf-8")
        first = from_path(file)
        assert from_path(file) is first
        file.write_text(small(put("version", 4)), encoding="utf-8")
        assert from_path(file).reference == "shop@4"


class TestTheClockThatWasCalledJoin:
    def test_is_read_as_respond_and_reported_once(self, caplog: pytest.LogCaptureFixture) -> None:
        text = small()
        old = text.replace("respond:", "join:")
        assert old != text
        assert load(old, "mine.yaml").deadlines == load(text, "mine.yaml").deadlines
        assert caplog.messages == ["mine.yaml: the clock 'join' of `deadlines` is called 'respond' now; rename it"]

    def test_beside_the_new_name_is_refused(self) -> None:
        both = small(put("deadlines.low.join", {"within": "1h", "calendar": "department"}))
        with pytest.raises(OrganisationInvalid, match=r"deadlines\.low\.join: no such field"):
            load(both, "mine.yaml")

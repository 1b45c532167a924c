"""The JSON schemas with which editors check an operator's files agree with what the services read."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, ValidationError
from referencing import Registry, Resource

from shared.organisation import Organisation
from shared.organisation import load as load_organisation
from shared.organisation.datafile import DataFileInvalid
from shared.organisation.mapping import ImportMapping
from shared.organisation.mapping import load as load_mapping
from shared.organisation.shifts import Shift, Week
from tools.datafiles import attributes, models_in
from tools.generate import ROOT
from tools.operators import operators_files

FOLDERS = (ROOT / "deploy/organisation", ROOT / "deploy/mappings")
FILES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.yaml"))]
NAMED = re.compile(r"# yaml-language-server: \$schema=(\S+)")
LEXICON = (ROOT / "deploy/organisation/common/lexicon.yaml").read_text(encoding="utf-8")


@cache
def made() -> Mapping[str, str]:
    return operators_files()


@cache
def validator(name: str) -> Draft7Validator:
    schemas = {path.rpartition("/")[2]: json.loads(text) for path, text in made().items() if "schema" in path}
    Draft7Validator.check_schema(schemas[name])
    registry: Registry[Any] = Registry().with_resources(
        (file, Resource.from_contents(schema)) for file, schema in schemas.items()
    )
    return Draft7Validator(schemas[name], registry=registry)


def read(text: str) -> Any:  # noqa: ANN401 - YAML
    """YAML as an editor sees it: a date is a text."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {str(key): plain(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        return value.isoformat() if isinstance(value, date) else value

    return plain(yaml.safe_load(text))


def refused_by_the_editor(name: str, data: object) -> bool:
    try:
        validator(name).validate(data)
    except ValidationError:
        return True
    return False


def refused_by_the_service(name: str, data: object) -> bool:
    text = yaml.safe_dump(data, allow_unicode=True)
    try:
        if name == "mapping.schema.json":
            load_mapping(text, "a file")
        else:
            load_organisation(text, "a file", {"common/lexicon.yaml": LEXICON})
    except DataFileInvalid:
        return True
    return False


def put(data: Any, path: str, value: object) -> None:  # noqa: ANN401 - YAML
    *outer, last = path.split("/")
    at = data
    for part in outer:
        at = at[int(part) if part.isdigit() else part]
    if value is ...:
        del at[last]
    else:
        at[last] = value


class TestTheFilesThatComeWithThroughline:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
    def test_name_their_schema_and_satisfy_it(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        named = NAMED.match(text)
        assert named, "the first line names the schema"
        schema = (path.parent / named[1]).resolve()
        assert schema.relative_to(ROOT).as_posix() in made()
        assert [error.message for error in validator(schema.name).iter_errors(read(text))] == []


ORGANISATION, MAPPING = "organisation.schema.json", "mapping.schema.json"
WHAT_IS_WRONG = [
    (ORGANISATION, "departments/0/manger", {"role": "x"}),
    (ORGANISATION, "departments/0/manager", ...),
    (ORGANISATION, "departments/0/distance", -1),
    (ORGANISATION, "steps/0/standard", "18"),
    (ORGANISATION, "steps/0/standard", 18),
    (ORGANISATION, "steps/0/typical_factor", "person"),
    (ORGANISATION, "steps/0/id", "Order Entry"),
    (ORGANISATION, "currency", "euro"),
    (ORGANISATION, "calendars/1/week", {"mo-fri": ["09:00-17:00"]}),
    (ORGANISATION, "calendars/1/week", {"mon-fri": ["9-17"]}),
    (ORGANISATION, "severity/harm", "extreme"),
    (ORGANISATION, "deadlines/low/respond/calendar", "both"),
    (ORGANISATION, "costs/churn/low", 2),
    (ORGANISATION, "playbook/remedies", []),
    (ORGANISATION, "rules/0/when", {"parcel_status": {"equal": "lost"}}),
    (MAPPING, "collumns", {}),
    (MAPPING, "received_at", []),
    (MAPPING, "steps/0/step", "Payment!"),
    (MAPPING, "language", "portuguese"),
    (MAPPING, "timezone", ...),
]
WHAT_IS_RIGHT = [
    (ORGANISATION, "name", "Lantern & Loom"),
    (ORGANISATION, "version", "2026-11"),
    (ORGANISATION, "steps/6/standard", "1d 12h"),
    (ORGANISATION, "steps/6/standard", "PT36H"),
    (ORGANISATION, "steps/6/standard", "90min"),
    (ORGANISATION, "departments/0/hourly_cost", "29.50"),
    (ORGANISATION, "calendars/1/week", {"mon-thu": ["00:00-24:00"], "fri": ["08:00-12:00"]}),
    (ORGANISATION, "rules/0/when", {"parcel_status": "lost", "charges": ["2", "3"], "carrier": {"prefix": "x"}}),
    (ORGANISATION, "rules", []),
    (MAPPING, "language", {"column": "review_language"}),
    (MAPPING, "only", {"review_score": "1"}),
    (MAPPING, "version", 2),
]


def changed(name: str, path: str, value: object) -> Any:  # noqa: ANN401 - YAML
    file = "organisation/parcel-retailer.yaml" if name == ORGANISATION else "mappings/marketplace.yaml"
    data = read((ROOT / "deploy" / file).read_text(encoding="utf-8"))
    put(data, path, value)
    return data


class TestAnEditorAndAService:
    @pytest.mark.parametrize(("name", "path", "value"), WHAT_IS_WRONG)
    def test_refuse_the_same(self, name: str, path: str, value: object) -> None:
        data = changed(name, path, value)
        assert refused_by_the_editor(name, data)
        assert refused_by_the_service(name, data)

    @pytest.mark.parametrize(("name", "path", "value"), WHAT_IS_RIGHT)
    def test_accept_the_same(self, name: str, path: str, value: object) -> None:
        data = changed(name, path, value)
        assert not refused_by_the_service(name, data)
        assert not refused_by_the_editor(name, data)

    def test_miss_a_section_that_no_included_file_could_hold(self) -> None:
        data = changed(ORGANISATION, "costs", ...)
        assert refused_by_the_service(ORGANISATION, data)
        assert not refused_by_the_editor(ORGANISATION, data), "an editor does not look into the included file"
        del data["include"]
        assert refused_by_the_editor(ORGANISATION, data)

    def test_refuse_an_included_file_that_includes_another(self) -> None:
        assert refused_by_the_editor("included.schema.json", {"include": ["more.yaml"]})
        assert not refused_by_the_editor("included.schema.json", {"lexicon": {}})


def models() -> Iterator[Any]:
    """Those whose fields stand in a file; a shift and a week are written as texts."""
    for top in (Organisation, ImportMapping):
        yield from set(models_in(top)) - {Shift, Week}


class TestTheReference:
    def test_says_of_every_field_what_it_is(self) -> None:
        undescribed = [
            f"{model.__name__}.{name}"
            for model in models()
            for name in model.model_fields
            if name != "root" and not attributes(model).get(name, "").endswith((".", '".'))
        ]
        assert undescribed == []

    def test_names_every_field_in_the_page_of_its_file(self) -> None:
        for top, page in ((Organisation, "organisation"), (ImportMapping, "mapping")):
            text = made()[f"docs/reference/{page}.md"]
            fields = {name for model in {*models_in(top)} - {Shift, Week} for name in model.model_fields} - {"root"}
            assert [name for name in sorted(fields) if f"| `{name}` |" not in text] == []

    def test_links_only_to_headings_that_it_has(self) -> None:
        for page in ("organisation", "mapping"):
            text = made()[f"docs/reference/{page}.md"]
            headings = {
                line.lstrip("# ").lower().replace(" ", "-") for line in text.splitlines() if line.startswith("#")
            }
            assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= headings

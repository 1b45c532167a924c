"""A broken organisation or mapping file is refused at start, with the path inside the file, before anything is kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.departments import main as departments
from shared.organisation import OrganisationInvalid
from shared.packaged import MAPPINGS, ORGANISATIONS
from throughline.app.deployment import deployed
from throughline.app.folder import DataFolder

SOUND = (ORGANISATIONS / "parcel-retailer.yaml").read_text(encoding="utf-8")
LEXICON = (ORGANISATIONS / "common" / "lexicon.yaml").read_text(encoding="utf-8")
MARKETPLACE = (MAPPINGS / "marketplace.yaml").read_text(encoding="utf-8")


def organisation_file(folder: Path, text: str) -> Path:
    (folder / "common").mkdir()
    (folder / "common" / "lexicon.yaml").write_text(LEXICON, encoding="utf-8")
    path = folder / "ours.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def throughline(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A process of its own, so that one that starts in spite of everything is stopped."""
    command = [sys.executable, "-m", "throughline.cli.main", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own


BROKEN = {
    "a time zone that is none": ("timezone: Asia/Yerevan", "timezone: Asia/Nowhere", "calendars"),
    "a key that is none": ("currency: EUR", "currency: EUR\ncolour: red", "colour"),
    "a type that is wrong": ("languages: [en, ru]", "languages: 5", "languages"),
    "a calendar that is not there": ("customer_calendar: always", "customer_calendar: never", "customer_calendar"),
}


@pytest.mark.parametrize("what", BROKEN)
class TestABrokenOrganisationFile:
    async def test_keeps_everything_from_starting_and_says_where(self, tmp_path: Path, what: str) -> None:
        before, after, where = BROKEN[what]
        assert before in SOUND
        path = organisation_file(tmp_path, SOUND.replace(before, after, 1))
        data = DataFolder(tmp_path / "data")
        with pytest.raises(OrganisationInvalid, match=where) as refused:
            async with deployed(data, str(path)):
                pytest.fail("it started all the same")
        assert str(path) in str(refused.value)
        assert data.organisation() is None
        assert list(data.path.glob("*.sqlite3")) == []

    def test_keeps_a_single_service_from_starting(self, tmp_path: Path, what: str) -> None:
        before, after, where = BROKEN[what]
        path = organisation_file(tmp_path, SOUND.replace(before, after, 1))
        with pytest.raises(OrganisationInvalid, match=where):
            departments.create(departments.Settings(store=f"sqlite:///{tmp_path}/d.sqlite3", organisation=str(path)))


class TestTheCommand:
    def test_says_line_and_column_where_a_file_is_no_yaml_and_ends_with_2(self, tmp_path: Path) -> None:
        path = organisation_file(tmp_path, "id: ours\nname: [unclosed\n")
        done = throughline("up", "--organisation", path, "--data-dir", tmp_path / "data", "--port", "0")
        assert done.returncode == 2
        assert done.stdout == ""
        assert "line" in done.stderr
        assert "Traceback" not in done.stderr


class TestABrokenMappingFile:
    def test_is_refused_with_the_path_inside_it_and_nothing_is_imported(self, tmp_path: Path) -> None:
        mapping = tmp_path / "ours.yaml"
        broken = MARKETPLACE.replace("id_column: order_id", "id_columns: order_id", 1)
        assert broken != MARKETPLACE
        mapping.write_text(broken, encoding="utf-8")
        rows = tmp_path / "rows.csv"
        rows.write_text("order_id\n1\n", encoding="utf-8")
        done = throughline("import", rows, "--mapping", mapping, "--data-dir", tmp_path / "data")
        assert done.returncode == 2
        assert "id_column" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "data").exists()

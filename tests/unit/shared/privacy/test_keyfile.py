import stat
from pathlib import Path

import pytest

from shared.privacy.keyfile import kept_key


class TestAKeptKey:
    def test_it_is_made_once_and_read_by_its_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "vault.key"
        key = kept_key(path)
        assert len(key) == 32
        assert kept_key(path) == key
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [file.name for file in path.parent.iterdir()] == ["vault.key"]

    def test_another_place_has_another_key(self, tmp_path: Path) -> None:
        assert kept_key(tmp_path / "a.key") != kept_key(tmp_path / "b.key")

    @pytest.mark.parametrize("content", ["", "abcd", "no key at all"])
    def test_a_broken_file_is_refused_rather_than_replaced(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "vault.key"
        path.write_text(content, encoding="ascii")
        with pytest.raises(ValueError, match=r"vault\.key does not hold a key"):
            kept_key(path)
        assert path.read_text(encoding="ascii") == content

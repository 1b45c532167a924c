from pathlib import Path

import pytest

from throughline.cli.imports.csvfile import CsvFile, FileUnusable, Malformed, Record


def rows_of(path: Path, content: bytes) -> list[Record | Malformed]:
    file = path / "rows.csv"
    file.write_bytes(content)
    with CsvFile(file) as table:
        return list(table)


def cells_of(path: Path, content: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in rows_of(path, content) if isinstance(row, Record)]


class TestGoodRows:
    def test_newlines_quotes_commas_and_emoji_come_out_as_they_went_in(self, tmp_path: Path) -> None:
        content = 'id,text\r\n1,"a ""b"", c\r\nd\n😡"\r\n2,Где посылка?\n'.encode()
        assert cells_of(tmp_path, content) == [("1", 'a "b", c\r\nd\n😡'), ("2", "Где посылка?")]

    def test_a_byte_order_mark_is_no_part_of_the_first_column(self, tmp_path: Path) -> None:
        (tmp_path / "rows.csv").write_bytes(b"\xef\xbb\xbfid,text\n1,x\n")
        with CsvFile(tmp_path / "rows.csv") as table:
            assert table.header == ("id", "text")

    def test_only_a_line_end_ends_a_line(self, tmp_path: Path) -> None:
        assert cells_of(tmp_path, "id,text\n1,a\u2028b\x85c\x0cd\n".encode()) == [("1", "a\u2028b\x85c\x0cd")]

    def test_empty_lines_are_no_rows_and_the_last_line_needs_no_end(self, tmp_path: Path) -> None:
        assert cells_of(tmp_path, b"id,text\n\n1,x\n\n2,y") == [("1", "x"), ("2", "y")]

    def test_each_row_knows_the_line_it_begins_on(self, tmp_path: Path) -> None:
        found = rows_of(tmp_path, b'id,text\n1,"a\nb"\n2,c\n')
        assert [row.line for row in found] == [2, 4]

    def test_the_position_ends_at_the_size(self, tmp_path: Path) -> None:
        (tmp_path / "rows.csv").write_bytes("id,text\n1,Где 😡\n".encode())
        with CsvFile(tmp_path / "rows.csv") as table:
            list(table)
            assert table.position == table.size


class TestBadRows:
    def test_a_wrong_number_of_columns_costs_that_row(self, tmp_path: Path) -> None:
        short, long, good = rows_of(tmp_path, b"id,text,score\n1,x\n2,x,3,4\n3,y,5\n")
        assert short == Malformed(2, ("1", "x"), "has 2 columns instead of 3")
        assert long == Malformed(3, ("2", "x", "3", "4"), "has 4 columns instead of 3")
        assert good == Record(4, ("3", "y", "5"))

    def test_a_long_row_over_several_lines_is_one_bad_row(self, tmp_path: Path) -> None:
        found = rows_of(tmp_path, b'id,text,score\n1,"a\nb",2,3\n3,y,5\n')
        assert [type(row) for row in found] == [Malformed, Record]

    def test_bytes_that_are_not_utf8_cost_that_row_and_survive(self, tmp_path: Path) -> None:
        bad, good = rows_of(tmp_path, b"id,text\n1,caf\xe9\n2,tea\n")
        assert isinstance(bad, Malformed)
        assert bad.reason == "text: holds bytes that are not UTF-8"
        assert bad.cells[1].encode(errors="surrogateescape") == b"caf\xe9"
        assert good == Record(3, ("2", "tea"))

    @pytest.mark.parametrize(
        "following",
        [b'2,"a ""quoted"" word"\n', b"2,plain\n", b'2,""\n', b'2,", a comma first"\n'],
        ids=["quoted", "plain", "empty quotes", "comma first"],
    )
    def test_an_open_quote_does_not_swallow_the_rows_behind_it(self, tmp_path: Path, following: bytes) -> None:
        found = rows_of(tmp_path, b'id,text\n1,"never closed\n' + following + b"3,last\n")
        assert isinstance(found[0], Malformed)
        assert found[0].line == 2
        assert [row.cells[0] for row in found if isinstance(row, Record)] == ["2", "3"]

    def test_an_open_quote_in_the_last_row_is_said(self, tmp_path: Path) -> None:
        good, bad = rows_of(tmp_path, b'id,text\n1,x\n2,"y\n')
        assert isinstance(good, Record)
        assert bad == Malformed(3, ('2,"y',), "a quote opened on this line is not closed")

    def test_a_quote_that_is_not_doubled_is_said(self, tmp_path: Path) -> None:
        bad, good = rows_of(tmp_path, b'id,text\n1,"a "b" c"\n2,x\n')
        assert isinstance(bad, Malformed)
        assert bad.reason == "a quote inside a quoted cell must be doubled"
        assert isinstance(good, Record)


class TestFilesThatCannotBeRead:
    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"", "there is no header row"),
            (b"\n\n", "there is no header row"),
            (b"i\xe9,text\n", "the header is not UTF-8"),
            ("id,text\n".encode("utf-16"), "the header is not UTF-8"),
            (b"id,id\n", "there are two columns named 'id'"),
        ],
        ids=["empty", "no header", "latin-1", "utf-16", "twice"],
    )
    def test_the_header_must_name_each_column_once_in_utf8(self, tmp_path: Path, content: bytes, what: str) -> None:
        with pytest.raises(FileUnusable, match=what):
            rows_of(tmp_path, content)

    def test_a_missing_file_and_a_folder_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(FileUnusable, match=r"nothing\.csv cannot be read: No such file"):
            CsvFile(tmp_path / "nothing.csv")
        with pytest.raises(FileUnusable, match="Is a directory"):
            CsvFile(tmp_path)

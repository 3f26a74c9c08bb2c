"""What a file may look like, and what is said of one that is no CSV file."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing.imports.csv_rows import CsvRow, read_rows
from billing.imports.errors import ColumnsMissing, FileUnreadable
from billing.imports.mapping import FileFormat


def read(path: Path, content: bytes, *needed: str, **file_format: str) -> list[CsvRow]:
    file = path / "rows.csv"
    file.write_bytes(content)
    return list(read_rows(file, FileFormat(**file_format), list(needed)))


def test_a_byte_order_mark_carriage_returns_and_spaces_do_not_matter(tmp_path: Path) -> None:
    rows = read(tmp_path, b"\xef\xbb\xbfid, name \r\n 1 ,Ada\r\n\r\n , \r\n2,Bob", "id", "name")
    assert [row.cells for row in rows] == [{"id": "1", "name": "Ada"}, {"id": "2", "name": "Bob"}]
    assert [row.line for row in rows] == [2, 5]


def test_another_delimiter(tmp_path: Path) -> None:
    rows = read(tmp_path, "id;name\n1;Zoë, Ltd\n".encode(), "id", delimiter=";")
    assert rows[0].cells == {"id": "1", "name": "Zoë, Ltd"}


def test_lines_are_counted_by_where_a_row_begins(tmp_path: Path) -> None:
    rows = read(tmp_path, b'id,name\n1,"two\nlines"\n2,b\n')
    assert [(row.line, row.cells["name"]) for row in rows] == [(2, "two\nlines"), (4, "b")]


def test_a_row_of_the_wrong_length_is_a_fault_of_that_row_only(tmp_path: Path) -> None:
    rows = read(tmp_path, b"id,name\n1\n2,b,c\n3,d\n", "id")
    assert [bool(row.fault) for row in rows] == [True, True, False]
    assert rows[1].fault
    assert rows[1].fault.startswith("has 3 cells, the header has 2")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b",,\n1,2,3\n"])
def test_an_empty_file_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileUnreadable, match="The file is empty"):
        read(tmp_path, content, "id")


def test_missing_columns_are_named_together_beside_those_there(tmp_path: Path) -> None:
    with pytest.raises(ColumnsMissing, match=r"lacks the columns mail, since\. It has: id, Mail\."):
        read(tmp_path, b"id,Mail\n", "id", "mail", "since")


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="twice there: id"):
        read(tmp_path, b"id,id\n1,2\n", "id")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"id,name\n1,Ada\n2,Zo\xeb\n", 3),
        ("id,name\n1,Ada\n".encode("utf-16"), 1),
        (b"id\n" + b"1\n" * 50_000 + b"\xff\n", 50_002),
    ],
)
def test_another_encoding_is_named_with_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    with pytest.raises(FileUnreadable, match=rf"rows\.csv is not in UTF-8 \(line {line}\)"):
        read(tmp_path, content, "id")


@pytest.mark.parametrize("content", [b'id,name\n1,"open\n2,b\n', b"id,name\n1," + b"x" * 200_000])
def test_broken_csv_is_refused_with_its_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileUnreadable, match=r"is not proper CSV near line \d"):
        read(tmp_path, content, "id")

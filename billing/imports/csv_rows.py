"""A CSV file row by row, so that its size does not matter; every fault of form in plain words."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from billing.imports.errors import ColumnsMissing, FileUnreadable
from billing.imports.mapping import FileFormat

if TYPE_CHECKING:
    from _csv import Reader


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row. `line` is where it begins, `position` how many bytes were read so far."""

    line: int
    cells: dict[str, str]
    position: int
    fault: str | None = None


def read_rows(path: Path, file_format: FileFormat, needed: list[str]) -> Iterator[CsvRow]:
    """The rows under the header line, blank ones left out, cells without surrounding spaces.

    Takes a byte order mark and either kind of line end, and files packed with gzip (.gz). Raises
    FileUnreadable and ColumnsMissing.
    """
    with path.open("rb") as raw:
        text = TextIOWrapper(_unpacked(path, raw), encoding="utf-8-sig", newline="")
        reader = csv.reader(text, delimiter=file_format.delimiter, strict=True)
        try:
            yield from _rows(reader, raw, needed, file_format.remove_suffix)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise FileUnreadable(f"{path.name} is not a proper gzip file, or is cut off.") from None
        except UnicodeDecodeError:
            raise FileUnreadable(
                f"{path.name} is not in UTF-8 (line {_undecodable_line(path)}). "
                "Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and try again."
            ) from None
        except csv.Error as error:
            raise FileUnreadable(
                f"{path.name} is not proper CSV near line {reader.line_num}: {error}. "
                "A quote that is opened must be closed."
            ) from None


def _unpacked(path: Path, raw: BinaryIO) -> BinaryIO:
    """The file's own bytes; `raw` keeps telling how much of the packed file is read."""
    return gzip.open(raw) if path.suffix == ".gz" else raw  # type: ignore[return-value]


def _rows(
    reader: "Reader", raw: BinaryIO, needed: list[str], suffixes: dict[str, str]
) -> Iterator[CsvRow]:
    header = _header(next(reader, None), [*needed, *suffixes])
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            row = _row(line, header, cells, raw.tell())
            for name, suffix in suffixes.items() if not row.fault else ():
                row.cells[name] = row.cells[name].removesuffix(suffix)
            yield row
        line = reader.line_num + 1


def _header(names: list[str] | None, needed: list[str]) -> list[str]:
    header = [name.strip() for name in names or []]
    if not any(header):
        raise FileUnreadable("The file is empty: its first line must name the columns.")
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise FileUnreadable(f"Columns must have different names; twice there: {', '.join(twice)}.")
    if missing := [name for name in needed if name not in header]:
        raise ColumnsMissing(
            f"The file lacks the columns {', '.join(missing)}. It has: {', '.join(header)[:500]}."
        )
    return header


def _row(line: int, header: list[str], cells: list[str], position: int) -> CsvRow:
    if len(cells) != len(header):
        fault = f"has {len(cells)} cells, the header has {len(header)}: look for a stray separator"
        return CsvRow(line, {}, position, fault)
    stripped = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    return CsvRow(line, stripped, position)


def _undecodable_line(path: Path) -> int:
    with path.open("rb") as raw:
        for number, line in enumerate(_unpacked(path, raw), start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return number

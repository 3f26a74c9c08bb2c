"""Reading a file as entries: converted row by row, with repeated keys found on the way."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from billing.database import Row
from billing.imports.convert import RowConverter
from billing.imports.csv_rows import read_rows
from billing.imports.entries import BadRow, Entry, Problem
from billing.imports.mapping import Mapping as ImportMapping
from billing.imports.seen import Seen


def read_entries(
    path: Path, mapping: ImportMapping, terms: Mapping[str, Row], also: tuple[str, ...] = ()
) -> Iterator[Entry | BadRow]:
    """Every row of the file in order; `also` names columns that are needed besides.

    Of rows with the same key the first is good. Raises FileUnreadable and ColumnsMissing.
    """
    converter = RowConverter(mapping, terms)
    column = ", ".join(mapping.customer["external_id"].columns)
    needed = list(dict.fromkeys([*mapping.columns, *also]))
    with closing(Seen()) as seen:
        for row in read_rows(path, mapping.file, needed):
            entry = converter.convert(row)
            first = seen.line_of(entry.key, row.line) if isinstance(entry, Entry) else row.line
            if isinstance(entry, Entry) and first != row.line:
                message = f"is in line {first} already: leave one of the two rows"
                entry = BadRow(row, [Problem(row.line, column, entry.key, message)])
            yield entry

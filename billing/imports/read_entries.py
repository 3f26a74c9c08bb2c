"""Reading a file as entries: converted row by row, with repeated keys found on the way."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from billing.database import Row
from billing.imports.convert import RowConverter
from billing.imports.csv_rows import read_rows
from billing.imports.entries import BadRow, Entry, Problem
from billing.imports.mapping import Mapping as ImportMapping


def read_entries(
    path: Path, mapping: ImportMapping, terms: Mapping[str, Row], also: tuple[str, ...] = ()
) -> Iterator[Entry | BadRow]:
    """Every row of the file in order; `also` names columns that are needed besides.

    Of rows with the same key the first is good. Raises FileUnreadable and ColumnsMissing.
    """
    converter = RowConverter(mapping, terms)
    column = ", ".join(mapping.customer["external_id"].columns)
    needed = list(dict.fromkeys([*mapping.columns, *also]))
    with closing(_Seen()) as seen:
        for row in read_rows(path, mapping.file, needed):
            entry = converter.convert(row)
            first = seen.line_of(entry.key, row.line) if isinstance(entry, Entry) else row.line
            if isinstance(entry, Entry) and first != row.line:
                message = f"is in line {first} already: leave one of the two rows"
                entry = BadRow(row, [Problem(row.line, column, entry.key, message)])
            yield entry


class _Seen:
    """The keys met so far, in a private database that moves to disk when it grows."""

    def __init__(self) -> None:
        self._keys = sqlite3.connect("")
        self._keys.execute("create table seen (key text primary key, line integer) without rowid")

    def line_of(self, key: str, line: int) -> int:
        """The line where the key was first met; `line` if that is now."""
        new = self._keys.execute("insert or ignore into seen values (?, ?)", (key, line))
        if new.rowcount:
            return line
        found = self._keys.execute("select line from seen where key = ?", (key,)).fetchone()
        return int(found[0])

    def close(self) -> None:
        self._keys.close()

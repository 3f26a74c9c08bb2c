"""Tables for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_answer(
    name: str, head: Sequence[str], rows: Iterable[Sequence[str | int | None]]
) -> Response:
    """A CSV file (RFC 4180, UTF-8) that is sent while it is made; `name` without its ending."""
    disposition = f'attachment; filename="{name}.csv"'
    return Response(
        _lines(head, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
    )


def _lines(head: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> Iterator[str]:
    yield _line(head)
    for row in rows:
        yield _line([_harmless(cell) for cell in row])


def _line(cells: Sequence[str | int | None]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _harmless(cell: str | int | None) -> str | int | None:
    """Text that a spreadsheet would take for a formula is marked as text (OWASP, CSV injection)."""
    if isinstance(cell, str) and cell.startswith(_FORMULA) and not _is_number(cell):
        return f"'{cell}"
    return cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True

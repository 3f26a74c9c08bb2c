"""Tables for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from flask import Response

# Source: OWASP, CSV injection; the last four are the wide forms that spreadsheets read alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_AT_ONCE = 500

Cells = Sequence[str | int | None]


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Cells]) -> Response:
    """A CSV file (RFC 4180, UTF-8) that is sent while it is made; `name` without its ending."""
    disposition = f'attachment; filename="{name}.csv"'
    return Response(
        _parts(head, iter(rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
    )


def _parts(head: Sequence[str], rows: Iterator[Cells]) -> Iterator[str]:
    """The file in parts of some hundred lines: each part costs the server a write."""
    yield _lines([head])
    while some := list(islice(rows, _AT_ONCE)):
        yield _lines([_harmless(cell) for cell in row] for row in some)


def _lines(rows: Iterable[Cells]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _harmless(cell: str | int | None) -> str | int | None:
    """Text that a spreadsheet would take for a formula is marked as text."""
    if isinstance(cell, str) and cell.startswith(_FORMULA) and not _is_number(cell):
        return f"'{cell}"
    return cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True

"""A list as a table for spreadsheets: all that its filters leave, sent while it is read."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from threading import BoundedSemaphore

from flask import Blueprint, Response, request

from billing import clock
from billing.database import Row
from billing.errors import TooMany
from portal.access import View, page
from portal.csv_answers import csv_answer
from portal.lists.columns import Cell, Column
from portal.lists.staff_list import StaffList

AT_ONCE = 3
"""In one process: who downloads slowly holds a thread, and most must stay free for pages."""
PATIENCE_SECONDS = 60
"""For some hundred lines: whoever takes longer is let go, and the thread and the cursor with it."""
_RETRY_SECONDS = 15
_slots = BoundedSemaphore(AT_ONCE)


def add_export(blueprint: Blueprint, of: StaffList, at: str = "") -> None:
    """Put the list's table beside its page, which is at `at` on its blueprint."""
    blueprint.add_url_rule(f"{at}/export.csv", "export", _view(of))


def _view(of: StaffList) -> View:
    @page(of.scope)
    def export() -> Response:
        """Every row that the address describes, in its order."""
        return one_of_few(lambda: _answer(of))

    return export


def one_of_few(make: Callable[[], Response]) -> Response:
    """An answer that is sent while it is made, to whoever takes it fast enough.

    Raises TooMany while others are being sent.
    """
    if not _slots.acquire(blocking=False):
        raise TooMany(
            "Several lists are being exported just now. Try again in a moment.",
            retry_after=_RETRY_SECONDS,
        )
    try:
        if (connection := request.environ.get("gunicorn.socket")) is not None:
            connection.settimeout(PATIENCE_SECONDS)  # gunicorn lifts it before the next request
        answer = make()
    except BaseException:
        _slots.release()
        raise
    answer.call_on_close(_slots.release)
    return answer


def _answer(of: StaffList) -> Response:
    """Whoever goes away before the end closes the answer, and so the cursor behind it."""
    batches = of.selection().batches(of.read)
    first = next(batches, [])  # a database that is away is said on a page of its own
    rows = _rows(of.columns, chain([first], batches))
    name = f"{of.name.replace('_', '-')}-{clock.today().isoformat()}"
    answer = csv_answer(name, [column.name for column in of.columns], rows)
    answer.call_on_close(batches.close)
    return answer


def _rows(columns: Sequence[Column], batches: Iterator[list[Row]]) -> Iterator[Sequence[Cell]]:
    for batch in batches:
        yield from zip(*(column.cells(batch) for column in columns), strict=True)

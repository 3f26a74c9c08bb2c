"""Gapless invoice numbers: a counter for each series, raised inside the finalising transaction.

Should the transaction not commit, neither does the counter: no number is lost or given twice.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from pymongo import ReturnDocument

from billing.database import Row, database


def series_of(prefix: str, issue_date: date | str) -> str:
    """The series an invoice belongs to, begun anew each year: `INV-2026`."""
    return f"{prefix}-{str(issue_date)[:4]}"


def take_numbers(series: Iterable[str]) -> list[str]:
    """The next number of each of `series`, in order: `["INV-2026-000042", …]`."""
    wanted = list(series)
    following = {name: _raise(name, count) + 1 for name, count in Counter(wanted).items()}
    numbers = []
    for name in wanted:
        numbers.append(f"{name}-{following[name]:06d}")
        following[name] += 1
    return numbers


def _raise(series: str, count: int) -> int:
    """Raise the counter by `count`; what it was before."""
    row: Row = database().counters.find_one_and_update(
        {"_id": series},
        {"$inc": {"last": count}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )  # type: ignore[assignment]
    return int(row["last"]) - count

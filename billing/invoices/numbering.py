"""Gapless invoice numbers: a counter for each series, raised inside the finalising transaction.

Should the transaction not commit, neither does the counter: no number is lost or given twice.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from pymongo import ReturnDocument

from billing.database import Row, database
from billing.ids import new_id
from billing.invoices.way import ask_for_way, need_no_way
from billing.seller import Seller
from billing.seller.models import NumberReset
from billing.transactions import is_rehearsing
from billing.turns import Turn, take_turn

_TRIAL = "TEST"
# One for all series: a transaction may need numbers of two.
_turn = Turn("numbers", ask=ask_for_way, thank=need_no_way)


def series_of(prefix: str, issue_date: date | str, reset: NumberReset = "yearly") -> str:
    """The series of what is issued on a day: `INV-2026`, begun anew each year, or `INV`, never."""
    return prefix if reset == "never" else f"{prefix}-{str(issue_date)[:4]}"


def invoice_series(seller: Seller, issue_date: date | str, test_clock_id: str | None = None) -> str:
    """The series that the seller's invoices of the day belong to.

    Those of customers on a test clock have their own, for they are nobody's invoices.
    """
    prefix = _TRIAL * bool(test_clock_id) + seller["invoice_prefix"]
    return series_of(prefix, issue_date, seller["number_reset"])


def credit_note_series(
    seller: Seller, issue_date: date | str, test_clock_id: str | None = None
) -> str:
    """The series that the seller's credit notes of the day belong to; never an invoice's."""
    prefix = _TRIAL * bool(test_clock_id) + seller["credit_note_prefix"]
    return series_of(prefix, issue_date, seller["number_reset"])


def expect_numbers() -> None:
    """For an operation that will take some, before it asks anything of the database: who waits for
    their turn now does not find out later that they have to begin anew."""
    if not is_rehearsing():
        take_turn(_turn)


def take_numbers(series: Iterable[str]) -> list[str]:
    """The next number of each of `series`, in order: `["INV-2026-000042", …]`."""
    wanted = list(series)
    if is_rehearsing():  # what is rolled back must not hold up those who issue
        return [new_id("number") for _ in wanted]
    take_turn(_turn)
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

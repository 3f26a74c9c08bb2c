"""Writing a prepared batch in one short transaction.

What was computed counts only if the subscriptions are still as they were read; that check is part
of the writing transaction, so two who bill the same subscription cannot both succeed.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo.errors import BulkWriteError, DocumentTooLarge, DuplicateKeyError, OperationFailure

from billing.database import Row, database
from billing.foresight import is_only_foreseen
from billing.invoices import bill_events
from billing.invoices.bill import Bill
from billing.invoices.ledgers import ChangedMeanwhile, bill_pending_items, move_credit
from billing.invoices.numbering import invoice_series, take_numbers
from billing.invoices.prepare_bills import Prepared, Skip, skip_of
from billing.invoices.ready import Ready, ready
from billing.phrases import Phrase
from billing.seller import current_seller
from billing.subscriptions.movements import COLLECTION as MOVEMENTS
from billing.transactions import in_transaction

log = logging.getLogger(__name__)

_TWICE = (DuplicateKeyError, BulkWriteError)
_TOO_LARGE = 10334  # MongoDB's BSONObjectTooLarge


def commit_bills(prepared: Prepared, also: Callable[[Prepared], None] | None = None) -> None:
    """Write a prepared batch: numbers, invoices, advanced subscriptions and events, or nothing.

    `also` writes more in the same transaction. Raises ChangedMeanwhile when somebody else was
    faster. Whoever looks ahead finds the bills noted.
    """
    if is_only_foreseen(*prepared.bills):
        return

    def write() -> None:
        if prepared.bills:
            _write(prepared.bills, prepared.ready or ready(prepared.bills))
        if also:
            also(prepared)

    in_transaction(write)


def commit_or_skip(prepared: Prepared, also: Callable[[Prepared], None] | None = None) -> Prepared:
    """Like commit_bills, but what MongoDB refuses for good is found by halving and skipped.

    Returns what was written, with all skips.
    """
    try:
        commit_bills(prepared, also)
        return prepared
    except (OperationFailure, DocumentTooLarge, OverflowError) as error:
        if not (prepared.bills and _is_for_good(error)):
            raise
        if len(prepared.bills) == 1:
            skip = _refused(prepared.bills[0], error)
            return commit_or_skip(Prepared([], [*prepared.skips, skip]), also)
    middle = len(prepared.bills) // 2
    first = commit_or_skip(Prepared(prepared.bills[:middle], prepared.skips), also)
    second = commit_or_skip(Prepared(prepared.bills[middle:]), also)
    return Prepared(first.bills + second.bills, first.skips + second.skips)


def _is_for_good(error: Exception) -> bool:
    """Whether doing it again would fail again because of what was to be written."""
    if isinstance(error, OperationFailure):
        return isinstance(error, _TWICE) or error.code == _TOO_LARGE
    return True


def _refused(bill: Bill, error: Exception) -> Skip:
    log.warning("invoice refused", extra={"subscription_id": bill.subscription["_id"]})
    if isinstance(error, _TWICE):
        return skip_of(
            bill.subscription, "period_already_billed", Phrase("A period was billed before.")
        )
    return skip_of(
        bill.subscription, "invoice_not_storable", Phrase("The invoice is too large to store.")
    )


def _write(bills: list[Bill], made: Ready) -> None:
    invoices = [invoice for bill in bills for invoice in bill.invoices]
    if invoices:  # first of all: who raises the counter meanwhile makes this begin anew
        _number(invoices)
    _check_unchanged(bills)
    for bill in bills:
        bill_events.number(bill)
    _insert("invoices", [row.finish() for row in made.invoices])
    move_credit(invoices)
    bill_pending_items(bills)
    for change, ids in made.advances:
        database().subscriptions.update_many({"_id": {"$in": ids}}, change)
    _insert(MOVEMENTS, made.movements)
    _insert("events", [row.finish() for row in made.events])


def _number(invoices: list[Row]) -> None:
    seller = current_seller()
    numbers = take_numbers(
        invoice_series(seller, row["issue_date"], row.get("test_clock_id")) for row in invoices
    )
    for invoice, number in zip(invoices, numbers, strict=True):
        invoice["number"] = number


def _insert(collection: str, rows: Sequence[Row | RawBSONDocument]) -> None:
    if rows:
        database()[collection].insert_many(rows, ordered=False)


def _check_unchanged(bills: list[Bill]) -> None:
    read = {bill.subscription["_id"]: _state(bill.subscription) for bill in bills}
    fields = {"revision": 1, "usage_seq": 1}
    where = {"_id": {"$in": list(read)}}
    found = database().subscriptions.find(where, fields, batch_size=len(read) + 1)
    if {row["_id"]: _state(row) for row in found} != read:
        raise ChangedMeanwhile("A subscription changed meanwhile.")


def _state(row: Row) -> tuple[Any, Any]:
    """What tells that a subscription was changed, or that usage of it came in."""
    return row.get("revision"), row.get("usage_seq") or 0

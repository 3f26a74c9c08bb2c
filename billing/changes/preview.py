"""What a change would do, to the cent: it is computed as it is when it is done, and not written."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from billing import clock
from billing.database import Row, database
from billing.foresight import as_stored, foresee, foreseen
from billing.invoices.account import Account
from billing.invoices.bill import Bill
from billing.invoices.cycle import Course
from billing.invoices.lookups import Lookups, usage_reader
from billing.invoices.pending_queries import waiting_lines
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription_row


@dataclass(frozen=True, slots=True)
class Preview:
    """The subscription as it would be, what would be invoiced at once, and what comes next.

    `invoices` are rows without a number; `waiting` are lines for the next invoice, which
    `next_invoice` holds already; it is None when nothing more would be billed.
    """

    subscription: Row
    invoices: list[Row]
    waiting: list[Row]
    next_invoice: Row | None


def preview_change(change: Callable[[], Subscription]) -> Preview:
    """What `change`, an operation on one subscription, would do. Raises what it raises."""

    def work() -> Preview:
        change()
        if bills := foreseen(Bill):
            (bill,) = bills
            return _preview_of(bill)
        (subscription,) = foreseen(Subscription)
        row = as_stored(subscription.row())
        return Preview(row, [], [], _next_invoice(row))

    return foresee(work)


def _preview_of(bill: Bill) -> Preview:
    row = as_stored(bill.advanced(clock.now()))
    invoices = [as_stored({**invoice, "number": None}) for invoice in bill.invoices]
    account = _account_after(bill, row)
    waiting = [item["line"] for item in account.pending]
    return Preview(row, invoices, as_stored({"lines": waiting})["lines"], _next_of(account))


def _account_after(bill: Bill, row: Row) -> Account:
    """What decides about the next invoice once the bill is written."""
    before = bill.account
    pending = [{"line": item["line"]} for item in before.pending]
    return replace(
        before,
        subscription=row,
        purse=replace(before.purse),
        pending=as_stored({"lines": pending})["lines"],
        billed=[],
        usage_of=usage_reader(row, before.terms),
    )


def preview_next_invoice(subscription_id: str) -> Row | None:
    """The invoice that the subscription's next billing would make; None when nothing more is.

    Raises SubscriptionNotFound.
    """
    return _next_invoice(get_subscription_row(subscription_id))


def look(subscription_id: str, before: set[str]) -> Preview:
    """What has come of it, inside the transaction that changed it; `before` are the ids of the
    invoices that were there."""
    row = database().subscriptions.find_one({"_id": subscription_id}) or {}
    invoices = [
        {**invoice, "number": None}
        for invoice in database().invoices.find({"subscription_id": subscription_id}).sort("_id", 1)
        if invoice["_id"] not in before
    ]
    return Preview(row, invoices, waiting_lines(subscription_id), _next_invoice(row))


def _next_invoice(row: Row) -> Row | None:
    return _next_of(Lookups.for_rows([row]).account(row))


def _next_of(account: Account) -> Row | None:
    """Goes on from day to day until one bills something; a pause or a trial's end may not."""
    customer = account.customer
    if customer.get("status") == "suspended" or customer.get("deleted_at"):
        return None
    course = Course(account, clock.today(), clock.now())
    while not course.issuer.invoices and (day := course.row.get("next_billing_date")):
        course.issuer.day = date.fromisoformat(day)
        course.step()
    return course.issuer.invoices[0] if course.issuer.invoices else None


def invoice_ids(subscription_id: str) -> set[str]:
    """Of all invoices of the subscription."""
    rows = database().invoices.find({"subscription_id": subscription_id}, {"_id": 1})
    return {row["_id"] for row in rows}

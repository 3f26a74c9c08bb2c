"""What a change would do, to the cent: it is done, looked at and rolled back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from billing import clock
from billing.database import Row, database, rehearse
from billing.invoices.cycle import Course
from billing.invoices.lookups import Lookups, customer_of
from billing.invoices.pending_queries import waiting_lines
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription


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


def preview_change(
    change: Callable[[], Subscription], subscription_id: str | None = None
) -> Preview:
    """What `change`, an operation on a subscription, would do. Raises what it raises."""

    def work() -> Preview:
        before = invoice_ids(subscription_id) if subscription_id else set()
        changed = change()
        return look(changed.id, before)

    return rehearse(work)


def preview_next_invoice(subscription_id: str) -> Row | None:
    """The invoice that the subscription's next billing would make; None when nothing more is.

    Raises SubscriptionNotFound.
    """
    get_subscription(subscription_id)
    return _next_invoice(subscription_id)


def look(subscription_id: str, before: set[str]) -> Preview:
    """What has come of it, inside the transaction that changed it; `before` are the ids of the
    invoices that were there."""
    row = database().subscriptions.find_one({"_id": subscription_id}) or {}
    invoices = [
        {**invoice, "number": None}
        for invoice in database().invoices.find({"subscription_id": subscription_id}).sort("_id", 1)
        if invoice["_id"] not in before
    ]
    return Preview(row, invoices, waiting_lines(subscription_id), _next_invoice(subscription_id))


def _next_invoice(subscription_id: str) -> Row | None:
    """Goes on from day to day until one bills something; a pause or a trial's end may not."""
    row = database().subscriptions.find_one({"_id": subscription_id}) or {}
    lookups = Lookups.for_rows([row])
    customer = lookups.customers[customer_of(row)]
    if customer.get("status") == "suspended" or customer.get("deleted_at"):
        return None
    course = Course(lookups.account(row), clock.today(), lookups.now, lookups.advance)
    while not course.issuer.invoices and (day := course.row.get("next_billing_date")):
        course.issuer.day = date.fromisoformat(day)
        course.step()
    return course.issuer.invoices[0] if course.issuer.invoices else None


def invoice_ids(subscription_id: str) -> set[str]:
    """Of all invoices of the subscription."""
    rows = database().invoices.find({"subscription_id": subscription_id}, {"_id": 1})
    return {row["_id"] for row in rows}

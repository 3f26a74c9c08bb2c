"""What a change would do, to the cent: it is done, looked at and rolled back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from billing.database import Row, database, rehearse
from billing.invoices.prepare_bills import prepare_bills
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
        before = _invoice_ids(subscription_id) if subscription_id else set()
        changed = change()
        return _look(changed.id, before)

    return rehearse(work)


def preview_next_invoice(subscription_id: str) -> Row | None:
    """The invoice that the subscription's next billing would make; None when nothing more is.

    Raises SubscriptionNotFound.
    """
    get_subscription(subscription_id)
    return _next_invoice(subscription_id)


def _look(subscription_id: str, before: set[str]) -> Preview:
    row = database().subscriptions.find_one({"_id": subscription_id}) or {}
    invoices = [
        {**invoice, "number": None}
        for invoice in database().invoices.find({"subscription_id": subscription_id}).sort("_id", 1)
        if invoice["_id"] not in before
    ]
    where = {"subscription_id": subscription_id, "waiting": True}
    waiting = [item["line"] for item in database().pending_items.find(where).sort("_id", 1)]
    return Preview(row, invoices, waiting, _next_invoice(subscription_id))


def _next_invoice(subscription_id: str) -> Row | None:
    """Goes on from day to day until one bills something; a pause or a trial's end may not."""
    row = database().subscriptions.find_one({"_id": subscription_id}) or {}
    while row.get("next_billing_date"):
        day = date.fromisoformat(row["next_billing_date"])
        prepared = prepare_bills([row], day)
        if prepared.invoices or not prepared.bills:
            return prepared.invoices[0] if prepared.invoices else None
        row = {**row, **prepared.bills[0].advance}
    return None


def _invoice_ids(subscription_id: str) -> set[str]:
    rows = database().invoices.find({"subscription_id": subscription_id}, {"_id": 1})
    return {row["_id"] for row in rows}

"""What ends when an invoice is no longer owed: its reminders, and its subscription's arrears.

It lies this deep because a payment, a credit note and a void invoice all lead here.
"""

from billing import clock
from billing.customers.queries import get_customer
from billing.database import database
from billing.events.journal import update
from billing.invoices.models import Invoice
from billing.subscriptions.queries import find_subscription

_IN_ARREARS = {"past_due", "unpaid"}


def end_dunning(invoice: Invoice) -> None:
    """Stop reminding; the caller stores the invoice."""
    if invoice.dunning and not invoice.dunning["ended"]:
        invoice.dunning = {**invoice.dunning, "next_date": None, "ended": True}


def restore_subscription(invoice: Invoice) -> None:
    """Let the invoice's subscription be active again unless something else of it is overdue.

    To be called inside the transaction that settled the invoice, after it was stored.
    """
    if not invoice.subscription_id:
        return
    subscription = find_subscription(invoice.subscription_id)
    if subscription is None or subscription.status not in _IN_ARREARS:
        return
    if _is_overdue(invoice):
        return
    subscription.status = "active"
    update(subscription, "subscription.restored", reason=f"{invoice.number} is settled")


def _is_overdue(settled: Invoice) -> bool:
    """Whether another open invoice of the subscription is past its due date."""
    today = clock.today(get_customer(settled.customer_id).preferences.timezone)
    where = {
        "subscription_id": settled.subscription_id,
        "_id": {"$ne": settled.id},
        "status": "open",
        "due_date": {"$lt": today.isoformat()},
    }
    return database().invoices.find_one(where, {"_id": 1}) is not None

"""What ends when an invoice is no longer owed: its reminders, and its subscription's arrears.

It lies this deep because a payment, a credit note and a void invoice all lead here.
"""

from datetime import date

from billing import clock
from billing.customers.queries import get_customer
from billing.database import database
from billing.invoices.models import Invoice
from billing.phrases import Phrase
from billing.subscriptions.move_status import move_status
from billing.subscriptions.queries import find_subscription

_IN_ARREARS = {"past_due", "unpaid"}


def end_dunning(invoice: Invoice) -> None:
    """Stop reminding; the caller stores the invoice."""
    if invoice.dunning and not invoice.dunning["ended"]:
        rest = {name: value for name, value in invoice.dunning.items() if name != "paused"}
        invoice.dunning = {**rest, "next_date": None, "ended": True}


def restore_subscription(invoice: Invoice) -> None:
    """Let the invoice's subscription be active again unless something else of it is overdue.

    To be called inside the transaction that settled the invoice, after it was stored.
    """
    if not invoice.subscription_id:
        return
    subscription = find_subscription(invoice.subscription_id)
    if subscription is None or subscription.status not in _IN_ARREARS:
        return
    today = clock.today(get_customer(invoice.customer_id).preferences.timezone)
    if _is_overdue(invoice, today):
        return
    event, reason = "subscription.restored", Phrase("%(number)s is settled", number=invoice.number)
    move_status(subscription, "active", event, today, reason=reason)


def _is_overdue(settled: Invoice, today: date) -> bool:
    """Whether another open invoice of the subscription is past its due date."""
    where = {
        "subscription_id": settled.subscription_id,
        "_id": {"$ne": settled.id},
        "status": "open",
        "due_date": {"$lt": today.isoformat()},
    }
    return database().invoices.find_one(where, {"_id": 1}) is not None

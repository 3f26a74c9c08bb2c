"""One step of reminding, in one transaction: it happens once, whoever else is at it.

The step, the subscription's move and the attempt to charge are written together; the provider is
asked afterwards, and if that is cut off, settle_pending asks.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.dunning.schedule import first_date, next_date
from billing.events.journal import update
from billing.invoices.mails import amount_facts, notify
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.payments.charge import start_payment
from billing.payments.models import Payment
from billing.payments.queries import has_payment_under_way
from billing.payments.source import charge_of, source_of
from billing.phrases import Phrase
from billing.seller import current_seller
from billing.seller.models import Dunning, FinalAction
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.move_status import move_status
from billing.subscriptions.queries import find_subscription
from billing.transactions import operation

Kind = Literal["reminded", "ended"]
_FINAL: dict[FinalAction, Phrase] = {
    "unpaid": Phrase("Final action: unpaid"),
    "cancel": Phrase("Final action: cancel"),
    "leave": Phrase("Final action: leave"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What was done; `payment` is still to be asked for."""

    kind: Kind
    payment: Payment | None = None


@operation
def take_step(invoice_id: str, as_of: date | None = None) -> Step | None:
    """Take the step that is due by `as_of`, or by the customer's today; None when none is."""
    invoice = get_invoice(invoice_id)
    customer = get_customer(invoice.customer_id)
    today = as_of or clock.today(customer.preferences.timezone)
    if not _is_due(invoice, current_seller()["dunning"]["days"], today):
        return None
    return follow(invoice, customer, today)


def follow(invoice: Invoice, customer: Customer, today: date) -> Step | None:
    """Take the invoice's next step, whenever it is due; None while a payment is under way."""
    rules = current_seller()["dunning"]
    if invoice.dunning and invoice.dunning["step"] >= len(rules["days"]):
        return _end(invoice, customer, rules, today)
    return _remind(invoice, customer, rules["days"], today)


def _is_due(invoice: Invoice, days: list[int], today: date) -> bool:
    if invoice.status != "open" or invoice.due_date is None:
        return False
    if not invoice.dunning:
        first = first_date(invoice.due_date, days)
        return first is not None and first <= today
    following = invoice.dunning.get("next_date")
    if not invoice.dunning["step"] and not days:  # paused before a first one that never comes
        return False
    return bool(following) and following <= today.isoformat()


def _remind(invoice: Invoice, customer: Customer, days: list[int], today: date) -> Step:
    step = invoice.dunning.get("step", 0) + 1
    following = next_date(invoice.due_date, days, step, today)
    invoice.dunning = {
        "step": step,
        "next_date": following.isoformat(),
        "ended": False,
        "last_date": today.isoformat(),
    }
    reason = Phrase("Reminder %(step)s of %(steps)s", step=step, steps=len(days))
    update(invoice, "invoice.reminded", reason=reason)
    # Each time: a pause or another payment may lie between.
    _move(invoice, "active", "past_due", today)
    payment = _charge(invoice, customer)
    # Who is charged hears of how that ends, and with the last reminder comes the final notice.
    if payment is None and step < len(days):
        once = f"reminder:{invoice.id}:{step}"
        notify("reminder", invoice, customer, once=once, **amount_facts(invoice))
    return Step("reminded", payment)


def _charge(invoice: Invoice, customer: Customer) -> Payment | None:
    """An attempt by the customer's own source, if they have one and none is under way."""
    source = source_of(customer)
    if source is None or has_payment_under_way(invoice.id):
        return None
    return start_payment(charge_of(invoice.id, source))


def _end(invoice: Invoice, customer: Customer, rules: Dunning, today: date) -> Step | None:
    """The final action, unless a payment is still under way."""
    if has_payment_under_way(invoice.id):
        return None
    invoice.dunning = {
        "step": invoice.dunning["step"],
        "next_date": None,
        "ended": True,
        "last_date": today.isoformat(),
    }
    action = rules["final_action"]
    update(invoice, "invoice.dunning_ended", reason=_FINAL[action])
    if action == "unpaid":
        _move(invoice, "past_due", "unpaid", today)
    elif action == "cancel":
        _cancel(invoice)
    notify(
        "final_notice",
        invoice,
        customer,
        once=f"final_notice:{invoice.id}",
        ends_subscription=action == "cancel" and bool(invoice.subscription_id),
        **amount_facts(invoice),
    )
    return Step("ended")


def _move(invoice: Invoice, status: str, to: str, today: date) -> None:
    """Move the invoice's subscription if it stands in `status`."""
    subscription = find_subscription(invoice.subscription_id) if invoice.subscription_id else None
    if subscription is None or subscription.status != status:
        return
    event, reason = f"subscription.{to}", Phrase("%(number)s is not paid", number=invoice.number)
    move_status(subscription, to, event, today, reason=reason)


def _cancel(invoice: Invoice) -> None:
    subscription = find_subscription(invoice.subscription_id) if invoice.subscription_id else None
    if subscription is not None and subscription.is_live:
        reason = Phrase("%(number)s was not paid.", number=invoice.number)
        order = CancelSubscription(when="now").model_copy(update={"reason": reason})
        cancel_subscription(subscription.id, order)

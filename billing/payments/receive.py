"""What money that came in does to the invoice and the customer."""

from datetime import date

from billing import clock
from billing.customers.credit import add_credit
from billing.customers.queries import get_customer
from billing.events.journal import update
from billing.invoices.models import Invoice
from billing.invoices.recover import end_dunning, restore_subscription
from billing.payments.models import Payment
from billing.transactions import reading


def receive(payment: Payment, invoice: Invoice, paid_date: date) -> None:
    """Put a payment to its invoice; what is beyond the amount due becomes credit.

    On an invoice that was paid, voided or credited meanwhile that is all of it. To be called
    inside a transaction; the caller stores the payment.
    """
    applied = min(payment.amount, invoice.amount_due) if invoice.is_payable else 0
    payment.status, payment.paid_date = "succeeded", paid_date
    payment.credited_amount = payment.amount - applied
    if payment.credited_amount:
        add_credit(
            payment.customer_id,
            payment.currency,
            payment.credited_amount,
            reason="overpayment",
            payment_id=payment.id,
            invoice_id=invoice.id,
        )
    if applied:
        _pay(invoice, applied, paid_date)


@reading
def today_of(customer_id: str) -> date:
    """Today where the customer lives, and by the clock that they live on."""
    return clock.today(get_customer(customer_id).preferences.timezone)


def _pay(invoice: Invoice, amount: int, paid_date: date) -> None:
    invoice.amount_paid += amount
    invoice.amount_due -= amount
    if invoice.amount_due:
        update(invoice, "invoice.payment_recorded")
        return
    invoice.status, invoice.paid_date = "paid", paid_date
    end_dunning(invoice)
    update(invoice, "invoice.paid")
    restore_subscription(invoice)

"""Recording a payment that came in outside of Duebill."""

from datetime import date

from billing import clock
from billing.customers.queries import get_customer
from billing.database import operation
from billing.events.journal import insert, update
from billing.invoices.errors import AmountOutOfRange, InvoiceNotPayable
from billing.invoices.inputs import PayInvoice
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.money import format_money
from billing.payments.models import Payment


@operation
def pay_invoice(
    invoice_id: str, data: PayInvoice | None = None, expected_revision: int | None = None
) -> Invoice:
    """Record a payment of what is due, or of a part; the invoice is paid when nothing is left.

    Raises InvoiceNotFound, StaleRevision, InvoiceNotPayable and AmountOutOfRange; then nothing
    is recorded.
    """
    data = data or PayInvoice()
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    if not invoice.is_payable:
        raise InvoiceNotPayable(f"This invoice is {invoice.status}; no payment can be recorded.")
    amount = invoice.amount_due if data.amount is None else data.amount
    if amount > invoice.amount_due:
        due = format_money(invoice.amount_due, invoice.currency)
        raise AmountOutOfRange(f"Only {due} is due; enter no more.", field="amount")
    paid_date = data.paid_date or _today(invoice)
    insert(_payment(invoice, data, amount, paid_date), "payment.succeeded")
    _settle(invoice, amount, paid_date)
    return invoice


def _payment(invoice: Invoice, data: PayInvoice, amount: int, paid_date: date) -> Payment:
    return Payment(
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        amount=amount,
        currency=invoice.currency,
        method=data.method,
        provider_reference=data.reference,
        paid_date=paid_date,
    )


def _settle(invoice: Invoice, amount: int, paid_date: date) -> None:
    invoice.amount_paid += amount
    invoice.amount_due -= amount
    if invoice.amount_due == 0:
        invoice.status, invoice.paid_date = "paid", paid_date
    update(invoice, "invoice.payment_recorded" if invoice.amount_due else "invoice.paid")


def _today(invoice: Invoice) -> date:
    return clock.today(get_customer(invoice.customer_id).preferences.timezone)

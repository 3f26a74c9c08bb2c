"""Recording a payment that came in outside of Duebill."""

from billing.events.journal import insert
from billing.idempotency.in_stages import note_begun
from billing.invoices.errors import InvoiceNotPayable
from billing.invoices.inputs import PayInvoice
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.payments.inputs import PaymentInput
from billing.payments.mails import mail_receipt
from billing.payments.models import Payment
from billing.payments.receive import receive, today_of
from billing.phrases import Code
from billing.transactions import operation


@operation
def pay_invoice(
    invoice_id: str, data: PayInvoice | None = None, expected_revision: int | None = None
) -> Invoice:
    """Record a payment of what is due, of a part, or of more, which becomes credit.

    The invoice is paid when nothing is left. Raises InvoiceNotFound, StaleRevision and
    InvoiceNotPayable; then nothing is recorded.
    """
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    values = (data or PayInvoice()).model_dump()
    _record(invoice, PaymentInput(invoice_id=invoice_id, **values))
    return invoice


@operation
def record_payment(data: PaymentInput) -> Payment:
    """The same as a payment. Raises InvoiceNotFound and InvoiceNotPayable."""
    payment = _record(get_invoice(data.invoice_id), data)
    note_begun(payment.id)
    return payment


def check_payable(invoice: Invoice) -> None:
    """Raises InvoiceNotPayable, naming the state."""
    if not invoice.is_payable:
        raise InvoiceNotPayable(
            "This invoice is %(status)s; no payment can be recorded.", status=Code(invoice.status)
        )


def new_payment(invoice: Invoice, data: PaymentInput) -> Payment:
    """The document, not stored: of all that is due unless an amount is given."""
    return Payment(
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        amount=invoice.amount_due if data.amount is None else data.amount,
        currency=invoice.currency,
        method=data.method,
        provider=data.provider,
        test_clock_id=invoice.test_clock_id,
    )


def _record(invoice: Invoice, data: PaymentInput) -> Payment:
    check_payable(invoice)
    today = today_of(invoice.customer_id)
    payment = new_payment(invoice, data)
    payment.provider_reference = data.reference
    receive(payment, invoice, data.paid_date or today)
    insert(payment, "payment.succeeded")
    mail_receipt(payment, invoice)
    return payment

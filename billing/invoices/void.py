"""Taking back an invoice that should not have been, or giving up one that nobody will pay."""

from billing import clock
from billing.customers.credit import add_credit
from billing.events.journal import update
from billing.invoices.errors import InvoiceNotUncollectible, InvoiceNotVoidable
from billing.invoices.inputs import VoidInvoice
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.invoices.recover import end_dunning, restore_subscription
from billing.invoices.states import can_move
from billing.phrases import Code, Phrase
from billing.transactions import operation


@operation
def void_invoice(
    invoice_id: str, data: VoidInvoice | None = None, expected_revision: int | None = None
) -> Invoice:
    """Void an issued invoice; it keeps its number and its lines, and nothing is due on it.

    Credit that it had used comes back to the customer. Raises InvoiceNotFound,
    StaleRevision and InvoiceNotVoidable.
    """
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    if refusal := refusal_to_void(invoice):
        raise refusal
    invoice.status, invoice.voided_at = "void", clock.now()
    invoice.amount_due = 0
    end_dunning(invoice)
    if invoice.credit_applied > 0:
        add_credit(
            invoice.customer_id,
            invoice.currency,
            invoice.credit_applied,
            reason="invoice_voided",
            invoice_id=invoice.id,
        )
    update(invoice, "invoice.voided", reason=data.reason if data else None)
    restore_subscription(invoice)
    return invoice


def refusal_to_void(invoice: Invoice) -> InvoiceNotVoidable | None:
    """Why it cannot be voided, if so."""
    if invoice.is_voidable:
        return None
    return InvoiceNotVoidable(
        "This invoice cannot be voided: %(because)s.", because=_because(invoice)
    )


def _because(invoice: Invoice) -> Phrase:
    if not invoice.is_payable:
        return Phrase("it is %(status)s", status=Code(invoice.status))
    return Phrase(
        "something was paid on it" if invoice.amount_paid else "a credit note was issued for it"
    )


@operation
def mark_uncollectible(invoice_id: str, expected_revision: int | None = None) -> Invoice:
    """Give up an open invoice; it can still be paid.

    Raises InvoiceNotFound, StaleRevision and InvoiceNotUncollectible.
    """
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    if refusal := refusal_to_give_up(invoice):
        raise refusal
    invoice.status = "uncollectible"
    end_dunning(invoice)
    update(invoice, "invoice.marked_uncollectible")
    return invoice


def refusal_to_give_up(invoice: Invoice) -> InvoiceNotUncollectible | None:
    """Why it cannot be given up, if so."""
    if can_move(invoice.status, "uncollectible"):
        return None
    return InvoiceNotUncollectible(
        "This invoice is %(status)s; only an open one can be given up.", status=Code(invoice.status)
    )

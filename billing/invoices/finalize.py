"""Issuing a draft: it gets its number, its dates and the parties' particulars, and is frozen."""

from datetime import timedelta

from billing import clock
from billing.customers.queries import get_live_customer
from billing.database import operation
from billing.events.journal import update
from billing.invoices.errors import InvoiceNotFinalizable
from billing.invoices.models import Invoice
from billing.invoices.numbering import invoice_series, take_numbers
from billing.invoices.parties import customer_snapshot, seller_snapshot
from billing.invoices.queries import get_invoice
from billing.seller import current_seller


@operation
def finalize_invoice(invoice_id: str, expected_revision: int | None = None) -> Invoice:
    """Issue a draft today. Raises InvoiceNotFound, StaleRevision and InvoiceNotFinalizable."""
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    if not invoice.is_draft:
        raise InvoiceNotFinalizable(
            f"This invoice is {invoice.status}; only a draft can be issued."
        )
    finalize(invoice)
    return invoice


def finalize(invoice: Invoice) -> None:
    """Issue a loaded draft. An invoice over nothing is paid at once."""
    customer, seller = get_live_customer(invoice.customer_id), current_seller()
    issued = clock.today(customer.preferences.timezone)
    terms = timedelta(days=customer.preferences.payment_terms_days)
    invoice.issue_date = issued
    invoice.due_date = max(invoice.due_date or issued + terms, issued)
    invoice.seller = seller_snapshot(seller)
    invoice.customer = customer_snapshot(customer.row())
    invoice.finalized_at = clock.now()
    invoice.status = "open" if invoice.amount_due else "paid"
    if invoice.status == "paid":
        invoice.paid_date = issued
    # Last, so that the counter is held for as short as can be.
    invoice.number = take_numbers([invoice_series(seller, issued)])[0]
    update(invoice, "invoice.finalized")

"""Issuing a draft: it gets its number, its dates and the parties' particulars, and is frozen."""

from datetime import timedelta

from billing import clock
from billing.coupons.redeem import redeem
from billing.customers.models import Customer
from billing.customers.queries import get_live_customer
from billing.events.journal import update
from billing.invoices.errors import InvoiceNotFinalizable
from billing.invoices.ledgers import move_credit
from billing.invoices.models import Invoice
from billing.invoices.numbering import expect_numbers, invoice_series, take_numbers
from billing.invoices.one_off_amounts import compute_final
from billing.invoices.parties import customer_snapshot, seller_snapshot
from billing.invoices.queries import get_invoice
from billing.phrases import Code
from billing.seller import Seller, current_seller
from billing.transactions import operation


@operation
def finalize_invoice(invoice_id: str, expected_revision: int | None = None) -> Invoice:
    """Issue a draft today, computed anew: taxes, coupon and credit are those of today.

    Raises InvoiceNotFound, StaleRevision, InvoiceNotFinalizable, TotalTooLarge and, of its
    coupon, what redeem raises.
    """
    expect_numbers()
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    if not invoice.is_draft:
        raise InvoiceNotFinalizable(
            "This invoice is %(status)s; only a draft can be issued.", status=Code(invoice.status)
        )
    issue(invoice, get_live_customer(invoice.customer_id), current_seller())
    update(invoice, "invoice.finalized")
    return invoice


def issue(invoice: Invoice, customer: Customer, seller: Seller) -> None:
    """Make a draft an issued invoice, for whoever stores it. One with nothing due is paid at once.

    Raises TotalTooLarge and, of its coupon, what redeem raises.
    """
    issued = clock.today(customer.preferences.timezone)
    terms = timedelta(days=customer.preferences.payment_terms_days)
    invoice.issue_date = issued
    invoice.due_date = max(invoice.due_date or issued + terms, issued)
    invoice.seller = seller_snapshot(seller)
    invoice.customer = customer_snapshot(customer.row())
    invoice.finalized_at = clock.now()
    coupon = redeem(invoice.coupon, None, invoice.currency, on=issued) if invoice.coupon else None
    compute_final(invoice, customer.row(), seller, coupon)
    move_credit([invoice.row()])
    # Last, so that the counter is held for as short as can be.
    invoice.number = take_numbers([invoice_series(seller, issued, invoice.test_clock_id)])[0]

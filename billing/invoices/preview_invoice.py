"""Invoices as they would be, to the cent; nothing is written."""

from datetime import date, timedelta

from billing import clock
from billing.coupons.redeem import check_coupon
from billing.customers.credit import credit_of
from billing.customers.queries import get_live_customer
from billing.database import Row, database
from billing.invoices.compose import settle
from billing.invoices.errors import NothingDue, SubscriptionNotBillable
from billing.invoices.inputs import InvoiceInput, PreviewInvoice, PreviewSubscription
from billing.invoices.models import ONE_OFF, Invoice
from billing.invoices.one_off import fill_in
from billing.invoices.one_off_amounts import computed
from billing.invoices.parties import customer_snapshot, seller_snapshot
from billing.invoices.prepare_bills import next_day, prepare_bills
from billing.invoices.queries import get_invoice
from billing.seller import current_seller
from billing.subscriptions.queries import get_subscription
from billing.taxes.queries import check_rates
from billing.transactions import reading


@reading
def preview_invoice(data: InvoiceInput, *, draft_id: str | None = None) -> Row:
    """The row of the one-off invoice as it would be issued, without a number.

    On `as_of_date` where a PreviewInvoice says so, else today. A draft that is to be changed may
    keep the archived rates that it has. Raises what create_invoice raises.
    """
    data = PreviewInvoice.model_validate(data.model_dump())
    customer, seller = get_live_customer(data.customer_id), current_seller()
    check_rates(data.tax_rate_ids)
    issued = data.as_of_date or clock.today(customer.preferences.timezone)
    invoice = get_invoice(draft_id) if draft_id else Invoice(reason=ONE_OFF)
    fill_in(invoice, data, customer)
    invoice.issue_date, invoice.due_date = issued, _due(data, customer.row(), issued)
    coupon = data.coupon and check_coupon(data.coupon, None, invoice.currency, on=issued)
    row = computed(invoice, customer.row(), seller, coupon or None, data.tax_rate_ids)
    settle(row, credit_of(customer.row(), invoice.currency))
    parties = {"seller": seller_snapshot(seller), "customer": customer_snapshot(customer.row())}
    return row | parties


@reading
def preview_issue(invoice_id: str) -> Row:
    """The row of a draft as it would be issued today. Raises what finalize_invoice raises."""
    invoice = get_invoice(invoice_id)
    customer, seller = get_live_customer(invoice.customer_id), current_seller()
    invoice.issue_date = clock.today(customer.preferences.timezone)
    coupon = None
    if invoice.coupon:
        coupon = check_coupon(invoice.coupon, None, invoice.currency, on=invoice.issue_date)
    row = computed(invoice, customer.row(), seller, coupon)
    settle(row, credit_of(customer.row(), invoice.currency))
    return row


@reading
def preview_subscription_invoice(data: PreviewSubscription) -> Row:
    """The row of the newest invoice that billing the subscription on `as_of_date` would make.

    Raises SubscriptionNotFound, SubscriptionNotBillable and NothingDue.
    """
    subscription = get_subscription(data.subscription_id)
    row = database().subscriptions.find_one({"_id": subscription.id})
    prepared = prepare_bills([row] if row else [], data.as_of_date)
    if prepared.skips:
        raise SubscriptionNotBillable(prepared.skips[0].message)
    if not prepared.invoices:
        raise NothingDue(
            "Nothing is due by then; the next billing date is %(day)s.",
            day=next_day(subscription.next_billing_date),
        )
    return prepared.invoices[-1]


def _due(data: InvoiceInput, customer: Row, issued: date) -> date:
    terms = timedelta(days=customer["preferences"]["payment_terms_days"])
    return max(data.due_date or issued + terms, issued)

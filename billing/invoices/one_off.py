"""Invoices made by hand: drafts that can be changed, and what becomes of them."""

from billing import clock
from billing.coupons.redeem import check_coupon
from billing.customers.models import Customer
from billing.customers.queries import hold_live_customer
from billing.errors import Invalid
from billing.events.journal import insert, insert_changed, update
from billing.invoices.errors import InvoiceNotEditable
from billing.invoices.finalize import issue
from billing.invoices.inputs import InvoiceInput, LineItemInput
from billing.invoices.models import ONE_OFF, Invoice, LineItem
from billing.invoices.numbering import expect_numbers
from billing.invoices.one_off_amounts import compute_draft
from billing.invoices.queries import get_invoice
from billing.money import format_money
from billing.phrases import Code
from billing.plans.pricing import price_quantity
from billing.seller import Seller, current_seller
from billing.taxes.queries import check_rates
from billing.transactions import operation


@operation
def create_invoice(data: InvoiceInput) -> Invoice:
    """A one-off invoice, issued at once unless it is to be a draft.

    Raises CustomerNotFound, CustomerDeleted, TotalTooLarge, what check_rates raises and, of its
    coupon, what redeem raises.
    """
    if not data.draft:
        expect_numbers()
    customer = hold_live_customer(data.customer_id)  # first: they may live at a time of their own
    invoice, seller = Invoice(reason=ONE_OFF), current_seller()
    _fill(invoice, data, customer, seller)
    if data.draft:
        insert(invoice, "invoice.created")
    else:
        draft = invoice.row()
        issue(invoice, customer, seller)
        insert_changed(invoice, "invoice.created", draft, "invoice.finalized")
    return invoice


@operation
def update_invoice(
    invoice_id: str, data: InvoiceInput, expected_revision: int | None = None
) -> Invoice:
    """Replace the whole of a draft; issued at once when `draft` is false.

    Raises InvoiceNotFound, StaleRevision, InvoiceNotEditable and what create_invoice raises.
    """
    if not data.draft:
        expect_numbers()
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    if not invoice.is_draft:
        raise InvoiceNotEditable(
            "This invoice is %(status)s; only a draft can be changed. Void it instead.",
            status=Code(invoice.status),
        )
    customer, seller = hold_live_customer(data.customer_id), current_seller()
    _fill(invoice, data, customer, seller)
    update(invoice, "invoice.updated")
    if not data.draft:
        issue(invoice, customer, seller)
        update(invoice, "invoice.finalized")
    return invoice


def fill_in(invoice: Invoice, data: InvoiceInput, customer: Customer) -> None:
    """Put what was said into the document; nothing is computed beyond each line's amount.

    Raises TaxRateMissing, TaxRateArchived and, for a line that is too large, Invalid; a draft keeps
    the archived rates that it has.
    """
    kept = {rate_id for line in invoice.line_items for rate_id in line.tax_rate_ids}
    for position, item in enumerate(data.line_items):
        check_rates(item.tax_rate_ids, kept=kept, field=f"line_items.{position}.tax_rate_ids")
    invoice.customer_id, invoice.test_clock_id = customer.id, customer.test_clock_id
    invoice.currency = data.currency or customer.preferences.currency
    invoice.line_items = [
        _line(item, invoice.currency, position) for position, item in enumerate(data.line_items)
    ]
    for name in ("due_date", "notes", "purchase_order", "metadata"):
        setattr(invoice, name, getattr(data, name))


def _fill(invoice: Invoice, data: InvoiceInput, customer: Customer, seller: Seller) -> None:
    fill_in(invoice, data, customer)
    coupon = None
    if data.coupon:
        today = clock.today(customer.preferences.timezone)
        coupon = check_coupon(data.coupon, None, invoice.currency, on=today)
    invoice.coupon = coupon and coupon["code"]
    compute_draft(invoice, customer.row(), seller, coupon)


def _line(item: LineItemInput, currency: str, position: int) -> LineItem:
    try:
        priced = price_quantity("per_unit", item.unit_amount, item.quantity)
    except Invalid as error:
        raise Invalid(error.message, field=f"line_items.{position}.{error.field}") from error
    explanation = {
        "price_source": "one_off",
        "pricing_model": "per_unit",
        "unit_price": format_money(item.unit_amount, currency),
        "calculation": priced.calculation,
    }
    return LineItem(
        kind="one_off",
        description=item.description,
        quantity=item.quantity,
        unit_amount=item.unit_amount,
        amount=priced.amount,
        tax_rate_ids=list(dict.fromkeys(item.tax_rate_ids)),
        explanation=explanation,
    )

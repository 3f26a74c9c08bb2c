"""Invoices made by hand: drafts that can be changed, and what becomes of them."""

from billing.customers.queries import hold_live_customer
from billing.database import operation
from billing.events.journal import insert, update
from billing.invoices.errors import InvoiceNotEditable, NegativeTotal, TotalTooLarge
from billing.invoices.finalize import finalize
from billing.invoices.inputs import InvoiceInput, LineItemInput
from billing.invoices.models import ONE_OFF, Invoice, LineItem
from billing.invoices.queries import get_invoice
from billing.invoices.totals import totals_of
from billing.money import MAX_AMOUNT, format_money
from billing.plans.pricing import price_quantity


@operation
def create_invoice(data: InvoiceInput) -> Invoice:
    """A one-off invoice, issued at once unless it is to be a draft.

    Raises CustomerNotFound, CustomerDeleted and NegativeTotal.
    """
    invoice = Invoice(reason=ONE_OFF)
    _fill(invoice, data)
    insert(invoice, "invoice.created")
    if not data.draft:
        finalize(invoice)
    return invoice


@operation
def update_invoice(
    invoice_id: str, data: InvoiceInput, expected_revision: int | None = None
) -> Invoice:
    """Replace the whole of a draft; issued at once when `draft` is false.

    Raises InvoiceNotFound, StaleRevision, InvoiceNotEditable and what create_invoice raises.
    """
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    if not invoice.is_draft:
        raise InvoiceNotEditable(
            f"This invoice is {invoice.status}; only a draft can be changed. Void it instead."
        )
    _fill(invoice, data)
    update(invoice, "invoice.updated")
    if not data.draft:
        finalize(invoice)
    return invoice


def _fill(invoice: Invoice, data: InvoiceInput) -> None:
    customer = hold_live_customer(data.customer_id)
    invoice.customer_id = customer.id
    invoice.currency = data.currency or customer.preferences.currency
    invoice.line_items = [_line(item, invoice.currency) for item in data.line_items]
    invoice.due_date, invoice.notes = data.due_date, data.notes
    invoice.purchase_order, invoice.metadata = data.purchase_order, data.metadata
    totals = totals_of(line.amount for line in invoice.line_items)
    if totals.total < 0:
        raise NegativeTotal("The lines must not come to less than zero.", field="line_items")
    if totals.total > MAX_AMOUNT:
        raise TotalTooLarge("The lines come to more than can be billed.", field="line_items")
    invoice.subtotal, invoice.discount_total = totals.subtotal, totals.discount_total
    invoice.tax_total = totals.tax_total
    invoice.total = invoice.amount = invoice.amount_due = totals.total


def _line(item: LineItemInput, currency: str) -> LineItem:
    priced = price_quantity("per_unit", item.unit_amount, item.quantity)
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
        explanation=explanation,
    )

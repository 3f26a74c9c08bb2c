"""What a one-off invoice comes to: once while it is a draft, again when it is issued.

A draft keeps the rates that its lines were given; those of customer and seller are looked up
anew each time, and stand on the lines only once it is issued.
"""

from collections.abc import Sequence

from billing.customers.credit import credit_of
from billing.database import Row
from billing.invoices.compose import settle, total_up
from billing.invoices.errors import TotalTooLarge
from billing.invoices.models import Invoice
from billing.invoices.tax_rules import tax_rules
from billing.money import MAX_AMOUNT
from billing.seller import Seller

_COMPUTED = (
    "subtotal",
    "discount_total",
    "tax_total",
    "total",
    "amount",
    "discounts",
    "taxes",
    "legal_note",
    "credit_applied",
    "amount_due",
)


def compute_draft(invoice: Invoice, customer: Row, seller: Seller, coupon: Row | None) -> None:
    """Write into a draft what it comes to as things are; credit is not touched yet.

    Raises TotalTooLarge.
    """
    row = computed(invoice, customer, seller, coupon)
    settle(row, 0)
    _take_over(invoice, row)


def compute_final(invoice: Invoice, customer: Row, seller: Seller, coupon: Row | None) -> None:
    """Write into a draft what it comes to when it is issued, the customer's credit applied.

    Its issue date must be there. Raises TotalTooLarge.
    """
    row = computed(invoice, customer, seller, coupon)
    settle(row, credit_of(customer, invoice.currency))
    _take_over(invoice, row)
    invoice.status = row["status"]
    if invoice.status == "paid":
        invoice.paid_date = invoice.issue_date
    for line, final in zip(invoice.line_items, row["line_items"], strict=True):
        line.tax_rate_ids = final["tax_rate_ids"]


def computed(
    invoice: Invoice,
    customer: Row,
    seller: Seller,
    coupon: Row | None,
    tax_rate_ids: Sequence[str] = (),
) -> Row:
    """The invoice's row with discounts, taxes and totals; `tax_rate_ids` as in tax_rules."""
    row = {"issue_date": None, **invoice.row()}
    lines = row["line_items"] = [{"tax_rate_ids": [], **line} for line in row["line_items"]]
    rules = tax_rules(customer, seller, lines, tax_rate_ids)
    total_up(row, rules, discounts=[coupon] if coupon else [])
    if abs(row["total"]) > MAX_AMOUNT:
        raise TotalTooLarge("The lines come to more than can be billed.", field="line_items")
    return row


def _take_over(invoice: Invoice, row: Row) -> None:
    for name in _COMPUTED:
        setattr(invoice, name, row[name])
    for line, found in zip(invoice.line_items, row["line_items"], strict=True):
        line.discount_amount, line.tax_amount = found["discount_amount"], found["tax_amount"]

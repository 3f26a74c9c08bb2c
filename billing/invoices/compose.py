"""Pure: from lines to an invoice's row. Discounts, taxes, credit, state: the one place for all.

The billing run, changes of subscriptions and one-off invoices end here alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from billing.database import Row
from billing.ids import new_id
from billing.invoices.totals import apply_totals, compute_totals

REVERSE_CHARGE = "Reverse charge: the recipient is to account for the tax."


@dataclass(frozen=True, slots=True)
class TaxRules:
    """How a customer is taxed: the rates (rows by id) and those of lines that name none."""

    rates: Mapping[str, Row] = field(default_factory=dict)
    default_rate_ids: tuple[str, ...] = ()
    exempt: str = "none"


UNTAXED = TaxRules()


def compose_invoice(
    base: Row,
    lines: list[Row],
    tax: TaxRules = UNTAXED,
    *,
    discounts: Sequence[Row] = (),
    credit: int = 0,
) -> Row:
    """A new invoice's row of `lines`, not numbered yet.

    `base` holds what is not computed. `credit` is what the customer has in hand in the invoice's
    currency. Raises TaxRateMissing.
    """
    invoice = {"_id": new_id("inv"), **base, "line_items": lines}
    if discounts or tax.default_rate_ids or tax.exempt != "none" or _name_rates(lines):
        total_up(invoice, tax, discounts=discounts)
    else:
        _add_up(invoice)
    settle(invoice, credit)
    return invoice


def total_up(invoice: Row, tax: TaxRules = UNTAXED, *, discounts: Sequence[Row] = ()) -> None:
    """Write discounts, taxes and totals into an invoice's row and its lines."""
    lines = invoice["line_items"]
    if tax.default_rate_ids:
        for line in lines:
            line["tax_rate_ids"] = line["tax_rate_ids"] or list(tax.default_rate_ids)
    totals = compute_totals(lines, discounts=discounts, rates=tax.rates, tax_exempt=tax.exempt)
    apply_totals(invoice, lines, totals)
    invoice["legal_note"] = REVERSE_CHARGE if tax.exempt == "reverse" else None


def _name_rates(lines: list[Row]) -> bool:
    return any(line["tax_rate_ids"] for line in lines)


def _add_up(invoice: Row) -> None:
    """A new invoice with nothing to take off and no taxes, as most of a run are."""
    total = sum(line["amount"] for line in invoice["line_items"])
    invoice["subtotal"] = invoice["total"] = invoice["amount"] = total
    invoice["discount_total"] = invoice["tax_total"] = 0


def settle(invoice: Row, credit: int) -> None:
    """Use the customer's credit, and say whether anything is left to pay.

    A negative total is credit that the customer gains: `credit_applied` is negative then.
    """
    total = invoice["total"]
    applied = total if total < 0 else min(credit, total)
    invoice["credit_applied"], invoice["amount_due"] = applied, total - applied
    invoice["status"] = "open" if invoice["amount_due"] else "paid"
    if not invoice["amount_due"]:
        invoice["paid_date"] = invoice["issue_date"]

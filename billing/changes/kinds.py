"""Pure: what kind of change it is, which decides how the seller prorates it by default."""

from fractions import Fraction
from typing import Literal

from billing.database import Row
from billing.plans.lines import advance_lines
from billing.subscriptions.pending import is_other_cycle

# Days on average: only which of two amounts is the larger matters here.
_DAYS = {
    "daily": Fraction(1),
    "weekly": Fraction(7),
    "monthly": Fraction(1461, 48),
    "quarterly": Fraction(1461, 16),
    "semiannual": Fraction(1461, 8),
    "yearly": Fraction(1461, 4),
}

Kind = Literal["upgrade", "downgrade", "cycle_change", "quantity_up", "quantity_down"]


def kind_of(before: Row, row: Row, after: Row, wanted: Row) -> Kind:
    """What a change is.

    `before` and `after` are terms; `row` and `wanted` have quantity, price and plan.
    """
    if is_other_cycle(before, after):
        return "cycle_change"
    same_plan = before["_id"] == after["_id"] and row.get("price") == wanted["price"]
    if same_plan:
        return "quantity_up" if wanted["quantity"] > row["quantity"] else "quantity_down"
    return "upgrade" if _daily(after, wanted) >= _daily(before, row) else "downgrade"


def _daily(terms: Row, row: Row) -> Fraction:
    lines = advance_lines(terms, row["quantity"], row.get("price"))
    amount = Fraction(sum(line["amount"] for line in lines))
    return amount / _DAYS[terms["billing_cycle"]] / int(terms["interval_count"])

"""Adding up an invoice by hand: from its explanation alone, in exact fractions, with none of the
product's arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

Explained = dict[str, Any]


def rounded(exact: Fraction) -> int:
    """Half away from zero."""
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole


def recompute(explained: Explained) -> None:
    """Fails at the first amount that does not follow from what is said of it."""
    for line in explained["lines"]:
        assert line_amount(line) == line["amount"], line["sentence"]
    _check_totals(explained)


def line_amount(line: Explained) -> int:
    """What the line's fields come to."""
    price = _price(line)
    if line["fraction"] is None:
        return rounded(price)
    assert rounded(price) == line["full_amount"]
    full = Fraction(line["after_coupon"] or line["full_amount"])
    part = full * Fraction(line["fraction"])
    return rounded(-part if line["kind"] == "proration_credit" else part)


def _price(line: Explained) -> Fraction:
    for step in line["steps"]:
        product = Fraction(step["quantity"]) * Fraction(step["unit_amount"]) + step["flat_amount"]
        assert product == Fraction(step["amount"])
    if line["steps"]:
        return sum((Fraction(step["amount"]) for step in line["steps"]), Fraction(0))
    once = line["pricing_model"] == "flat"
    return Fraction(line["unit_amount"]) * (1 if once else Fraction(line["quantity"]))


def _check_totals(explained: Explained) -> None:
    lines, steps = explained["lines"], explained["totals"]
    of = {step["name"]: step["amount"] for step in steps}
    assert of["subtotal"] == sum(line["amount"] for line in lines)
    discounts = [step for step in steps if step["name"] == "discount"]
    left = sum(line["amount"] for line in lines if line["discountable"])
    for step in discounts:
        assert step["discountable_amount"] == left
        assert step["amount"] == _discount(step, left), step["sentence"]
        left -= step["amount"]
    taken = sum(step["amount"] for step in discounts)
    assert sum(line["discount_amount"] for line in lines) == taken
    taxes = [step for step in steps if step["name"] == "tax"]
    for step in taxes:
        _check_tax(step, taxes, lines)
    assert sum(line["tax_amount"] for line in lines) == sum(step["amount"] for step in taxes)
    added = sum(step["amount"] for step in taxes if not step["inclusive"])
    assert of["total"] == of["subtotal"] - taken + added
    settled = ("credit_applied", "amount_paid", "credit_note_total")
    due = of["total"] - sum(of.get(name, 0) for name in settled)
    assert of["amount_due"] in ({0} if "void" in steps[-1]["sentence"] else {due})


def _discount(step: Explained, left: int) -> int:
    if step["percent_off"] is not None:
        return rounded(max(left, 0) * Fraction(step["percent_off"]) / 100)
    return min(step["amount_off"], max(left, 0))


def _check_tax(step: Explained, taxes: list[Explained], lines: list[Explained]) -> None:
    """The tax of one rate: of all its lines together, after discounts, rounded once."""
    inside = {
        tax["tax_rate_id"]: Fraction(tax["percentage"]) / 100 for tax in taxes if tax["inclusive"]
    }
    exact = Fraction(0)
    for line in lines:
        if step["tax_rate_id"] in line["tax_rate_ids"] and step["inclusive"]:
            gross = line["amount"] - line["discount_amount"]
            over = 1 + sum(inside.get(rate, Fraction(0)) for rate in line["tax_rate_ids"])
            exact += gross * inside[step["tax_rate_id"]] / over
    if not step["inclusive"]:
        exact = step["taxable_amount"] * Fraction(step["percentage"]) / 100
    assert step["amount"] == rounded(exact), step["sentence"]

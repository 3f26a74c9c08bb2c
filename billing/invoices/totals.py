"""Pure: from the amounts of lines to what is owed. Integers in, integers out.

Lines, then coupons, then taxes, then the total: domain.md, section 6. Each coupon and each tax
rate is rounded once for the whole invoice and spread back over its lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from billing.database import Row
from billing.invoices.tax_totals import TaxTotals, tax_totals
from billing.money import percentage_ratio, round_shares


@dataclass(slots=True)
class Totals:
    """What lines come to, in smallest units; the lists of integers have an entry for each line.

    total = subtotal - discount_total + exclusive_tax; `tax_total` also counts what is included.
    """

    subtotal: int
    discount_total: int
    tax_total: int
    exclusive_tax: int
    line_discounts: list[int]
    line_taxes: list[int]
    discounts: list[Row] = field(default_factory=list)
    """{coupon_id, code, name, percent_off, amount_off, amount}"""
    taxes: list[Row] = field(default_factory=list)
    """{tax_rate_id, name, percentage, inclusive, taxable_amount, amount}"""

    @property
    def total(self) -> int:
        return self.subtotal - self.discount_total + self.exclusive_tax


def compute_totals(
    lines: Sequence[Row],
    *,
    discounts: Sequence[Row] = (),
    rates: Mapping[str, Row] | None = None,
    tax_exempt: str = "none",
) -> Totals:
    """What `lines` (amount, tax_rate_ids, and `discountable` where False) come to.

    `discounts` (coupon_id, code, name, percent_off or amount_off) are taken off one after the
    other, each from what the one before left. `rates` are rows of tax rates by id; customers who
    are exempt, or for whom the charge is reversed, pay none, and a price that would contain a tax
    stays as it is. Raises TaxRateMissing.
    """
    amounts = [line["amount"] for line in lines]
    rate_ids = [line.get("tax_rate_ids") or () for line in lines] if tax_exempt == "none" else ()
    none = [0] * len(amounts)
    if not discounts and not any(rate_ids):
        return Totals(sum(amounts), 0, 0, 0, none, none.copy(), [], [])
    taken, named = _take_off(lines, amounts, discounts) if discounts else (none, [])
    taxes = TaxTotals(none.copy())
    if any(rate_ids):
        nets = [amount - off for amount, off in zip(amounts, taken, strict=True)]
        taxes = tax_totals(nets, rate_ids, rates or {})
    return Totals(
        subtotal=sum(amounts),
        discount_total=sum(taken),
        tax_total=taxes.inclusive + taxes.exclusive,
        exclusive_tax=taxes.exclusive,
        line_discounts=taken,
        line_taxes=taxes.by_line,
        discounts=named,
        taxes=taxes.rows,
    )


def apply_totals(invoice: Row, lines: Sequence[Row], totals: Totals) -> None:
    """Write `totals` into the invoice's row and into the rows of its lines."""
    invoice["subtotal"], invoice["discount_total"] = totals.subtotal, totals.discount_total
    invoice["tax_total"] = totals.tax_total
    invoice["total"] = invoice["amount"] = totals.total
    invoice["discounts"], invoice["taxes"] = totals.discounts, totals.taxes
    for line, discount, tax in zip(lines, totals.line_discounts, totals.line_taxes, strict=True):
        line["discount_amount"], line["tax_amount"] = discount, tax


def _take_off(
    lines: Sequence[Row], amounts: list[int], discounts: Sequence[Row]
) -> tuple[list[int], list[Row]]:
    """What each line loses to the coupons, and the coupons with what each took off."""
    left = [
        amount if line.get("discountable", True) else 0
        for line, amount in zip(lines, amounts, strict=True)
    ]
    before, named = left, []
    for discount in discounts:
        parts = _shares_of(discount, left)
        left = [amount - part for amount, part in zip(left, parts, strict=True)]
        named.append(_named(discount, sum(parts)))
    return [was - now for was, now in zip(before, left, strict=True)], named


def _shares_of(discount: Row, left: list[int]) -> list[int]:
    """One coupon's part of each line: in proportion, and never more than what is left."""
    whole = sum(left)
    if whole <= 0:
        return [0] * len(left)
    if discount.get("percent_off") is not None:
        over, under = percentage_ratio(discount["percent_off"])
        return round_shares([amount * over for amount in left], under)
    off = min(discount["amount_off"], whole)
    return round_shares([amount * off for amount in left], whole)


def _named(discount: Row, amount: int) -> Row:
    names = ("coupon_id", "code", "name", "percent_off", "amount_off")
    return {**{name: discount.get(name) for name in names}, "amount": amount}

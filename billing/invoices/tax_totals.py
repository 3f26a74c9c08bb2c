"""Pure: the taxes on discounted lines, each rate rounded once for the whole invoice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import lcm

from billing.database import Row
from billing.money import percentage_ratio, round_shares
from billing.taxes.errors import TaxRateMissing


@dataclass(slots=True)
class TaxTotals:
    """Taxes in smallest units: for each line, in all by kind, and by rate."""

    by_line: list[int]
    inclusive: int = 0
    exclusive: int = 0
    rows: list[Row] = field(default_factory=list)
    """{tax_rate_id, name, percentage, inclusive, taxable_amount, amount}, as first met."""


def tax_totals(
    amounts: Sequence[int], rate_ids: Sequence[Sequence[str]], rates: Mapping[str, Row]
) -> TaxTotals:
    """Taxes on lines of these `amounts` (after coupons), each with its `rate_ids`.

    Inclusive rates are taken out of a line's amount, all of them together; exclusive ones come
    on top of what that leaves. Raises TaxRateMissing.
    """
    lines_of = _lines_by_rate(rate_ids)
    if missing := [rate_id for rate_id in lines_of if rate_id not in rates]:
        raise TaxRateMissing("There is no tax rate %(id)s.", id=missing[0])
    included = _inclusive_parts(amounts, lines_of, rates)
    nets = list(amounts)
    for rate_id, parts in included.items():
        for i, part in zip(lines_of[rate_id], parts, strict=True):
            nets[i] -= part
    found = TaxTotals([amount - net for amount, net in zip(amounts, nets, strict=True)])
    found.inclusive = sum(found.by_line)
    for rate_id, positions in lines_of.items():
        taxed = [nets[i] for i in positions]
        parts = included.get(rate_id) or _exclusive_parts(taxed, rates[rate_id])
        if rate_id not in included:
            found.exclusive += sum(parts)
            for i, part in zip(positions, parts, strict=True):
                found.by_line[i] += part
        found.rows.append(_row(rates[rate_id], sum(taxed), sum(parts)))
    return found


def _lines_by_rate(rate_ids: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Each rate's lines; a rate that a line names twice counts once."""
    found: dict[str, list[int]] = {}
    for position, ids in enumerate(rate_ids):
        for rate_id in dict.fromkeys(ids):
            found.setdefault(rate_id, []).append(position)
    return found


def _inclusive_parts(
    amounts: Sequence[int], lines_of: dict[str, list[int]], rates: Mapping[str, Row]
) -> dict[str, list[int]]:
    """What each inclusive rate takes out of its lines: 19 % and 7 % inside 126 are 19 and 7."""
    inclusive = {
        rate_id: rates[rate_id]["percentage"] for rate_id in lines_of if rates[rate_id]["inclusive"]
    }
    together: dict[int, tuple[str, ...]] = {}
    for rate_id, percentage in inclusive.items():
        for i in lines_of[rate_id]:
            together[i] = (*together.get(i, ()), percentage)
    found = {}
    for rate_id, percentage in inclusive.items():
        factors = [_part_of_gross(percentage, together[i]) for i in lines_of[rate_id]]
        under = lcm(*(factor.denominator for factor in factors))
        numerators = [
            amounts[i] * factor.numerator * (under // factor.denominator)
            for i, factor in zip(lines_of[rate_id], factors, strict=True)
        ]
        found[rate_id] = round_shares(numerators, under)
    return found


@lru_cache(maxsize=1024)
def _part_of_gross(percentage: str, together: tuple[str, ...]) -> Fraction:
    """What one of the rates that a price contains `together` is of it: 19 % alone, 19/119."""
    net = 1 + sum(Fraction(*percentage_ratio(each)) for each in together)
    return Fraction(*percentage_ratio(percentage)) / net


def _exclusive_parts(nets: list[int], rate: Row) -> list[int]:
    over, under = percentage_ratio(rate["percentage"])
    return round_shares([net * over for net in nets], under)


def _row(rate: Row, taxable: int, amount: int) -> Row:
    return {
        "tax_rate_id": rate["_id"],
        "name": rate["name"],
        "percentage": rate["percentage"],
        "inclusive": rate["inclusive"],
        "taxable_amount": taxable,
        "amount": amount,
    }

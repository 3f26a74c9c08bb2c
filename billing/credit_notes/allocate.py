"""Pure: how a credit note spreads over the lines and taxes of its invoice.

Each note takes its share of what the notes before it left, so that no line, no tax and no invoice
is ever credited beyond itself, and the note that takes all that is left takes the odd units of
every rounding before it. Integers in, integers out. Source: domain.md, section 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from billing.database import Row
from billing.money import round_shares


@dataclass(frozen=True, slots=True)
class Share:
    """A part of one line: its amount after discounts, before taxes that come on top, and its tax
    at each of the invoice's rates. All in smallest units."""

    net: int
    taxes: tuple[int, ...] = ()


def shares_of(lines: Sequence[Row], taxes: Sequence[Row]) -> list[Share]:
    """What each of an invoice's `lines` claims; `taxes` are the invoice's, one row a rate.

    The shares' taxes sum to each rate's amount. A line of one rate has exactly its tax_amount; on
    lines of several rates each rate is spread by what the lines are worth.
    """
    nets = [line["amount"] - line.get("discount_amount", 0) for line in lines]
    columns = [_tax_column(tax, taxes, lines, nets) for tax in taxes]
    return [Share(net, tuple(column[i] for column in columns)) for i, net in enumerate(nets)]


def what_is_left(whole: Sequence[Share], taken: Sequence[Sequence[Share]]) -> list[Share]:
    """The shares that the earlier notes' shares (`taken`, one list a note) leave."""
    left = list(whole)
    for shares in taken:
        left = [
            Share(was.net - now.net, _minus(was.taxes, now.taxes))
            for was, now in zip(left, shares, strict=True)
        ]
    return left


def total_of(shares: Sequence[Share], on_top: Sequence[bool]) -> int:
    """What shares come to with the taxes that are `on_top` (a flag for each rate)."""
    sums = _tax_sums(shares, len(on_top))
    added = sum(amount for amount, is_added in zip(sums, on_top, strict=True) if is_added)
    return sum(share.net for share in shares) + added


def by_amount(left: Sequence[Share], on_top: Sequence[bool], amount: int) -> list[Share]:
    """Spread `amount` (taxes included, from 1 to all that is left) over what is left."""
    whole, sums = total_of(left, on_top), _tax_sums(left, len(on_top))
    added = [rate for rate, is_added in enumerate(on_top) if is_added]
    base = sum(share.net for share in left)
    net, *tops = round_shares([amount * part for part in (base, *(sums[r] for r in added))], whole)
    totals = [round_shares([amount * part], whole)[0] for part in sums]
    for rate, top in zip(added, tops, strict=True):
        totals[rate] = top
    nets = _spread(net, [share.net for share in left])
    columns = [_spread(each, [s.taxes[r] for s in left]) for r, each in enumerate(totals)]
    return [Share(n, tuple(column[i] for column in columns)) for i, n in enumerate(nets)]


def by_lines(left: Sequence[Share], nets: Sequence[int]) -> list[Share]:
    """Credit `nets` of the lines (0 to what is left of each), with their part of each tax."""
    columns = []
    for rate in range(len(left[0].taxes) if left else 0):
        parts = [
            Fraction(share.taxes[rate] * net, share.net) if net else Fraction(0)
            for share, net in zip(left, nets, strict=True)
        ]
        under = lcm(*(part.denominator for part in parts))
        columns.append(round_shares([int(part * under) for part in parts], under))
    return [Share(n, tuple(column[i] for column in columns)) for i, n in enumerate(nets)]


def _tax_column(
    tax: Row, taxes: Sequence[Row], lines: Sequence[Row], nets: Sequence[int]
) -> list[int]:
    """One rate's tax on each line."""
    known = {each["tax_rate_id"] for each in taxes}
    column, shared = [0] * len(lines), []
    for i, line in enumerate(lines):
        rates = known & set(line.get("tax_rate_ids") or ())
        if rates == {tax["tax_rate_id"]}:
            column[i] = line.get("tax_amount", 0)
        elif tax["tax_rate_id"] in rates:
            shared.append(i)
    rest = _spread(tax["amount"] - sum(column), [nets[i] for i in shared])
    for i, part in zip(shared, rest, strict=True):
        column[i] = part
    return column


def _spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in proportion to `weights` of either sign; the first has it if they cancel out."""
    whole = sum(weights)
    if whole == 0:
        return [total, *[0] * (len(weights) - 1)] if weights else []
    sign = 1 if whole > 0 else -1
    return round_shares([sign * total * weight for weight in weights], abs(whole))


def _tax_sums(shares: Sequence[Share], rates: int) -> list[int]:
    return [sum(share.taxes[rate] for share in shares) for rate in range(rates)]


def _minus(these: Sequence[int], those: Sequence[int]) -> tuple[int, ...]:
    return tuple(this - that for this, that in zip(these, those, strict=True))

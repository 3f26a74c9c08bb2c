"""Pure: the monthly recurring revenue of a subscription, as docs/metrics.md defines it.

The one place where it is computed. It is whole smallest units of the subscription's currency,
rounded once, half away from zero.
"""

from billing.database import Row
from billing.money import percentage_ratio, share_of

COUNTED = frozenset({"active", "past_due"})

_MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "yearly": 12}
_DAYS = {"daily": 1, "weekly": 7}
_DAYS_IN_YEAR = 365


def mrr_of(row: Row, terms: Row, lines: list[Row]) -> int:
    """What the subscription's row brings in a month: `lines` are those of a full period in advance.

    Nothing before its first paid period has begun, while paused or unpaid, and after its end.
    """
    if row["status"] not in COUNTED or row.get("current_period_end") is None:
        return 0
    amount = sum(line["amount"] for line in lines)
    kept, of = _kept(row.get("coupon"), amount)
    periods, months = _pace(terms)
    return share_of(amount, kept * periods, of * months)


def what_counts(row: Row) -> tuple[object, ...]:
    """What the MRR of a row depends on: while it is the same, so is the MRR."""
    coupon = row.get("coupon")
    return (
        row["status"],
        row["plan_id"],
        row["plan_version"],
        row["quantity"],
        row.get("price"),
        coupon and (coupon["coupon_id"], coupon.get("since")),
        row.get("current_period_end") is None,
    )


def _pace(terms: Row) -> tuple[int, int]:
    """How many periods go into how many months."""
    cycle, count = terms["billing_cycle"], terms["interval_count"]
    if cycle in _DAYS:
        return _DAYS_IN_YEAR, 12 * _DAYS[cycle] * count
    return 1, _MONTHS[cycle] * count


def _kept(coupon: Row | None, amount: int) -> tuple[int, int]:
    """The share of `amount` that a coupon leaves; one that counts once only leaves it all."""
    if not coupon or not coupon.get("since") or coupon.get("duration") == "once" or amount <= 0:
        return 1, 1
    if coupon.get("percent_off") is not None:
        off, of = percentage_ratio(coupon["percent_off"])
        return of - off, of
    return max(amount - coupon["amount_off"], 0), amount

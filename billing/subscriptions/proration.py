"""Pure: what a part of a period is worth. A change on a day splits the period at that day.

The old terms end before the day, the new ones begin on it: credit and charge are the full amounts
times the same days over the days of the period, each rounded once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from billing.database import Row
from billing.money import percentage_ratio, share_of
from billing.periods import Period, Schedule


@dataclass(frozen=True, slots=True)
class Rest:
    """The part of a full period from a day to the end of what was billed of it."""

    start: date
    end: date
    full: Period
    begun: date | None = None
    """When the billed period began, where that is later than the full one: a stub."""

    @property
    def days(self) -> int:
        return max(0, (self.end - self.start).days)

    @property
    def elapsed(self) -> tuple[int, int]:
        """The days of the billed period before it, and all its days."""
        begun = self.begun or self.full.start
        return (self.start - begun).days, (self.end - begun).days

    @property
    def billed_part(self) -> Fraction:
        """How much of the full period was billed: all of it, unless it is a stub."""
        return Fraction(self.elapsed[1] or self.of_days, self.of_days)

    @property
    def of_days(self) -> int:
        return self.full.days

    def share_of(self, amount: int) -> int:
        """What the rest is worth of a full period's `amount`."""
        return share_of(amount, self.days, self.of_days)


def part_of_period(line: Row, period: Period, full: Period) -> Row:
    """The line of a full period cut to `period`, which lies within `full`."""
    start, end = period.start.isoformat(), period.end.isoformat()
    explanation = {**line["explanation"], "days": period.days}
    amount = line["amount"]
    if period.days != full.days:
        explanation |= {"days_in_period": full.days, "full_amount": amount}
        amount = share_of(amount, period.days, full.days)
    return {
        **line,
        "period_start": start,
        "period_end": end,
        "amount": amount,
        "explanation": explanation,
    }


def credit_lines(lines: Sequence[Row], rest: Rest, coupon: Row | None) -> list[Row]:
    """What is given back for the rest of a period that was billed in advance with `lines`."""
    return [_prorated(line, rest, net, -1) for line, net in _net(lines, rest, coupon)]


def charge_lines(lines: Sequence[Row], rest: Rest, coupon: Row | None) -> list[Row]:
    """What `lines` cost for the rest of the period."""
    return [_prorated(line, rest, net, 1) for line, net in _net(lines, rest, coupon)]


def _net(lines: Sequence[Row], rest: Rest, coupon: Row | None) -> list[tuple[Row, Fraction]]:
    """Each line with what it costs in a full period once the coupon is taken off.

    The coupon of the period counts on both sides, so that a change neither loses nor gains it. A
    fixed amount was taken off what was billed, which of a stub is not the price of a full period.
    """
    whole = sum(line["amount"] for line in lines)
    if not coupon or whole <= 0:
        return [(line, Fraction(line["amount"])) for line in lines]
    if coupon.get("percent_off") is not None:
        off = Fraction(*percentage_ratio(coupon["percent_off"]))
    else:
        off = min(Fraction(coupon["amount_off"], whole) / rest.billed_part, Fraction(1))
    return [(line, line["amount"] * (1 - off)) for line in lines]


def _prorated(line: Row, rest: Rest, net: Fraction, sign: int) -> Row:
    amount = sign * share_of(net.numerator, rest.days, rest.of_days * net.denominator)
    said = "Unused time on" if sign < 0 else "Remaining time on"
    explanation = {
        **line["explanation"],
        "days": rest.days,
        "days_in_period": rest.of_days,
        "full_amount": line["amount"],
    }
    if net != line["amount"]:
        explanation["after_coupon"] = str(net)
    return {
        **line,
        "kind": "proration_credit" if sign < 0 else "proration_charge",
        "description": f"{said} {line['description']}",
        "amount": amount,
        "period_start": rest.start.isoformat(),
        "period_end": rest.end.isoformat(),
        "discountable": False,
        "explanation": explanation,
    }


def coupon_of_period(subscription: Row) -> Row | None:
    """The coupon that reduced the current period, if any: one put on since waits for the next, and
    one taken off since was there when it was billed."""
    coupon: Row | None = subscription.get("period_coupon") or subscription.get("coupon")
    return coupon if coupon and coupon.get("since") else None


def rest_of_period(subscription: Row, terms: Row, day: date) -> Rest:
    """What is left from `day` of the period that was billed last; nothing when it is over."""
    start = date.fromisoformat(subscription["current_period_start"])
    end = date.fromisoformat(subscription["current_period_end"])
    anchor = date.fromisoformat(subscription["billing_anchor"])
    schedule = Schedule(anchor, terms["billing_cycle"], terms["interval_count"])
    return Rest(day, max(day, end), schedule.period_at(start), start)

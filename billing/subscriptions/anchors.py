"""Pure: a calendar day as the anchor of a subscription's periods."""

from calendar import monthrange
from datetime import date, timedelta

from billing.periods import add_months

_MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "yearly": 12}


def calendar_anchor(first: date, day: int, cycle: str, interval_count: int) -> date:
    """The anchor of periods that begin on `day`, the first of them not before `first`.

    `day` is one of the month (31 is the last one of shorter months) or, for weeks, of the week
    (1 is Monday). The anchor may lie before `first`: it is a date that has the day, so that a
    month's end clamps and comes back. Before the first boundary lies a stub.
    """
    if cycle == "weekly":
        return first + timedelta(days=(day - first.isoweekday()) % 7)
    boundary = _in_month(first.year, first.month, day)
    if boundary < first:
        after = add_months(first.replace(day=1), 1)
        boundary = _in_month(after.year, after.month, day)
    step = interval_count * _MONTHS[cycle]
    for back in range(0, 13 * step, step):  # a month with that many days, in step
        month = add_months(boundary.replace(day=1), -back)
        if monthrange(month.year, month.month)[1] >= day:
            return month.replace(day=day)
    return boundary


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))

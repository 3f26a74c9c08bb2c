"""Pure date arithmetic of billing periods: `[start, end)`, counted from the anchor.

Every boundary is computed from the anchor and never from the boundary before it, so that a month
end clamps and comes back: 31 Jan → 28 Feb → 31 Mar. Dates only: no clock, no time zone.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from billing.errors import Invalid

BillingCycle = Literal["daily", "weekly", "monthly", "quarterly", "semiannual", "yearly"]
BILLING_CYCLES: tuple[str, ...] = get_args(BillingCycle)

_DAYS = {"daily": 1, "weekly": 7}
_MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "yearly": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open: `start` belongs to it, `end` is the first day of the next one."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Schedule:
    """An anchor date and a step, such as every 3 (`interval_count`) months (`cycle`)."""

    anchor: date
    cycle: str
    interval_count: int = 1

    def boundary(self, n: int) -> date:
        """The date `n` steps after the anchor. Raises Invalid beyond the calendar's end."""
        try:
            if self.cycle in _DAYS:
                return self.anchor + timedelta(days=n * self.interval_count * _DAYS[self.cycle])
            return add_months(self.anchor, n * self.interval_count * _MONTHS[self.cycle])
        except (OverflowError, ValueError):
            raise Invalid("The period would end after the year 9999.", field="start_date") from None

    def index(self, day: date) -> int:
        """How many whole steps lie between the anchor and `day`; boundary(index) ≤ day."""
        if self.cycle in _DAYS:
            return (day - self.anchor).days // (self.interval_count * _DAYS[self.cycle])
        months = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
        n = months // (self.interval_count * _MONTHS[self.cycle])
        return n if self.boundary(n) <= day else n - 1

    def period_at(self, day: date) -> Period:
        """The period that `day` falls into."""
        n = self.index(day)
        return Period(self.boundary(n), self.boundary(n + 1))


class PeriodWalk:
    """Finds the periods of a schedule one after the other: each from where the last one ended."""

    def __init__(self) -> None:
        self._reached: tuple[Schedule, int, date] | None = None

    def at(self, schedule: Schedule, day: date) -> Period:
        """Like schedule.period_at(day)."""
        if self._reached and self._reached[0] == schedule and self._reached[2] == day:
            start, n = day, self._reached[1]
        else:
            n = schedule.index(day)
            start = schedule.boundary(n)
        end = schedule.boundary(n + 1)
        self._reached = (schedule, n + 1, end)
        return Period(start, end)


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

"""Pure: when an unpaid invoice is reminded of next. Dates and integers in and out.

Reminders come so many days after the due date; what ends them comes with the last. Whoever was
not reminded in time, since nothing ran or the schedule was changed, is reminded late, and later
reminders keep their distance from it: nobody is cancelled on the day they first hear of it.
"""

from collections.abc import Sequence
from datetime import date, timedelta


def first_date(due_date: date, days: Sequence[int]) -> date | None:
    """When reminding begins; None without a schedule."""
    return due_date + timedelta(days=days[0]) if days else None


def next_date(due_date: date, days: Sequence[int], step: int, today: date) -> date:
    """When what follows reminder number `step` (given `today`) is due: the next one, or the end.

    The end is due at once after the last reminder.
    """
    if step >= len(days):
        return today
    distance = timedelta(days=days[step] - days[step - 1])
    return max(due_date + timedelta(days=days[step]), today + distance)

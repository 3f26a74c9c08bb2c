"""The columns of the dunning board: what is in each, as filters that indexes answer.

Customers on test clocks are left out: they are reminded by advancing the clock.
"""

from datetime import date
from typing import Any

from billing.database import Row
from billing.seller.models import known_seller

NEW, ENDED, PAUSED = "new", "ended", "paused"


def steps_in_all() -> int:
    """How many reminders the board has columns for; one although there are to be none."""
    return max(len(known_seller()["dunning"]["days"]), 1)


def column_keys() -> list[str]:
    """The keys of all columns, in order: not reminded yet, after each reminder, over, paused."""
    steps = (str(step) for step in range(1, steps_in_all() + 1))
    return [NEW, *steps, ENDED, PAUSED]


def of_column(key: str, steps: int, today: date) -> Row:
    """The invoices of a column, if there are `steps`."""
    real: Row = {"status": "open", "test_clock_id": None}
    if key == NEW:
        untold = {"dunning.ended": None, "dunning.step": None}
        return {**real, **untold, "due_date": {"$gt": "", "$lt": today.isoformat()}}
    if key == ENDED:
        return {**real, "dunning.ended": True, "due_date": {"$gt": ""}}
    if key == PAUSED:
        return {**real, "dunning.paused.until": {"$gt": ""}}
    step: Any = int(key)
    if step == steps:  # the schedule may have had more reminders once
        step = {"$gte": step}
    return {**real, "dunning.ended": False, "dunning.step": step, "dunning.paused.until": None}

"""When the daily run is due, and whether it is late."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing.database import Row, database
from billing.runs.models import DAILY
from billing.runs.queries import run_status
from billing.seller import Seller, current_seller
from billing.server_clock import ServerClock

ID = "daily"
LATE_AFTER = timedelta(minutes=30)
"""So long after its time a run that nobody has begun, or that nobody works on, is late."""
_clock = ServerClock()


@dataclass(frozen=True, slots=True)
class Schedule:
    """The daily run as it stands: `last_day` and `last_run_id` of the last one that was begun,
    `next_at` when the next one is due (None while a person begins each), and whether it is late."""

    is_automatic: bool
    time: str
    timezone: str
    last_day: str
    last_run_id: str | None
    next_at: datetime | None
    is_late: bool


def server_now() -> datetime:
    """The database's time, by which all agree on the day."""
    return _clock.now()


def day_of(now: datetime, rules: Seller) -> date:
    """The newest day whose time for the run has come: today, or yesterday before that time."""
    local = now.astimezone(ZoneInfo(rules["timezone"]))
    has_come = local.strftime("%H:%M") >= rules["billing_run"]["time"]
    return local.date() if has_come else local.date() - timedelta(days=1)


def find_schedule() -> Schedule:
    """The daily run as it stands now."""
    seller, now = current_seller(), server_now()
    rules, row = seller["billing_run"], _row()
    day = day_of(now, seller)
    return Schedule(
        is_automatic=rules["automatic"],
        time=rules["time"],
        timezone=seller["timezone"],
        last_day=row.get("day", ""),
        last_run_id=row.get("run_id"),
        next_at=_moment(day + timedelta(days=1), seller) if rules["automatic"] else None,
        is_late=rules["automatic"] and _is_late(row, day_of(now - LATE_AFTER, seller)),
    )


def _row() -> Row:
    return database()[DAILY].find_one({"_id": ID}) or {}


def _is_late(row: Row, day: date) -> bool:
    """Whether what was due on `day` was not begun, or waits for somebody to go on with it.

    Before anybody ever looked at the clock that is another trouble: nobody runs the schedule.
    """
    if not row or row["day"] < day.isoformat():
        return bool(row)
    return row["day"] == day.isoformat() and not row["done"] and not _is_worked_on(row)


def _is_worked_on(row: Row) -> bool:
    run: Any = database().billing_runs.find_one({"_id": row.get("run_id")})
    return run is not None and run_status(run) != "interrupted"


def _moment(day: date, rules: Seller) -> datetime:
    hour, minute = map(int, rules["billing_run"]["time"].split(":"))
    local = datetime.combine(day, time(hour, minute), ZoneInfo(rules["timezone"]))
    return local.astimezone(UTC)

"""Invoices of last time that have no successor, since their subscription has ended meanwhile.

Who ends before a run is not due in it; that the next invoice is missing would go unsaid.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from billing.database import Row, database, streamed
from billing.runs.slips import Slip, last_slips
from billing.subscriptions.movements import COLLECTION as MOVEMENTS

_BATCH = 1000
_LONGEST = timedelta(days=366)  # a yearly subscription is missed a year after its last invoice
_COURSE = {"status": 1, "current_period_start": 1, "next_billing_date": 1}
_OVER = ("cancelled", "expired", "paused", "unpaid")


def previous_run_day() -> date | None:
    """The day of the last completed run; None before the first."""
    row = database().billing_runs.find_one({"status": "completed"}, sort=[("_id", -1)])
    if row is None:
        return None
    day = row.get("as_of_date")
    return date.fromisoformat(day) if day else row["created_at"].date()


def lost_slips(since: date, day: date) -> Iterator[Slip]:
    """The last invoices of subscriptions that are over or paused, whose period ended after `since`
    and by `day`, so that the next one would be in this run."""
    seen: set[str] = set()
    movements = streamed(MOVEMENTS, _ended_by(day), {"_id": 0, "subscription_id": 1}).hint("sums")
    while batch := list(islice(movements, _BATCH)):
        ids = {row["subscription_id"] for row in batch} - seen
        seen |= ids
        for slip in last_slips(_over(ids, day)).values():
            if since.isoformat() < slip.until <= day.isoformat():
                yield slip


def count_ended(day: date) -> int:
    """How many movements lost_slips has to look at."""
    return database()[MOVEMENTS].count_documents(_ended_by(day), hint="sums")


def _ended_by(day: date) -> Row:
    days = {"$gt": (day - _LONGEST).isoformat(), "$lte": day.isoformat()}
    return {"date": days, "kind": "churn"}


def _over(ids: set[str], day: date) -> Iterator[Row]:
    """Those that nothing is billed of by `day`."""
    where = {"_id": {"$in": sorted(ids)}, "status": {"$in": list(_OVER)}}
    for row in database().subscriptions.find(where, _COURSE):
        following = row.get("next_billing_date")
        if not following or following > day.isoformat():
            yield row
